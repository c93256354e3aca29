"""What the landing page shows: spend over time and by name, commitments, money to decide about.

Every converted amount stands at ONE fixing, which is returned with it; currencies without a rate
are left out of it and named (C8). Amounts are rounded to the minor unit, once (C10).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts.rules.calendar import add_months, last_day_of_month
from contracts.rules.period import label
from metrics.queries import renewals, spend
from metrics.queries.amounts import Base, Money
from metrics.queries.question import EVERYTHING, Dimension, Scope
from metrics.queries.rates import fixing
from metrics.rules.conversion import Fixing

DEFAULT_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Point:
    """Annualised spend at the end of a day; `month` names its month."""

    month: str
    day: date
    money: Money


@dataclass(frozen=True, slots=True)
class Slice:
    """The annualised spend of one vendor, category or department; "" where a contract has none."""

    name: str
    money: Money


@dataclass(frozen=True, slots=True)
class Headline:
    """The few amounts at the top: what is in force, bound, and to be decided soon."""

    on: date
    annualised: Money
    committed: Money
    at_stake: Money
    decisions: int
    fixing: Fixing


Exact = dict[str, Fraction]


def annualised_by_month(
    until: date, base: str, months: int = DEFAULT_MONTHS, scope: Scope = EVERYTHING
) -> list[Point]:
    """Return annualised spend at the end of each of the last months; the last point is `until`.

    All points are converted at the fixing of `until`, so that only prices move the curve.
    """
    days = [last_day_of_month(add_months(until, -back)) for back in range(months - 1, 0, -1)]
    labelled = [(label(day, "month"), day) for day in (*days, until)]
    found = _grouped(spend.annualised_spend(labelled, scope=scope), "label")
    at = fixing(until)
    return [Point(name, day, _money(found.get(name, {}), base, at)) for name, day in labelled]


def spend_by(dimension: Dimension, on: date, base: str, scope: Scope = EVERYTHING) -> list[Slice]:
    """Return annualised spend on a day by vendor, category or department, the largest first."""
    return spend_by_each([dimension], on, base, scope)[dimension]


def spend_by_each(
    dimensions: Sequence[Dimension], on: date, base: str, scope: Scope = EVERYTHING
) -> dict[Dimension, list[Slice]]:
    """Return the same by several of them, from one look at what is in force."""
    at = fixing(on)
    return {
        dimension: _slices(rows, base, at)
        for dimension, rows in spend.annualised_by(dimensions, on, scope).items()
    }


def headline(
    on: date, base: str, scope: Scope = EVERYTHING, days: int = renewals.DEFAULT_HORIZON
) -> Headline:
    """Return what is in force on a day, what is bound after it, and what its next days decide."""
    at = fixing(on)
    annualised = _grouped(spend.annualised_spend([("", on)], scope=scope), "label")
    committed = _grouped(spend.committed(on, scope=scope), "label")
    stake = renewals.at_stake(on, days, scope)
    return Headline(
        on=on,
        annualised=_money(annualised.get("", {}), base, at),
        committed=_money(committed.get("", {}), base, at),
        at_stake=_money({currency: value for currency, (_, value) in stake.items()}, base, at),
        decisions=sum(count for count, _ in stake.values()),
        fixing=at,
    )


def _slices(rows: Iterable[spend.Spend], base: str, at: Fixing) -> list[Slice]:
    slices = [
        Slice(name, _money(found, base, at)) for name, found in _grouped(rows, "name").items()
    ]
    return sorted(slices, key=lambda each: (-each.money.converted, each.name))


def _grouped(rows: Iterable[spend.Spend], part: str) -> dict[str, Exact]:
    found: dict[str, Exact] = defaultdict(dict)
    for row in rows:
        found[getattr(row, part)][row.currency] = row.value
    return found


def _money(amounts: Exact, base: str, at: Fixing) -> Money:
    return Base(base, at).money(amounts)
