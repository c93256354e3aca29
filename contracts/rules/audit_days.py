"""A second computation of the key dates of a contract, with arithmetic of its own, within some days.

Like `audit` it shares with the main path only the words.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.rules.audit import AuditedContract, AuditedTerm, Expectation
from contracts.rules.vocabulary import AlertKind, RenewalKind

USUAL_REPORT_DAYS = 30
KeyDay = tuple[int, str, date]


@dataclass(frozen=True, slots=True)
class AuditedDuties:
    """What was written down about the days of a contract besides its notice clause."""

    announcement_days: int | None
    true_up_months: int | None
    true_up_report_days: int | None
    review_months: int
    expiries: Sequence[date]


def key_days(
    contract: AuditedContract,
    duties: AuditedDuties,
    expected: Expectation,
    window: tuple[date, date],
) -> set[KeyDay]:
    """Return term, kind and day of every key date that lies in the window, both ends included.

    Source: R7, R16, R19, R23.
    """
    terms = sorted((t for t in contract.terms if not expected.days[t.id].is_void), key=_seq)
    if contract.is_draft or contract.is_continued or not terms:
        return set()
    found = {
        *_while_undecided(contract, duties, expected),
        *_reports(contract, duties, terms, window[1]),
        *_reviews(contract, duties, terms[-1], window[1]),
        *_papers(contract, duties, terms[0]),
    }
    return {each for each in found if window[0] <= each[2] <= window[1]}


def _seq(term: AuditedTerm) -> int:
    return term.seq


def _while_undecided(
    contract: AuditedContract, duties: AuditedDuties, expected: Expectation
) -> Iterator[KeyDay]:
    term = expected.waiting
    if term is None or term.end is None:
        return
    opens = expected.days[term.id].window_opens
    if opens is not None:
        yield term.id, AlertKind.WINDOW_OPENS.value, opens
    if duties.announcement_days is not None and contract.renewal_kind != RenewalKind.FIXED.value:
        day = term.end - timedelta(duties.announcement_days - 1)
        yield term.id, AlertKind.PRICE_ANNOUNCEMENT.value, day


def _reports(
    contract: AuditedContract, duties: AuditedDuties, terms: Sequence[AuditedTerm], until: date
) -> Iterator[KeyDay]:
    if not duties.true_up_months:
        return
    lead = duties.true_up_report_days
    before = timedelta(USUAL_REPORT_DAYS if lead is None else lead)
    for place, term in enumerate(terms):
        over = [term.end, contract.cancelled_on]
        over += [terms[place + 1].start - timedelta(1)] if place + 1 < len(terms) else []
        ends = min((day for day in over if day is not None), default=until + before)
        day, step = _later(term.start, duties.true_up_months), 1
        while day <= min(ends + timedelta(1), until + before):
            if term.start <= day - before:
                yield term.id, AlertKind.TRUE_UP_REPORT.value, day - before
            step += 1
            day = _later(term.start, step * duties.true_up_months)


def _reviews(
    contract: AuditedContract, duties: AuditedDuties, term: AuditedTerm, until: date
) -> Iterator[KeyDay]:
    endless = contract.renewal_kind == RenewalKind.EVERGREEN.value or term.end is None
    if not endless or contract.cancelled_on is not None or contract.notice_given_on is not None:
        return
    step, day = 1, _later(term.start, duties.review_months)
    while day <= min(term.end or until, until):
        yield term.id, AlertKind.EVERGREEN_REVIEW.value, day
        step += 1
        day = _later(term.start, step * duties.review_months)


def _papers(
    contract: AuditedContract, duties: AuditedDuties, first: AuditedTerm
) -> Iterator[KeyDay]:
    for day in duties.expiries:
        if contract.cancelled_on is None or contract.cancelled_on >= day:
            yield first.id, AlertKind.DOCUMENT_EXPIRY.value, day


def _later(day: date, months: int) -> date:
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    return date(year, month, min(day.day, monthrange(year, month)[1]))
