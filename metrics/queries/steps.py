"""What is in force on a day and what it cost until then, from the sums that the ledger keeps.

The sums are of all contracts together, by month and by day: a series over years reads some hundred
rows, however many contracts there are. They are exact for any day; rights are not in them.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Any

from contracts.rules.calendar import ONE_DAY
from contracts.rules.period import Period
from metrics.queries.sql import fetch, whole

# Whole months, then the days of months that are asked about in part. What lies before the first
# month asked about is one row.
ANNUALISED = """
SELECT is_month, CASE WHEN day < %(first)s THEN 0 ELSE day END, currency, SUM(high), SUM(low)
FROM contracts_spendstep
WHERE is_month AND day < %(until)s
GROUP BY 1, 2, 3
UNION ALL
SELECT is_month, day, currency, SUM(high), SUM(low)
FROM contracts_spendstep
WHERE NOT is_month AND day BETWEEN %(day_from)s AND %(day_to)s
GROUP BY 1, 2, 3
"""
ACCRUED = """
SELECT is_month, day, currency, year_days, is_bound, SUM(high), SUM(low), SUM(high_days),
    SUM(low_days)
FROM contracts_spendstep
WHERE (is_month AND day < %(until)s OR NOT is_month AND day BETWEEN %(day_from)s AND %(day_to)s)
    AND is_bound IN ($bound)
GROUP BY 1, 2, 3, 4, 5
"""
BOTH = "TRUE, FALSE"
Key = tuple[Any, ...]
# An annual value in whole 10^-4, and the sum of value x day that belongs to it.
Sums = tuple[int, int]


@dataclass(slots=True)
class Steps:
    """By how much something changes, by month and by day, each in order of days."""

    months: list[int] = field(default_factory=list)
    of_month: list[Sums] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    of_day: list[Sums] = field(default_factory=list)

    def up_to(self, wanted: Sequence[date]) -> list[Sums]:
        """Return the sums of all steps up to each day, that day included."""
        running = list(accumulate(self.of_month, _added, initial=(0, 0)))
        found = []
        for day in wanted:
            start = _begun(day)
            inside = slice(bisect_left(self.days, start), bisect_right(self.days, day.toordinal()))
            parts = self.of_day[inside]
            found.append(_sum((running[bisect_left(self.months, start)], *parts)))
        return found


def annualised(days: Sequence[date]) -> dict[str, list[int]]:
    """Return what is in force at the end of each day, per currency, in 10^-4."""
    rows = fetch(ANNUALISED, _range(days))
    found = _collected((*row, 0, 0) for row in rows)
    return {
        currency: [value for value, _ in steps.up_to(days)] for (currency,), steps in found.items()
    }


def accrued(spans: Sequence[Period], *, bound: str = BOTH) -> dict[Key, list[int]]:
    """Return annual value x days in force inside each span, in 10^-4.

    Keyed by currency, the days of the anniversary year, and whether the term has an end.
    """
    ends = [span.end for span in spans]
    before = [span.start - ONE_DAY for span in spans]
    found = _collected(fetch(ACCRUED, _range([*before, *ends]), bound=bound))
    return {
        key: [
            last - first
            for first, last in zip(_cost(steps, before), _cost(steps, ends), strict=True)
        ]
        for key, steps in found.items()
    }


def _cost(steps: Steps, days: Sequence[date]) -> Iterable[int]:
    """Return value x days in force up to each day: a step counts on its own day and on all later."""
    for day, (value, moment) in zip(days, steps.up_to(days), strict=True):
        yield value * (day.toordinal() + 1) - moment


def _collected(rows: Iterable[Sequence[Any]]) -> dict[Key, Steps]:
    found: Mapping[Key, Steps] = defaultdict(Steps)
    for is_month, day, *key, high, low, high_days, low_days in sorted(rows, key=_by_day):
        value = whole(high, low)
        sums = value, whole(high_days, low_days) + value * day
        steps = found[tuple(key)]
        (steps.months if is_month else steps.days).append(day)
        (steps.of_month if is_month else steps.of_day).append(sums)
    return dict(found)


def _by_day(row: Sequence[Any]) -> int:
    return int(row[1])


def _range(days: Sequence[date]) -> dict[str, int]:
    begun = {day: _begun(day) for day in days}
    partly = [day for day, start in begun.items() if start <= day.toordinal()]
    return {
        "first": min(begun.values()),
        "until": max(begun.values()),
        "day_from": min((begun[day] for day in partly), default=1),
        "day_to": max((day.toordinal() for day in partly), default=0),
    }


def _begun(day: date) -> int:
    """Return the day from which on a month is not over at the end of `day`."""
    if day == date.max or (day + ONE_DAY).day == 1:
        return day.toordinal() + 1
    return day.replace(day=1).toordinal()


def _added(one: Sums, other: Sums) -> Sums:
    return one[0] + other[0], one[1] + other[1]


def _sum(parts: Iterable[Sums]) -> Sums:
    values, moments = zip(*parts, strict=True)
    return sum(values), sum(moments)
