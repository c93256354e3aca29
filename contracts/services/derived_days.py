"""Which key dates a contract and its terms have; `services.ledger` writes them."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.conf import settings

from contracts.models import Contract, KeyDate, Term
from contracts.rules import keydates
from contracts.rules.ledger import is_void
from contracts.rules.vocabulary import AlertKind, RenewalKind

# Terms without an end are laid out to this day.
HORIZON = date(2100, 12, 31)
Day = tuple[Term, AlertKind, date]


def key_dates_of(
    contract: Contract,
    contract_terms: Sequence[Term],
    derived: dict[int, dict[str, Any]],
    expiries: Sequence[date],
) -> list[KeyDate]:
    """Return the days that alerts count down to besides the anchors; the rows are not saved.

    `derived` are the derived columns of each term by its number, `expiries` the days on which
    documents of the contract run out. A draft has none, nor has a contract that another continues.

    Source: R7, R16, R19, R23.
    """
    terms = sorted(contract_terms, key=lambda term: term.seq)
    standing = [term for term in terms if not is_void(term.start_date, contract.cancelled_on)]
    if contract.is_draft or not standing:
        return []
    found = {*_of_decisions(contract, standing[-1], derived[standing[-1].seq])}
    found |= {*_of_duties(contract, standing), *_of_reviews(contract, standing[-1])}
    found |= {*_of_documents(contract, standing[0], expiries)}
    return [
        KeyDate(term=term, kind=kind.value, date=day) for term, kind, day in sorted(found, key=_day)
    ]


def _day(found: Day) -> tuple[int, str, date]:
    term, kind, day = found
    return term.seq, kind.value, day


def _of_decisions(contract: Contract, last: Term, dates: dict[str, Any]) -> Iterator[Day]:
    """Yield what matters only while somebody has to decide."""
    if not dates["is_open"]:
        return
    if dates["window_opens"] is not None:
        yield last, AlertKind.WINDOW_OPENS, dates["window_opens"]
    kind = RenewalKind(contract.renewal_kind)
    announced = keydates.announcement_day(kind, last.end_date, contract.announcement_days)
    if announced is not None:
        yield last, AlertKind.PRICE_ANNOUNCEMENT, announced


def _of_duties(contract: Contract, standing: Sequence[Term]) -> Iterator[Day]:
    """Yield the reports that each term owes, whoever decides what about the next one."""
    starts = [term.start_date for term in standing[1:]]
    for term, next_start in zip(standing, [*starts, None], strict=True):
        until = keydates.owed_until(term.end_date, contract.cancelled_on, next_start, HORIZON)
        for day in keydates.true_up_reports(
            term.start_date, until, contract.true_up_months, contract.true_up_report_days
        ):
            yield term, AlertKind.TRUE_UP_REPORT, day


def _of_reviews(contract: Contract, last: Term) -> Iterator[Day]:
    endless = last.end_date is None or contract.renewal_kind == RenewalKind.EVERGREEN
    if not endless or contract.cancelled_on or contract.notice_given_on:
        return
    for day in keydates.reviews(last.start_date, last.end_date or HORIZON, settings.REVIEW_MONTHS):
        yield last, AlertKind.EVERGREEN_REVIEW, day


def _of_documents(contract: Contract, first: Term, expiries: Sequence[date]) -> Iterator[Day]:
    """Yield the days on which papers run out; they hang on the first term, which stays the same."""
    for day in expiries:
        if contract.cancelled_on is None or day <= contract.cancelled_on:
            yield first, AlertKind.DOCUMENT_EXPIRY, day
