"""What contracts cost: accrued over a window, annualised on a day, committed and whole (C1-C4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from string import Template
from typing import Any

from contracts.rules.calendar import ONE_DAY
from contracts.rules.period import Grain, Period, label, periods
from metrics.queries import steps
from metrics.queries.question import EVERYTHING, Dimension, Scope
from metrics.queries.spend_statements import (
    ACCRUED,
    ACCRUED_SERIES,
    ANNUALISED,
    ANNUALISED_SERIES,
    COMMITTED,
    CURRENCIES,
    DAYS_AFTER,
    DAYS_INSIDE,
    DAYS_SINCE,
    EVENTS,
    KEYS,
    LIVE,
    LIVE_BY,
    LONGEST,
    NAMES,
    SIGNED_BY_THEN,
    SIGNED_LATER,
    WHOLE_VALUE,
)
from metrics.queries.sql import (
    SCALE,
    Fragment,
    amount,
    carried_sum,
    composed,
    contracts_of,
    entries_of,
    exact_sum,
    fetch,
    listed,
    split,
    sums,
)
from metrics.rules.spend import accrued

SIGNED = "(c.signed_on IS NULL OR c.signed_on <= %(as_of)s)"
# A term without an end binds nobody: it goes on, but it is not committed.
BOUND, UNBOUND = "bound", "unbound"
BINDING = f"CASE WHEN l.is_bound THEN '{BOUND}' ELSE '{UNBOUND}' END"
# Beyond so many days a series of events is cheaper than a look at each day.
FEW = 2


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
        if scope.contracts is None:
            return costs(_stepped(window, grain))
        return costs(_series(window, grain, "''", scope, Fragment("TRUE")))
    rows = fetch(
        ACCRUED,
        {"longest": LONGEST},
        periods=_spans(window, grain),
        cost=exact_sum("l.annual_value", DAYS_INSIDE),
        visible=entries_of(scope),
        **_named(dimension),
    )
    return costs(rows)


def agreed_spend(window: Period, as_of: date, scope: Scope = EVERYTHING) -> list[Spend]:
    """Return the cost of the window's days, by month, in contracts signed by `as_of`.

    The name says whether they are bound by a term with an end.
    """
    day = {"day": as_of.toordinal()}
    if scope.contracts is not None:
        signed = Fragment(SIGNED_BY_THEN, day)
        return costs(_series(window, "month", BINDING, scope, signed))
    later = _series(window, "month", BINDING, scope, Fragment(SIGNED_LATER, day))
    return costs(_stepped(window, "month", named=True), less=later)


def annualised_spend(
    days: Sequence[tuple[str, date]],
    dimension: Dimension | None = None,
    scope: Scope = EVERYTHING,
) -> list[Spend]:
    """Return the annual value of what is in force at the end of each labelled day (C4)."""
    if dimension is None and scope.contracts is None:
        return _amounts(_stepped_days(days))
    listed_days = listed([(each, day.toordinal()) for each, day in days])
    if dimension is None and len(days) > FEW:
        numbers = [day.toordinal() for _, day in days]
        events = _events((min(numbers), max(numbers)), "''", scope, Fragment("TRUE"))
        return _amounts(fetch(ANNUALISED_SERIES, days=listed_days, events=events))
    rows = fetch(
        ANNUALISED,
        {"longest": LONGEST},
        days=listed_days,
        value=exact_sum("l.annual_value"),
        visible=entries_of(scope),
        **_named(dimension),
    )
    return _amounts((*row[:3], *row[4:]) for row in rows)


def annualised_by(
    dimensions: Sequence[Dimension], day: date, scope: Scope = EVERYTHING
) -> dict[Dimension, list[Spend]]:
    """Return the annual value in force at the end of a day by each of several names."""
    rows = fetch(
        LIVE + " UNION ALL ".join(Template(LIVE_BY).substitute(dimension=d) for d in dimensions),
        {"day": day.toordinal(), "longest": LONGEST},
        keys=", ".join(f"l.{each}_id" for each in dimensions),
        names=", ".join(f"{each}_id" for each in dimensions),
        value=exact_sum("l.annual_value"),
        visible=entries_of(scope),
    )
    return {each: _amounts(("", *row[1:]) for row in rows if row[0] == each) for each in dimensions}


def committed(
    as_of: date, dimension: Dimension | None = None, scope: Scope = EVERYTHING
) -> list[Spend]:
    """Return the cost of the days after `as_of` in terms of contracts signed by then.

    No renewals are assumed, and a term without an end commits to nothing.
    """
    if dimension is not None or scope.contracts is not None:
        return costs(_committed(as_of, dimension, scope, SIGNED_BY_THEN))
    after = steps.accrued([Period(as_of + ONE_DAY, date.max)], bound="TRUE")
    rows = [("", "", key[0], key[1], *split(parts[0])) for key, parts in after.items()]
    return costs(rows, less=_committed(as_of, None, scope, SIGNED_LATER))


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


def costs(rows: Iterable[Sequence[Any]], less: Iterable[Sequence[Any]] = ()) -> list[Spend]:
    """Join rows of (label, name, currency, days of the year, value x days) to costs, zeros left out.

    `less` is taken away.
    """
    found: dict[tuple[str, str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for sign, some in ((1, rows), (-1, less)):
        for each, name, currency, year_days, *halves in some:
            found[each, name, currency][year_days] += sign * sums(halves)[0]
    return [
        Spend(*key, value)
        for key, parts in sorted(found.items())
        if (value := accrued(parts) / SCALE)
    ]


def _amounts(rows: Iterable[tuple[Any, ...]]) -> list[Spend]:
    return [
        Spend(each, name, currency, amount(value))
        for each, name, currency, *halves in sorted(rows)
        if (value := sums(halves)[0])
    ]


def _stepped_days(days: Sequence[tuple[str, date]]) -> Iterator[tuple[Any, ...]]:
    """Yield what is in force on each labelled day, all contracts together."""
    for currency, values in steps.annualised([day for _, day in days]).items():
        for (each, _), value in zip(days, values, strict=True):
            yield each, "", currency, *split(value)


def _stepped(window: Period, grain: Grain, *, named: bool = False) -> Iterator[tuple[Any, ...]]:
    """Yield value x days in each period, all contracts together."""
    spans = periods(window, grain)
    for key, values in steps.accrued([part for _, part in spans]).items():
        currency, year_days, is_bound = key
        name = (BOUND if is_bound else UNBOUND) if named else ""
        for (each, _), value in zip(spans, values, strict=True):
            yield each, name, currency, year_days, *split(value)


def _named(dimension: Dimension | None) -> dict[str, str]:
    join, name = NAMES[dimension]
    return {"key": KEYS[dimension], "names": join, "name": name}


def _committed(
    as_of: date, dimension: Dimension | None, scope: Scope, signed: str
) -> list[tuple[Any, ...]]:
    return fetch(
        COMMITTED,
        {"day": as_of.toordinal()},
        signed=signed,
        cost=exact_sum("l.annual_value", DAYS_AFTER),
        visible=entries_of(scope),
        **_named(dimension),
    )


def _spans(window: Period, grain: Grain) -> Fragment:
    return listed(
        [
            (name, part.start.toordinal(), part.end.toordinal())
            for name, part in periods(window, grain)
        ]
    )


def _series(
    window: Period, grain: Grain, name: str, scope: Scope, condition: Fragment
) -> list[tuple[Any, ...]]:
    """Return value x days in each period, from the entries that meet a condition."""
    days = (window.start.toordinal(), window.end.toordinal())
    return fetch(
        ACCRUED_SERIES,
        periods=_spans(window, grain),
        events=_events(days, name, scope, condition),
        days=DAYS_SINCE,
    )


def _events(days: tuple[int, int], name: str, scope: Scope, condition: Fragment) -> Fragment:
    """Return what each day of a window adds and takes away, per name and currency."""
    return composed(
        EVENTS,
        {"first": days[0], "last": days[1]},
        name=name,
        came=carried_sum("l.annual_value"),
        went=carried_sum("-l.annual_value"),
        visible=entries_of(scope),
        condition=condition,
    )
