"""The days of a term that alerts count down to besides its anchor (R7, R16, R19, R23)."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from contracts.rules.calendar import ONE_DAY, add_months
from contracts.rules.vocabulary import RenewalKind

TRUE_UP_REPORT_DAYS = 30


def owed_until(
    end: date | None, cancelled_on: date | None, next_start: date | None, horizon: date
) -> date:
    """Return the last day on which a term's own duties run.

    The earliest of its end, the cancellation, and the day before the next term starts; the horizon
    while none of them is known.

    Source: C1, R19.
    """
    before_next = next_start - ONE_DAY if next_start else None
    known = [day for day in (end, cancelled_on, before_next) if day is not None]
    return min(known, default=horizon)


def announcement_day(renewal_kind: RenewalKind, end: date | None, days: int | None) -> date | None:
    """Return the day by which the vendor must have announced the price of the next term.

    `days` lie between it and the renewal. None where the vendor has no such duty or nothing renews.

    Source: R23.
    """
    renews = renewal_kind in (RenewalKind.AUTO, RenewalKind.MANUAL)
    if end is None or days is None or not renews:
        return None
    return end + ONE_DAY - timedelta(days=days)


def true_up_reports(
    start: date, last: date, months: int | None, report_days: int | None
) -> Iterator[date]:
    """Yield the days on which the count of a true-up is to be reported, some days before each.

    A true-up falls `months` months after the start of the term and so on, up to the day after its
    `last` one. A report that would be due before the term starts is not owed.

    Source: R19, R2.
    """
    if months is None:
        return
    before = timedelta(days=TRUE_UP_REPORT_DAYS if report_days is None else report_days)
    for day in _every(start, months, last + ONE_DAY):
        if day - before >= start:
            yield day - before


def reviews(start: date, last: date, months: int) -> Iterator[date]:
    """Yield the days on which a term without an end is to be reviewed, `months` months apart.

    Source: R16, R2.
    """
    yield from _every(start, months, last)


def _every(start: date, months: int, last: date) -> Iterator[date]:
    for number in count(1):
        day = add_months(start, number * months)
        if day > last:
            return
        yield day
