"""One contract's terms in a row: prices, flags, alerts and messages, and where it stands on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from contracts.models import (
    Alert,
    Contract,
    ContractLink,
    Delivery,
    PriceChange,
    PriceFlag,
    Term,
)
from contracts.models.choices import CONTRACT_STATES
from contracts.queries.proof import Sentence, sentences
from contracts.rules.ledger import TermSpan, last_day_in_force
from contracts.rules.terms import contract_state
from contracts.rules.vocabulary import AlertState, ContractState, RenewalKind

RECENT = 12
STATE_NAMES: dict[str, Any] = dict(CONTRACT_STATES)


@dataclass(frozen=True, slots=True)
class TimelineTerm:
    """A term with what came of it; `left` and `width` place it on a bar, in percent."""

    term: Term
    last_day: date | None
    is_current: bool
    change: PriceChange | None
    flags: Sequence[PriceFlag]
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contract stands on a day, and all that its page shows at the top."""

    state: ContractState
    state_name: Any
    open_term: Term | None
    current: Term | None
    days_left: int | None
    at_stake: Decimal | None
    proof: Sequence[Sentence]
    timeline: Sequence[TimelineTerm]
    flags: Sequence[PriceFlag]
    alerts: Sequence[Alert]
    open_alerts: int
    deliveries: Sequence[Delivery]
    links: Sequence[ContractLink]


def standing(contract: Contract, *, today: date) -> Standing:
    """Return where the contract stands on `today`; a handful of statements, however long its history.

    Source: R30, R9, R3.
    """
    terms = list(contract.terms.order_by("seq"))
    links = list(ContractLink.objects.filter(from_contract=contract).select_related("to_contract"))
    flags = list(PriceFlag.objects.filter(term__contract=contract).select_related("term"))
    alerts = Alert.objects.filter(term__contract=contract).exclude(state=AlertState.SUPERSEDED)
    current = _current(contract, terms, today)
    state = _state(contract, terms, current, links, today)
    open_term = next((term for term in terms if term.is_open), None)
    shown = open_term or current
    return Standing(
        state=state,
        state_name=STATE_NAMES[state],
        open_term=open_term,
        current=current,
        days_left=_days_left(open_term, today),
        at_stake=shown.annual_value if shown else None,
        proof=sentences(shown.proof) if shown else (),
        timeline=_timeline(contract, terms, current, flags, today),
        flags=flags,
        alerts=list(alerts.select_related("term", "acknowledged_by")[:RECENT]),
        open_alerts=alerts.filter(state=AlertState.OPEN).count(),
        deliveries=list(_deliveries(contract)[:RECENT]),
        links=links,
    )


def _deliveries(contract: Contract) -> "QuerySet[Delivery]":
    rows: QuerySet[Delivery] = Delivery.objects.filter(
        alert__term__contract=contract
    ).select_related("alert__term", "destination")
    return rows


def _days_left(term: Term | None, today: date) -> int | None:
    if term is None or term.anchor_date is None:
        return None
    return (term.anchor_date - today).days


def _spans(terms: Sequence[Term]) -> list[TermSpan[Term]]:
    return [TermSpan(term.seq, term.start_date, term.end_date, term) for term in terms]


def _current(contract: Contract, terms: Sequence[Term], today: date) -> Term | None:
    """Return the term in force: the highest number wins (C2)."""
    for span in reversed(_spans([term for term in terms if not term.is_void])):
        last = last_day_in_force(span, contract.cancelled_on)
        if span.start <= today and (last is None or today <= last):
            return span.key
    return None


def _state(
    contract: Contract,
    terms: Sequence[Term],
    current: Term | None,
    links: Sequence[ContractLink],
    today: date,
) -> ContractState:
    return contract_state(
        today=today,
        signed=not contract.is_draft,
        terms=_spans(terms),
        cancelled_on=contract.cancelled_on,
        notice_given_on=contract.notice_given_on,
        renewal_kind=RenewalKind(contract.renewal_kind),
        deadline=current.notice_deadline if current else None,
        window_opens=current.window_opens if current else None,
        superseded=bool(links),
    )


def _timeline(
    contract: Contract,
    terms: Sequence[Term],
    current: Term | None,
    flags: Sequence[PriceFlag],
    today: date,
) -> list[TimelineTerm]:
    if not terms:
        return []
    changes = {change.after_id: change for change in PriceChange.objects.filter(contract=contract)}
    lasts = {span.key.pk: last_day_in_force(span, contract.cancelled_on) for span in _spans(terms)}
    first = min(term.start_date for term in terms).toordinal()
    until = max([today, *(last for last in lasts.values() if last)]).toordinal()
    length = max(until - first, 1)
    return [
        TimelineTerm(
            term=term,
            last_day=lasts[term.pk],
            is_current=current is not None and term.pk == current.pk,
            change=changes.get(term.pk),
            flags=[flag for flag in flags if flag.term_id == term.pk],
            left=round((term.start_date.toordinal() - first) * 100 / length, 2),
            width=_width(term, lasts[term.pk], until, length),
        )
        for term in terms
    ]


def _width(term: Term, last: date | None, until: int, length: int) -> float:
    end = last.toordinal() if last else until
    width: float = round(max(end - term.start_date.toordinal(), 0) * 100 / length, 2)
    return width
