"""What a contract does next: renew, give notice, cancel, or renew by itself."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, Term
from contracts.rules import renewals as rules
from contracts.rules.vocabulary import RenewalKind
from contracts.services import records

REFUSALS = {
    rules.Refusal.EVERGREEN: _("The contract has no end: change its price with a new start date."),
    rules.Refusal.CANCELLED: _("The contract is cancelled before this term would start."),
    rules.Refusal.ENDS_BEFORE_START: _("A term does not end before it starts."),
    rules.Refusal.STARTS_TOO_EARLY: _("The next term starts after the start of the one before."),
    rules.Refusal.ALREADY_CANCELLED: _("The contract is cancelled already."),
    rules.Refusal.AFTER_THE_END: _("The last day in force is not after the end of the last term."),
}


@dataclass(frozen=True, slots=True)
class NextTerm:
    """The term that would follow: days (the last one included), values per year in the contract's currency."""

    start_date: date
    end_date: date | None
    annual_value: Decimal
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    list_price: Decimal | None = None
    signed_on: date | None = None
    is_assumed: bool = False


def propose(contract: Contract) -> NextTerm:
    """Return the next term at the same price, its days counted from the first term's start.

    A rolling monthly renewal is evergreen. Raises `ValidationError` where there is no term to follow.

    Source: R2, R14, R15.
    """
    first, last = _ends(contract)
    if last.end_date is None:
        raise _refused(rules.Refusal.EVERGREEN)
    start, end = rules.renewal_term(
        first.start_date, last.end_date, contract.renewal_months, last.start_date
    )
    kind = rules.kind_after(RenewalKind(contract.renewal_kind), contract.renewal_months)
    return NextTerm(
        start_date=start,
        end_date=None if kind == RenewalKind.EVERGREEN else end,
        annual_value=last.annual_value,
        quantity=last.quantity,
        unit_price=last.unit_price,
        list_price=last.list_price,
    )


@transaction.atomic
def renew(contract: Contract, *, proposal: NextTerm, by: Any = None) -> Term:
    """Add the next term; the one before stays as it was.

    A start before the end of the last term is an early renewal. Notice that was given is withdrawn.
    Raises `ValidationError` where the move is not allowed or a value is invalid.

    Source: R14, C2.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    _, last = _ends(contract)
    refusal = rules.may_renew(
        previous_start=last.start_date,
        previous_end=last.end_date,
        new_start=proposal.start_date,
        new_end=proposal.end_date,
        cancelled_on=contract.cancelled_on,
    )
    if refusal:
        raise _refused(refusal)
    term = Term(
        contract=contract,
        **{name: getattr(proposal, name) for name in NextTerm.__dataclass_fields__},
    )
    if contract.notice_given_on is not None:
        contract.notice_given_on = None
        records.store(contract, by=by)
    return records.store(term, by=by)


@transaction.atomic
def give_notice(contract: Contract, *, given_on: date, by: Any = None) -> Contract:
    """Record the day on which notice was sent; the alerts of the open term are settled.

    Raises `ValidationError` if the contract is cancelled.

    Source: R7, R14.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    if contract.cancelled_on is not None:
        raise _refused(rules.Refusal.ALREADY_CANCELLED)
    contract.notice_given_on = given_on
    return records.store(contract, by=by)


@transaction.atomic
def cancel(contract: Contract, *, last_day: date, reason: str, by: Any = None) -> Contract:
    """End a contract: `last_day` is the last day in force. Later terms become void, none is deleted.

    Raises `ValidationError` where the move is not allowed.

    Source: C1, R30.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    _, last = _ends(contract)
    refusal = rules.may_cancel(
        last_day=last_day, last_end=last.end_date, cancelled_on=contract.cancelled_on
    )
    if refusal:
        raise _refused(refusal)
    contract.cancelled_on, contract.leaving_reason = last_day, reason
    return records.store(contract, by=by)


def roll_over(*, today: date) -> int:
    """Give every auto-renewing term that ended undecided its next term, marked as assumed.

    Only terms that were entered before they ended: a register of old contracts is history, not a
    chain of renewals. Returns how many terms were added; a second call adds none.

    Source: R14.
    """
    ended = (
        Term.objects.open()
        .filter(
            contract__renewal_kind=RenewalKind.AUTO,
            end_date__lt=today,
            created_at__date__lte=F("end_date"),
        )
        .select_related("contract")
        .order_by("pk")
    )
    added = 0
    for term in ended:
        added += _roll(term.contract, today)
    return added


def _roll(contract: Contract, today: date) -> int:
    """Add assumed terms until one reaches `today`."""
    added, until = 0, date.min
    while until < today:
        proposal = propose(contract)
        term = renew(contract, proposal=_assumed(proposal))
        until = term.end_date or date.max
        added += 1
    return added


def _assumed(proposal: NextTerm) -> NextTerm:
    values = {name: getattr(proposal, name) for name in NextTerm.__dataclass_fields__}
    return NextTerm(**{**values, "is_assumed": True})


def _ends(contract: Contract) -> tuple[Term, Term]:
    """Return the first and the last standing term by number."""
    terms = list(contract.terms.filter(is_void=False).order_by("seq"))
    if not terms:
        raise ValidationError(_("The contract has no term yet: add the first one."), code="no_term")
    return terms[0], terms[-1]


def _refused(refusal: rules.Refusal) -> ValidationError:
    return ValidationError(REFUSALS[refusal], code=refusal.value)
