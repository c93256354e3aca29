"""The life of a term: its alert anchor, its exits and the state of its contract (R6, R9, R16, R30).

The notice arithmetic (R3-R8) is in `notice`, the days in force (C1-C3) in `ledger`, the proofs in
`proof`; their public names can be imported from here.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from contracts.rules.calendar import ONE_DAY, BusinessCalendar, add_months
from contracts.rules.ledger import (
    InForce,
    TermSpan,
    consecutive,
    in_force,
    is_void,
    last_day_in_force,
)
from contracts.rules.notice import (
    DEFAULT_REVIEW_BUFFER,
    DELIVERY_LEADS,
    PERIOD_RULES,
    NoticeClause,
    TermDates,
    deadline_dates,
    units_after,
)
from contracts.rules.period import months_between, period_end_on_or_after
from contracts.rules.proof import PROOF_TEMPLATES, ProofStep, as_json, from_json, sentence
from contracts.rules.vocabulary import AlertKind, ContractState, RenewalKind

__all__ = [
    "DEFAULT_REVIEW_BUFFER",
    "DELIVERY_LEADS",
    "PROOF_TEMPLATES",
    "InForce",
    "NoticeClause",
    "ProofStep",
    "TermDates",
    "TermSpan",
    "alert_anchor",
    "as_json",
    "consecutive",
    "contract_state",
    "deadline_dates",
    "earliest_exit",
    "from_json",
    "in_force",
    "is_void",
    "last_day_in_force",
    "notice_is_valid",
    "sentence",
]


def alert_anchor(
    renewal_kind: RenewalKind, end: date | None, dates: TermDates
) -> tuple[AlertKind, date] | None:
    """Return what the alerts of a term are about and the day they count down to.

    Renewing terms: the day to send notice by. Fixed and manual ones: the last day of service.
    Evergreen ones: None.

    Source: R9, R16.
    """
    if end is None or renewal_kind == RenewalKind.EVERGREEN:
        return None
    if renewal_kind == RenewalKind.AUTO:
        return AlertKind.NOTICE_DEADLINE, dates.send_by or end
    return AlertKind.TERM_END, end


def earliest_exit(
    today: date,
    clause: NoticeClause,
    calendar: BusinessCalendar,
    *,
    billing_anchor: date | None = None,
    billing_months: int = 1,
) -> date:
    """Return the last day of service if notice is given on `today`.

    For clauses to a month, quarter or year end: the first such end not before today + notice. Else
    the end of the billing period that holds today + notice; periods of `billing_months` months
    count from `billing_anchor` (calendar months without one). Example: 2027-02-10, 3 months to
    quarter end -> 2027-06-30.

    Source: R6, R16.
    """
    reached = units_after(today, clause.value or 0, clause.unit, calendar)
    grain = PERIOD_RULES.get(clause.rule)
    if grain:
        return period_end_on_or_after(reached, grain)
    if billing_anchor is None:
        return period_end_on_or_after(reached, "month")
    number = months_between(billing_anchor, reached) // billing_months + 1
    return add_months(billing_anchor, number * billing_months) - ONE_DAY


def notice_is_valid(
    given_on: date | None, deadline: date | None, window_opens: date | None
) -> bool:
    """Say whether a notice of that day counts: none before the window opens or after the deadline.

    Source: R7, R14.
    """
    if given_on is None or (window_opens is not None and given_on < window_opens):
        return False
    return deadline is None or given_on <= deadline


def contract_state(
    *,
    today: date,
    signed: bool,
    terms: Sequence[TermSpan[Any]],
    cancelled_on: date | None = None,
    notice_given_on: date | None = None,
    renewal_kind: RenewalKind,
    deadline: date | None = None,
    window_opens: date | None = None,
    superseded: bool = False,
) -> ContractState:
    """Say where a contract stands on the day `today`.

    `deadline` and `window_opens` are those of the term in force; `superseded` says that another
    contract replaces this one. A contract is in force on its last day. One that was cancelled is
    terminated, or superseded, only after that day; one that merely ended is expired. Notice
    outside its window is none.

    Source: R30, R7, R14, C1.
    """
    if not signed or not terms:
        return ContractState.DRAFT
    spans = _days_of(terms, cancelled_on)
    if all(last < today for _, last in spans):
        return _after_the_end(cancelled_on, superseded=superseded)
    if not any(first <= today <= last for first, last in spans):
        return ContractState.UPCOMING
    if cancelled_on is not None:
        return ContractState.NOTICE_GIVEN
    if any(first > today for first, _ in spans):
        return ContractState.ACTIVE
    return _in_the_last_term(today, notice_given_on, renewal_kind, deadline, window_opens)


def _days_of(terms: Sequence[TermSpan[Any]], cancelled_on: date | None) -> list[tuple[date, date]]:
    """Return first and last day of the terms that are not void; without an end, for ever."""
    return [
        (term.start, last_day_in_force(term, cancelled_on) or date.max)
        for term in terms
        if not is_void(term.start, cancelled_on)
    ]


def _after_the_end(cancelled_on: date | None, *, superseded: bool) -> ContractState:
    if superseded:
        return ContractState.SUPERSEDED
    return ContractState.EXPIRED if cancelled_on is None else ContractState.TERMINATED


def _in_the_last_term(
    today: date,
    notice_given_on: date | None,
    renewal_kind: RenewalKind,
    deadline: date | None,
    window_opens: date | None,
) -> ContractState:
    given_on = notice_given_on if notice_given_on and notice_given_on <= today else None
    if notice_is_valid(given_on, deadline, window_opens):
        return ContractState.NOTICE_GIVEN
    if deadline is not None and today > deadline:
        locked = renewal_kind == RenewalKind.AUTO
        return ContractState.LOCKED_IN if locked else ContractState.ACTIVE
    if window_opens is not None and today >= window_opens:
        return ContractState.IN_NOTICE_WINDOW
    return ContractState.ACTIVE
