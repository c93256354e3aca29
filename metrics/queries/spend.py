"""What contracts cost: accrued over a window, annualised on a day, committed and whole (C1-C4)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.rules.period import Grain, Period, label, periods
from metrics.queries.question import EVERYTHING, Dimension, Scope
from metrics.queries.sql import (
    Fragment,
    amount,
    carried_sum,
    composed,
    contracts_of,
    exact_sum,
    fetch,
    listed,
    sums,
)
from metrics.rules.spend import accrued

# Beyond so many days a series of events is cheaper than a look at each day.
FEW = 2
Names = tuple[str, str]
ONE_NAME: Names = ("", "''")
NAMES: dict[str | None, Names] = {
    None: ONE_NAME,
    "vendor": ("JOIN contracts_vendor d ON d.id = c.vendor_id", "d.name"),
    "category": (
        "LEFT JOIN contracts_category d ON d.id = c.category_id",
        "COALESCE(d.name, '')",
    ),
    "department": (
        "LEFT JOIN contracts_department d ON d.id = c.department_id",
        "COALESCE(d.name, '')",
    ),
}
DAYS_INSIDE = (
    "CASE WHEN l.last_day < p.last_day THEN l.last_day ELSE p.last_day END"
    " - CASE WHEN l.first_day > p.first_day THEN l.first_day ELSE p.first_day END + 1"
)
SIGNED = "(c.signed_on IS NULL OR c.signed_on <= %(as_of)s)"
# A term without an end binds nobody: it goes on, but it is not committed.
BOUND = "bound"
BINDING = (
    "JOIN contracts_term t ON t.id = l.term_id",
    "CASE WHEN t.end_date IS NULL THEN 'unbound' ELSE 'bound' END",
)

ACCRUED = """
WITH p(label, first_day, last_day) AS ($periods)
SELECT p.label, $name, c.currency, l.year_days, $cost
FROM p
JOIN contracts_ledgerentry l ON l.first_day <= p.last_day AND l.last_day >= p.first_day
JOIN contracts_contract c ON c.id = l.contract_id
$names
WHERE $visible
GROUP BY 1, 2, 3, 4
"""
ANNUALISED = """
WITH p(label, day) AS ($days)
SELECT p.label, $name, c.currency, $value
FROM p
JOIN contracts_ledgerentry l ON l.first_day <= p.day AND l.last_day >= p.day
JOIN contracts_contract c ON c.id = l.contract_id
$names
WHERE $visible
GROUP BY 1, 2, 3
"""
# A series looks at each entry twice, at its first and after its last day, whatever its length.
EVENTS = """
event(name, currency, year_days, day, high, low) AS (
    SELECT $name, c.currency, l.year_days,
        CASE WHEN l.first_day > %(first)s THEN l.first_day ELSE %(first)s END, $came
    FROM contracts_ledgerentry l
    JOIN contracts_contract c ON c.id = l.contract_id
    $names
    WHERE $visible AND $condition AND l.first_day <= %(last)s AND l.last_day >= %(first)s
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT $name, c.currency, l.year_days, l.last_day + 1, $went
    FROM contracts_ledgerentry l
    JOIN contracts_contract c ON c.id = l.contract_id
    $names
    WHERE $visible AND $condition AND l.last_day < %(last)s AND l.last_day >= %(first)s
    GROUP BY 1, 2, 3, 4
)
"""
ACCRUED_SERIES = """
WITH p(label, first_day, last_day) AS ($periods), $events
SELECT p.label, event.name, event.currency, event.year_days,
    SUM(event.high * ($days)), SUM(event.low * ($days))
FROM p
JOIN event ON event.day <= p.last_day
GROUP BY 1, 2, 3, 4
"""
DAYS_SINCE = (
    "p.last_day - CASE WHEN event.day > p.first_day THEN event.day ELSE p.first_day END + 1"
)
ANNUALISED_SERIES = """
WITH p(label, day) AS ($days), $events
SELECT p.label, event.name, event.currency, SUM(event.high), SUM(event.low)
FROM p
JOIN event ON event.day <= p.day
GROUP BY 1, 2, 3
"""
COMMITTED = """
SELECT '', $name, c.currency, l.year_days, $cost
FROM contracts_ledgerentry l
JOIN contracts_term t ON t.id = l.term_id
JOIN contracts_contract c ON c.id = l.contract_id
$names
WHERE $visible AND l.last_day > %(day)s AND t.end_date IS NOT NULL AND $signed
GROUP BY 1, 2, 3, 4
"""
DAYS_AFTER = "l.last_day - CASE WHEN l.first_day > %(day)s THEN l.first_day - 1 ELSE %(day)s END"
WHOLE_VALUE = """
SELECT c.currency, t.part_year_days, $years, $part
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
WHERE $visible AND t.end_date IS NOT NULL
GROUP BY 1, 2
"""
CURRENCIES = """
SELECT DISTINCT c.currency FROM contracts_contract c WHERE $visible ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Spend:
    """An exact amount of one currency, in a period and under a name ("" where none was asked)."""

    label: str
    name: str
    currency: str
    value: Fraction


