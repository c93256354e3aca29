"""A second computation of what must be said: from contract and terms alone, with arithmetic of its own.

Nothing here is shared with `notice`, `terms`, `ledger` or `alerts` but the words and the holidays, so that a mistake in
one of them is seen instead of repeated.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from contracts.rules.vocabulary import NoticeMethod, NoticeRule, NoticeUnit, RenewalKind

MONTHS_OF_PERIOD = {
    NoticeRule.MONTH_END.value: 1,
    NoticeRule.QUARTER_END.value: 3,
    NoticeRule.YEAR_END.value: 12,
}
BUSINESS_DAYS_ON_THE_WAY = {
    NoticeMethod.PORTAL.value: 0,
    NoticeMethod.EMAIL.value: 1,
    NoticeMethod.COURIER.value: 3,
    NoticeMethod.REGISTERED_POST.value: 5,
}
WorksOn = Callable[[date], bool]


class Silence(StrEnum):
    """Why a contract has no alert to come."""

    DRAFT = "draft"
    CONTINUED = "continued"
    CANCELLED = "cancelled"
    NO_TERM = "no_term"
    EVERGREEN = "evergreen"
    NOTICE_GIVEN = "notice_given"
    ENDED = "ended"
    LONG_AGO = "long_ago"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class AuditedTerm:
    """What was written down about one term."""

    id: int
    seq: int
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class AuditedContract:
    """What was written down about one contract, its terms, and the days its people work on."""

    is_draft: bool
    is_continued: bool
    renewal_kind: str
    notice_value: int | None
    notice_unit: str
    notice_rule: str
    window_opens_value: int | None
    window_opens_unit: str
    notice_method: str
    delivery_lead_days: int | None
    notice_given_on: date | None
    cancelled_on: date | None
    terms: Sequence[AuditedTerm]
    review_buffer_days: int
    works_on: WorksOn


@dataclass(frozen=True, slots=True)
class ExpectedDays:
    """The derived columns of one term as they must be."""

    notice_deadline: date | None
    window_opens: date | None
    send_by: date | None
    decide_by: date | None
    anchor_kind: str
    anchor_date: date | None
    is_void: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be so: the days of each term, and the term that waits or the reason why none does."""

    days: dict[int, ExpectedDays]
    waiting: AuditedTerm | None
    silence: Silence | None


def expectation(contract: AuditedContract) -> Expectation:
    """Work out the days of every term and which one awaits a decision.

    Promise: exactly one of `waiting` and `silence` is None.

    Source: R3 to R9, R16, C1.
    """
    standing = [term for term in contract.terms if not _is_void(term, contract)]
    last = max(standing, key=lambda term: term.seq, default=None)
    silence = _silence(contract, last)
    waiting = last if silence is None else None
    days = {term.id: _days(term, contract, is_open=term is waiting) for term in contract.terms}
    return Expectation(days, waiting, silence)


def _silence(contract: AuditedContract, last: AuditedTerm | None) -> Silence | None:
    if contract.is_draft:
        return Silence.DRAFT
    if contract.cancelled_on is not None:
        return Silence.CANCELLED
    if contract.is_continued:
        return Silence.CONTINUED
    if last is None:
        return Silence.NO_TERM
    if contract.renewal_kind == RenewalKind.EVERGREEN.value or last.end is None:
        return Silence.EVERGREEN
    return Silence.NOTICE_GIVEN if _notice_counts(last, contract) else None


def _notice_counts(term: AuditedTerm, contract: AuditedContract) -> bool:
    given = contract.notice_given_on
    if given is None:
        return False
    deadline, opens = _deadline(term, contract), _opens(term, contract)
    return (opens is None or opens <= given) and (deadline is None or given <= deadline)


def _days(term: AuditedTerm, contract: AuditedContract, *, is_open: bool) -> ExpectedDays:
    deadline = _deadline(term, contract)
    send_by = decide_by = None
    if deadline is not None:
        send_by = _send_by(deadline, contract)
        decide_by = _work_back(send_by, contract.review_buffer_days, contract.works_on)
    kind, anchor = _anchor(term, contract, send_by)
    return ExpectedDays(
        notice_deadline=deadline,
        window_opens=_opens(term, contract),
        send_by=send_by,
        decide_by=decide_by,
        anchor_kind=kind,
        anchor_date=anchor,
        is_void=_is_void(term, contract),
        is_open=is_open,
    )


def _anchor(
    term: AuditedTerm, contract: AuditedContract, send_by: date | None
) -> tuple[str, date | None]:
    if term.end is None or contract.renewal_kind == RenewalKind.EVERGREEN.value:
        return "", None
    if contract.renewal_kind == RenewalKind.AUTO.value:
        return "notice_deadline", send_by
    return "term_end", term.end


def _is_void(term: AuditedTerm, contract: AuditedContract) -> bool:
    return contract.cancelled_on is not None and contract.cancelled_on < term.start


def _has_days(term: AuditedTerm, contract: AuditedContract) -> bool:
    if term.end is None or contract.renewal_kind == RenewalKind.EVERGREEN.value:
        return False
    return contract.notice_value is not None or contract.renewal_kind == RenewalKind.AUTO.value


def _deadline(term: AuditedTerm, contract: AuditedContract) -> date | None:
    """Return the last day on which notice counts, as R3 counts it."""
    if term.end is None or not _has_days(term, contract):
        return None
    if contract.notice_value is None:
        return term.end
    counted_from = _counted_from(term.end, contract)
    if contract.notice_value == 0:
        return counted_from - timedelta(1)
    day = _back(counted_from, contract.notice_value, contract.notice_unit, contract.works_on)
    to_the_day = contract.notice_rule == NoticeRule.COUNTED_TO_RENEWAL.value
    if to_the_day or contract.notice_unit == NoticeUnit.BUSINESS_DAYS.value:
        return day
    return day - timedelta(1)


def _opens(term: AuditedTerm, contract: AuditedContract) -> date | None:
    if term.end is None or contract.window_opens_value is None or not _has_days(term, contract):
        return None
    unit = contract.window_opens_unit or contract.notice_unit
    start = _counted_from(term.end, contract)
    return _back(start, contract.window_opens_value, unit, contract.works_on)


def _counted_from(end: date, contract: AuditedContract) -> date:
    """Return the first day after the service: the start of the period that the day after `end` is in."""
    after = end + timedelta(1)
    months = MONTHS_OF_PERIOD.get(contract.notice_rule)
    if months is None or contract.notice_value is None:
        return after
    return date(after.year, after.month - (after.month - 1) % months, 1)


def _send_by(deadline: date, contract: AuditedContract) -> date:
    lead = contract.delivery_lead_days
    if lead is None:
        lead = BUSINESS_DAYS_ON_THE_WAY[contract.notice_method]
    arrival = deadline
    while not contract.works_on(arrival):
        arrival -= timedelta(1)
    return _work_back(arrival, lead, contract.works_on)


def _back(day: date, value: int, unit: str, works_on: WorksOn) -> date:
    if unit == NoticeUnit.BUSINESS_DAYS.value:
        return _work_back(day, value, works_on)
    if unit == NoticeUnit.DAYS.value:
        return day - timedelta(value)
    year, month = day.year - value // 12, day.month - value % 12
    if month < 1:
        year, month = year - 1, month + 12
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _work_back(day: date, count: int, works_on: WorksOn) -> date:
    for _ in range(count):
        day -= timedelta(1)
        while not works_on(day):
            day -= timedelta(1)
    return day
