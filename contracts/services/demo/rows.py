"""Turns the plan of a demo contract into rows that are not saved."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from contracts.models import Charge, Contract, LicenceLine, Term
from contracts.services.demo.organisation import SOURCE, Organisation
from contracts.services.demo.portfolio import ContractPlan, Line
from contracts.services.demo.prices import amount
from contracts.services.demo.timeline import Span

CENT = Decimal("0.01")


def reference(seed: int, number: int) -> str:
    """Return the external reference of a demo contract: D7-00001 is the first one of seed 7."""
    return f"D{seed}-{number + 1:05}"


def contract_row(plan: ContractPlan, seed: int, known: Organisation, today: date) -> Contract:
    """Return the contract of a plan."""
    purchase, clause, timeline = plan.purchase, plan.clause, plan.timeline
    return Contract(
        external_reference=reference(seed, plan.number),
        title=purchase.title,
        vendor_id=known.vendors[purchase.vendor.name],
        category_id=known.categories[purchase.category] if purchase.category else None,
        department_id=known.departments[purchase.department] if purchase.department else None,
        owner_id=known.people[purchase.owner] if purchase.owner else None,
        currency=purchase.currency,
        is_draft=plan.is_draft,
        renewal_kind=timeline.renewal_kind.value,
        initial_months=timeline.months,
        renewal_months=timeline.months,
        notice_value=clause.notice_value,
        notice_unit=clause.notice_unit.value,
        notice_rule=clause.notice_rule.value,
        notice_method=clause.notice_method.value,
        window_opens_value=clause.window_opens_value,
        announcement_days=clause.announcement_days,
        billing_frequency=clause.billing_frequency.value,
        payment_terms_days=clause.payment_terms_days,
        cap_kind=clause.cap_kind.value,
        cap_pct=clause.cap_pct,
        signed_on=None if plan.is_draft else _signed_on(plan.number, timeline.spans[0], today),
        notice_given_on=timeline.notice_given_on,
        cancelled_on=timeline.cancelled_on,
        leaving_reason=timeline.leaving_reason,
        tags=list(purchase.tags),
    )


def term_rows(plan: ContractPlan, contract: Contract, today: date) -> Iterator[Term]:
    """Yield the terms of a plan in order."""
    pairs = zip(plan.timeline.spans, plan.prices, strict=True)
    for seq, (span, price) in enumerate(pairs, start=1):
        yield Term(
            contract=contract,
            seq=seq,
            start_date=span.start,
            end_date=span.end,
            signed_on=None if plan.is_draft else _signed_on(plan.number + seq, span, today),
            annual_value=amount(price.annual_cents),
            quantity=price.quantity,
            unit_price=_money(price.unit_cents),
            list_price=_money(price.list_cents),
        )


def line_rows(plan: ContractPlan, term: Term, known: Organisation) -> Iterator[LicenceLine]:
    """Yield the licence lines of a plan's last term."""
    purchase = plan.purchase
    product_id = known.products[purchase.vendor.name, purchase.product.name]
    for line in plan.lines:
        yield LicenceLine(
            term=term,
            product_id=product_id,
            description=line.description,
            pricing_model=line.pricing_model.value,
            unit=line.unit,
            quantity=line.quantity,
            list_price=_money(line.list_cents),
            discount_pct=_discount(line),
            unit_price=amount(line.unit_cents),
            start_date=line.start,
            end_date=line.end,
        )


def charge_rows(plan: ContractPlan, contract: Contract) -> Iterator[Charge]:
    """Yield what the vendor charged."""
    for number, invoice in enumerate(plan.invoices, start=1):
        yield Charge(
            source=SOURCE,
            external_id=f"{contract.external_reference}-{number:03}",
            contract=contract,
            vendor_id=contract.vendor_id,
            department_id=contract.department_id,
            charged_on=invoice.charged_on,
            currency=contract.currency,
            gross=amount(invoice.gross),
            discount=amount(invoice.discount),
            credit=amount(invoice.credit),
            tax=amount(invoice.tax),
            description=contract.title,
        )


def _signed_on(number: int, span: Span, today: date) -> date:
    """Return a day some weeks before the start that is never in the future."""
    before = span.start - timedelta(days=4 + number * 13 % 38)
    return min(before, today - timedelta(days=number % 9))


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else amount(cents)


def _discount(line: Line) -> Decimal | None:
    if not line.list_cents:
        return None
    share = Decimal(line.list_cents - line.unit_cents) * 100 / line.list_cents
    return share.quantize(CENT, ROUND_HALF_UP)