def accrued_spend(
    window: Period,
    grain: Grain = "month",
    dimension: Dimension | None = None,
    scope: Scope = EVERYTHING,
) -> list[Spend]:
    """Return the cost of the days in force (C3) in each period of the window."""
    if dimension is None:
        return _accrued_series(window, grain, ONE_NAME, scope, Fragment("TRUE"))
    join, column = NAMES[dimension]
    rows = fetch(
        ACCRUED,
        periods=_spans(window, grain),
        names=join,
        name=column,
        cost=exact_sum("l.annual_value", DAYS_INSIDE),
        visible=contracts_of(scope),
    )
    return costs(rows)


def agreed_spend(window: Period, as_of: date, scope: Scope = EVERYTHING) -> list[Spend]:
    """Return the cost of the window's days, by month, in contracts signed by `as_of`.

    The name says whether they are bound by a term with an end.
    """
    signed = Fragment(SIGNED, {"as_of": as_of})
    return _accrued_series(window, "month", BINDING, scope, signed)


def annualised_spend(
    days: Sequence[tuple[str, date]],
    dimension: Dimension | None = None,
    scope: Scope = EVERYTHING,
) -> list[Spend]:
    """Return the annual value of what is in force at the end of each labelled day (C4)."""
    listed_days = listed([(each, day.toordinal()) for each, day in days])
    if dimension is None and len(days) > FEW:
        numbers = [day.toordinal() for _, day in days]
        span = (min(numbers), max(numbers))
        events = _events(span, ONE_NAME, scope, Fragment("TRUE"))
        return _amounts(fetch(ANNUALISED_SERIES, days=listed_days, events=events))
    join, column = NAMES[dimension]
    rows = fetch(
        ANNUALISED,
        days=listed_days,
        names=join,
        name=column,
        value=exact_sum("l.annual_value"),
        visible=contracts_of(scope),
    )
    return _amounts(rows)


def committed(
    as_of: date, dimension: Dimension | None = None, scope: Scope = EVERYTHING
) -> list[Spend]:
    """Return the cost of the days after `as_of` in terms of contracts signed by then.

    No renewals are assumed, and a term without an end commits to nothing.
    """
    join, column = NAMES[dimension]
    rows = fetch(
        COMMITTED,
        {"day": as_of.toordinal(), "as_of": as_of},
        signed=SIGNED,
        names=join,
        name=column,
        cost=exact_sum("l.annual_value", DAYS_AFTER),
        visible=contracts_of(scope),
    )
    return costs(rows)


def total_contract_value(scope: Scope = EVERYTHING) -> list[Spend]:
    """Return the value of all terms over their whole length, cancelled or not."""
    rows = fetch(
        WHOLE_VALUE,
        years=exact_sum("t.annual_value", "t.whole_years"),
        part=exact_sum("t.annual_value", "t.part_days"),
        visible=contracts_of(scope),
    )
    found: dict[str, Fraction] = defaultdict(Fraction)
    for currency, year_days, *halves in rows:
        years, part = sums(halves)
        found[currency] += amount(years) + amount(part) / year_days
    return [Spend("", "", currency, value) for currency, value in sorted(found.items())]


def currencies(scope: Scope = EVERYTHING) -> list[str]:
    """Return the currencies of the contracts."""
    return [currency for (currency,) in fetch(CURRENCIES, visible=contracts_of(scope))]


def coarser(months: Iterable[Spend], window: Period, grain: Grain) -> list[Spend]:
    """Add the months of a window to its quarters or years, exactly."""
    label_of = {month: label(part.start, grain) for month, part in periods(window, "month")}
    found: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for month in months:
        found[label_of[month.label], month.name, month.currency] += month.value
    return [Spend(*key, value) for key, value in sorted(found.items())]


def costs(rows: Sequence[tuple[Any, ...]]) -> list[Spend]:
    """Join rows of (label, name, currency, days of the year, value x days) to costs, zeros left out."""
    found: dict[tuple[str, str, str], dict[int, Fraction]] = defaultdict(dict)
    for each, name, currency, year_days, *halves in rows:
        found[each, name, currency][year_days] = amount(sums(halves)[0])
    return [Spend(*key, value) for key, parts in sorted(found.items()) if (value := accrued(parts))]


def _amounts(rows: Iterable[tuple[Any, ...]]) -> list[Spend]:
    return [
        Spend(each, name, currency, amount(value))
        for each, name, currency, *halves in sorted(rows)
        if (value := sums(halves)[0])
    ]


def _spans(window: Period, grain: Grain) -> Fragment:
    return listed(
        [
            (name, part.start.toordinal(), part.end.toordinal())
            for name, part in periods(window, grain)
        ]
    )


def _accrued_series(
    window: Period, grain: Grain, names: Names, scope: Scope, condition: Fragment
) -> list[Spend]:
    days = (window.start.toordinal(), window.end.toordinal())
    rows = fetch(
        ACCRUED_SERIES,
        periods=_spans(window, grain),
        events=_events(days, names, scope, condition),
        days=DAYS_SINCE,
    )
    return costs(rows)


def _events(days: tuple[int, int], names: Names, scope: Scope, condition: Fragment) -> Fragment:
    """Return what each day of a window adds and takes away, per name and currency."""
    return composed(
        EVENTS,
        {"first": days[0], "last": days[1]},
        names=names[0],
        name=names[1],
        came=carried_sum("l.annual_value"),
        went=carried_sum("-l.annual_value"),
        visible=contracts_of(scope),
        condition=condition,
    )
