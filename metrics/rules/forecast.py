"""Renewals that are assumed: terms of the same length, one after the other (C3, R2, R21)."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from contracts.rules.calendar import ONE_DAY
from contracts.rules.period import Period, anniversary, anniversary_years
from metrics.rules.presentation import Number


class AssumedDays(NamedTuple):
    """Days of the `renewal`-th assumed term; each costs annual value / `year_days`.

    Source: C3.
    """

    renewal: int
    days: Period
    year_days: int


def assumed_renewals(start: date, end: date, window: Period) -> Iterator[AssumedDays]:
    """Yield the days of the window that assumed renewals of a term `start .. end` cover, in order.

    Promise: every day of the window after `end` is covered once. A term of whole years renews on
    the anniversaries of its start, any other by the same number of days.

    Source: R2, C3.
    """
    renewal, first = 0, end + ONE_DAY
    while first <= window.end:
        renewal += 1
        following = _renewal_day(start, end, renewal + 1)
        for year_first, year_last, days in anniversary_years(first, following - ONE_DAY):
            inside = Period(year_first, year_last).intersect(window)
            if inside is not None:
                yield AssumedDays(renewal, inside, days)
        first = following


def grown(annual_value: Number, cap_pct: Number | None, renewal: int) -> Fraction:
    """Return an annual value after `renewal` renewals, each raised by the whole cap in percent.

    Without a cap there is no uplift. Example: 100 at 5 % after 2 renewals is 110.25.

    Source: R21.
    """
    return Fraction(annual_value) * (1 + Fraction(cap_pct or 0) / 100) ** renewal


def year_after(as_of: date) -> Period:
    """Return the days after `as_of` up to the same day a year later; 29 February takes the 28th.

    Source: R2.
    """
    return Period(as_of + ONE_DAY, anniversary(as_of, 1))


def _renewal_day(start: date, end: date, number: int) -> date:
    """Return the first day of the `number`-th assumed term; the first follows the end at once."""
    years = (end + ONE_DAY).year - start.year
    if years > 0 and anniversary(start, years) == end + ONE_DAY:
        return anniversary(start, years * number)
    return end + ONE_DAY + timedelta(days=(end - start).days + 1) * (number - 1)
