"""Units by the month they first paid, and the share still there in each later month."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

MONTHS_IN_YEAR = 12
Spans = Iterable[tuple[date, date]]


def month_number(day: date) -> int:
    """Return the months since year 0; consecutive months differ by one."""
    return day.year * MONTHS_IN_YEAR + day.month - 1


def monthly_cohorts(spans: Spans, *, last_month: date) -> dict[str, list[Fraction]]:
    """Return, by month of first paid day ("2025-10"), the share active k months later, k = 0, 1 ...

    Each span is a unit's first and last paid day without a gap. A unit counts in a month if any day
    of it was paid. Months after that of `last_month` are left out, not 0.

    Variant: any paid day in the period; unfinished periods blank.
    Source: metric "cohorts".
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    latest = month_number(last_month)
    for first, last in spans:
        if month_number(first) <= latest:
            stayed = month_number(last) - month_number(first)
            groups[f"{first.year:04}-{first.month:02}"].append(stayed)
    return {
        cohort: _curve(stays, latest - month_number(date.fromisoformat(f"{cohort}-01")))
        for cohort, stays in sorted(groups.items())
    }


def _curve(stays: list[int], months: int) -> list[Fraction]:
    return [Fraction(sum(stay >= k for stay in stays), len(stays)) for k in range(months + 1)]
