"""Inclusive ranges of days, anniversaries and reporting periods (C3, R6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts.rules.calendar import ONE_DAY, add_months, is_leap_year

Grain = Literal["month", "quarter", "year"]
MONTHS_OF: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A range of days, first and last included.

    Raises ValueError when the last day lies before the first.

    Source: R1, C1.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse a range that ends before it starts."""
        if self.end < self.start:
            raise ValueError(f"a period cannot end on {self.end} before it starts on {self.start}")

    @property
    def days(self) -> int:
        """The number of days, both ends counted."""
        return (self.end - self.start).days + 1

    def contains(self, day: date) -> bool:
        """Say whether the day lies in the period; the last day does."""
        return self.start <= day <= self.end

    def intersect(self, other: "Period") -> "Period | None":
        """Return the days that both periods hold, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start <= end else None


def anniversary(start: date, years: int) -> date:
    """Return the anniversary of `start` after `years` years; 29 February falls on the 28th.

    Source: C3, R2.
    """
    if start.month == 2 and start.day == 29 and not is_leap_year(start.year + years):
        return date(start.year + years, 2, 28)
    return start.replace(year=start.year + years)


def anniversary_years(start: date, end: date) -> Iterator[tuple[date, date, int]]:
    """Split `start .. end` at the anniversaries of `start`.

    Promise: the parts touch, cover every day once and come in order. Each is (first day, last day
    clipped to `end`, days of the whole anniversary year: 365 or 366). Nothing if end < start.

    Source: C3.
    """
    first, years = start, 0
    while first <= end:
        years += 1
        following = anniversary(start, years)
        yield first, min(end, following - ONE_DAY), (following - first).days
        first = following


def months_between(first: date, second: date) -> int:
    """Return the greatest n with `add_months(first, n) <= second` (negative if it lies before).

    Source: R2.
    """
    months = (second.year - first.year) * 12 + second.month - first.month
    return months if add_months(first, months) <= second else months - 1


def whole_months(start: date, end: date) -> int | None:
    """Return n when `start .. end` (both included) is exactly n months from `start`, else None.

    Source: R1.
    """
    months = months_between(start, end + ONE_DAY)
    return months if months > 0 and add_months(start, months) == end + ONE_DAY else None


def period_of(day: date, grain: Grain) -> Period:
    """Return the calendar month, quarter or year that holds the day.

    Source: R6.
    """
    length = MONTHS_OF[grain]
    start = date(day.year, (day.month - 1) // length * length + 1, 1)
    return Period(start, _last_day(start, length))


def label(day: date, grain: Grain) -> str:
    """Name the period that holds the day: 2024-01, 2024-Q1 or 2024."""
    if grain == "month":
        return f"{day.year:04}-{day.month:02}"
    if grain == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return f"{day.year:04}"


def periods(window: Period, grain: Grain) -> list[tuple[str, Period]]:
    """Return the labelled months, quarters or years of the window, clipped to it, in order.

    Promise: they cover every day of the window once.

    Source: C4.
    """
    found: list[tuple[str, Period]] = []
    day = window.start
    while day <= window.end:
        last = min(period_of(day, grain).end, window.end)
        found.append((label(day, grain), Period(day, last)))
        day = last + ONE_DAY
    return found


def period_end_on_or_after(day: date, grain: Grain) -> date:
    """Return the first period end that is not before the day.

    Example: 2027-05-10, quarter is 2027-06-30.

    Source: R6.
    """
    return period_of(day, grain).end


def period_end_on_or_before(day: date, grain: Grain) -> date:
    """Return the last period end that is not after the day.

    Source: R6, R4.
    """
    current = period_of(day, grain)
    return day if day == current.end else current.start - ONE_DAY


def _last_day(start: date, months: int) -> date:
    if start.year == 9999 and start.month + months > 12:
        return date(9999, 12, 31)
    return add_months(start, months) - ONE_DAY
