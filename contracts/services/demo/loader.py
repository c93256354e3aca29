"""Stores a demo portfolio, some hundreds of contracts at a time."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contracts.models import Charge, Contract, ContractLink, LicenceLine, Term
from contracts.rules.vocabulary import LinkKind
from contracts.services import ledger
from contracts.services.demo.budgets import RunRate, store_budgets
from contracts.services.demo.dice import Dice
from contracts.services.demo.invoices import CHARGED_FOR
from contracts.services.demo.organisation import (
    SOURCE,
    Organisation,
    store_all,
    store_organisation,
)
from contracts.services.demo.portfolio import ContractPlan, Portfolio
from contracts.services.demo.prices import amount
from contracts.services.demo.rows import (
    charge_rows,
    contract_row,
    line_rows,
    reference,
    term_rows,
)
from contracts.services.demo.timeline import LOOK_BACK

# A multiple of 100, so that a contract and the one that replaces it lie in one chunk.
CHUNK = 500
CARD_PAYMENTS = (
    ("Canva", "Design subscription, corporate card"),
    ("Notion", "Trial workspace, corporate card"),
    ("Calendly", "Booking page, corporate card"),
    (None, "PADDLE.NET* SOFTWARE"),
    (None, "FS *UNKNOWN PLUGIN"),
    ("Zapier", "Automation top-up"),
)


class OccupiedError(Exception):
    """The database holds contracts that are not of this demo."""

    def __init__(self) -> None:
        super().__init__(_("The database holds contracts already. Nothing was added."))


@dataclass(frozen=True, slots=True)
class Summary:
    """What was stored; all zero where everything was there already."""

    contracts: int = 0
    terms: int = 0
    lines: int = 0
    charges: int = 0
    budgets: int = 0


def load(
    *,
    contracts: int,
    seed: int,
    today: date,
    add: bool = False,
    look_back: tuple[int, int] = LOOK_BACK,
    report: Callable[[int], None] = lambda _done: None,
) -> Summary:
    """Store the first `contracts` contracts of the portfolio that `seed` stands for, as of `today`.

    The same seed and day give the same portfolio; contracts of this seed that exist are left alone,
    so that a second run adds nothing and a run that was stopped goes on. Each chunk is one
    transaction; `report` is told how many contracts are done. Most contracts began between the
    least and the most months of `look_back` ago. Raises `OccupiedError` if there are
    other contracts, unless `add` says to put the demo beside them.
    """
    prefix = f"D{seed}-"
    if not add and Contract.objects.exclude(external_reference__startswith=prefix).exists():
        raise OccupiedError
    known: Organisation | None = None
    portfolio = Portfolio(seed, today, look_back)
    run_rate, totals = RunRate(today), Counter[str]()
    for first in range(0, contracts, CHUNK):
        numbers = _missing(seed, range(first, min(first + CHUNK, contracts)))
        if numbers:
            known = known or _begin(seed, today)
            plans = [portfolio.contract(number) for number in numbers]
            totals.update(_store(plans, seed, known, today))
            for plan in plans:
                run_rate.add(plan)
        report(min(first + CHUNK, contracts))
    if totals:
        totals["budgets"] = store_budgets(run_rate=run_rate, seed=seed)
    return Summary(**totals)


def due_within(*, seed: int, days: Sequence[int], today: date) -> list[int]:
    """Return how many of the seed's contracts await a decision within each number of days."""
    terms = Term.objects.open().filter(
        contract__external_reference__startswith=f"D{seed}-", anchor_date__gte=today
    )
    last_days = [today + timedelta(days=limit) for limit in days]
    return [terms.filter(anchor_date__lte=last_day).count() for last_day in last_days]


def _missing(seed: int, numbers: range) -> list[int]:
    references = {reference(seed, number): number for number in numbers}
    found = Contract.objects.filter(external_reference__in=references)
    there = set(found.values_list("external_reference", flat=True))
    return [number for text, number in references.items() if text not in there]


@transaction.atomic
def _begin(seed: int, today: date) -> Organisation:
    known = store_organisation(seed=seed, today=today)
    _store_card_payments(seed, known, today)
    return known


@transaction.atomic
def _store(
    plans: Sequence[ContractPlan], seed: int, known: Organisation, today: date
) -> dict[str, int]:
    """Store whole contracts and what follows from them."""
    contracts = store_all((contract_row(plan, seed, known, today) for plan in plans), Contract)
    pairs = list(zip(plans, contracts, strict=True))
    terms = store_all(
        (term for plan, contract in pairs for term in term_rows(plan, contract, today)), Term
    )
    last_terms = {term.contract_id: term for term in terms}
    lines = store_all(
        (
            line
            for plan, contract in pairs
            for line in line_rows(plan, last_terms[contract.pk], known)
        ),
        LicenceLine,
    )
    charges = store_all(
        (charge for plan, contract in pairs for charge in charge_rows(plan, contract)), Charge
    )
    _store_links(pairs, seed)
    ledger.refresh(contract.pk for contract in contracts)
    return {
        "contracts": len(contracts),
        "terms": len(terms),
        "lines": len(lines),
        "charges": len(charges),
    }


def _store_links(pairs: Sequence[tuple[ContractPlan, Contract]], seed: int) -> None:
    """Link each replaced contract to the one that continues it."""
    wanted = {
        reference(seed, plan.replaced_by): contract
        for plan, contract in pairs
        if plan.replaced_by is not None
    }
    found = Contract.objects.filter(external_reference__in=wanted)
    store_all(
        (
            ContractLink(
                from_contract=wanted[successor.external_reference],
                to_contract=successor,
                kind=LinkKind.REPLACEMENT.value,
            )
            for successor in found.order_by("pk")
        ),
        ContractLink,
    )


def _store_card_payments(seed: int, known: Organisation, today: date) -> None:
    """Store a few payments that belong to no contract, as every ledger has them."""
    if Charge.objects.filter(source=SOURCE, external_id=f"D{seed}-card-001").exists():
        return
    dice = Dice(f"{seed}/card")
    store_all(
        (
            Charge(
                source=SOURCE,
                external_id=f"D{seed}-card-{number:03}",
                vendor_id=known.vendors[vendor] if vendor else None,
                charged_on=dice.day_between(today - CHARGED_FOR, today),
                currency="EUR",
                gross=amount(dice.randint(1_900, 48_000)),
                description=text,
            )
            for number, (vendor, text) in enumerate(CARD_PAYMENTS * 4, start=1)
        ),
        Charge,
    )
