"""What the price page shows: why the bill changed, whose prices rose, and the own price index."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.db.models import Max

from contracts.models import IndexValue
from contracts.rules.period import Period, periods
from metrics.queries import spend
from metrics.queries.amounts import Base
from metrics.queries.question import Question, Scope
from metrics.queries.sql import amount, contracts_of, fetch, listed
from metrics.rules.conversion import Fixing
from metrics.rules.presentation import quotient
from metrics.rules.price_split import Held, Split, chained, like_for_like, split

START = Fraction(100)
# Contracts whose term at the end of one day is another than at the end of an earlier one.
CHANGED = """
WITH snap(k, side, day) AS ($snaps),
held AS (
    SELECT snap.k AS k, l.contract_id AS contract_id,
        MAX(CASE WHEN snap.side = 0 THEN l.term_id END) AS before_id,
        MAX(CASE WHEN snap.side = 1 THEN l.term_id END) AS after_id
    FROM snap
    JOIN contracts_ledgerentry l ON l.first_day <= snap.day AND l.last_day >= snap.day
    GROUP BY 1, 2
)
SELECT held.k, c.id, c.title, d.name, c.currency,
    b.annual_value, b.unit_price, b.quantity, a.annual_value, a.unit_price, a.quantity
FROM held
JOIN contracts_contract c ON c.id = held.contract_id
JOIN contracts_vendor d ON d.id = c.vendor_id
LEFT JOIN contracts_term b ON b.id = held.before_id
LEFT JOIN contracts_term a ON a.id = held.after_id
WHERE $visible AND COALESCE(held.before_id, 0) <> COALESCE(held.after_id, 0)
ORDER BY held.k, c.id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A contract whose term changed between two snapshots; None on a side: it was not there."""

    k: int
    contract_id: int
    title: str
    vendor: str
    currency: str
    before: Held | None
    after: Held | None


@dataclass(frozen=True, slots=True)
class ChangedContract:
    """A contract with the parts of its change, converted."""

    change: Change
    parts: Split


@dataclass(frozen=True, slots=True)
class Inflation:
    """How a vendor's prices rose at its renewals, like for like, weighted by the cost before.

    `renewed` is that cost, `risen` what the rises add to it; `rate` is their quotient. Terms that
    cannot be compared are counted apart.
    """

    vendor: str
    renewals: int
    renewed: Fraction
    risen: Fraction
    rate: Fraction | None
    incomparable: int


@dataclass(frozen=True, slots=True)
class Level:
    """The own price index at the end of a month, and a published one rebased to the same start."""

    label: str
    own: Fraction
    published: Fraction | None


@dataclass(frozen=True, slots=True)
class PriceReport:
    """Everything on the page, in one currency."""

    opening: Fraction
    closing: Fraction
    parts: Split
    contracts: tuple[ChangedContract, ...]
    standing: Split
    renewals: tuple[Change, ...]
    vendors: tuple[Inflation, ...]
    whole: Inflation
    levels: tuple[Level, ...]
    indices: tuple[str, ...]
    index: str
    unconverted: frozenset[str]


def price_report(question: Question, start: Base, end: Base, index: str = "") -> PriceReport:
    """Return the figures of the window: `start` converts the opening, `end` the closing.

    Inflation and the own index are converted at `end` alone, so that no rate moves them.
    """
    window, scope = question.window, question.scope
    days = [("open", question.opening_day), ("close", window.end)]
    held = _by_label(spend.annualised_spend(days, scope=scope))
    changes = changed([(question.opening_day, window.end)], scope)
    contracts = _split(changes, start, end)
    standing = _standing(held["close"], changes, start, end)
    months = periods(window, "month")
    steps = changed(_pairs(question), scope)
    vendors = _inflation(steps, end)
    names = published_names()
    chosen = index if index in names else next(iter(names), "")
    return PriceReport(
        opening=_known(held["open"], start, end, start),
        closing=_known(held["close"], start, end, end),
        parts=sum((each.parts for each in contracts), standing),
        contracts=tuple(contracts),
        standing=standing,
        renewals=tuple(step for step in steps if step.before and step.after),
        vendors=vendors,
        whole=_added("", vendors),
        levels=_levels(question, months, steps, end, chosen),
        indices=names,
        index=chosen,
        unconverted=frozenset(
            each
            for amounts in held.values()
            for each in amounts
            if _factors(each, start, end) is None
        ),
    )


def changed(pairs: Sequence[tuple[date, date]], scope: Scope) -> list[Change]:
    """Return what changed between each pair of snapshots (C4), contract by contract."""
    snaps = [
        (k, side, day.toordinal()) for k, pair in enumerate(pairs) for side, day in enumerate(pair)
    ]
    rows = fetch(CHANGED, snaps=listed(snaps), visible=contracts_of(scope))
    return [_change(*row) for row in rows]


def published_names() -> tuple[str, ...]:
    """Return the names of the published indices there are, those that reach furthest first."""
    rows = IndexValue.objects.values_list("name").annotate(last=Max("month"))
    return tuple(name for name, _last in rows.order_by("-last", "name"))


def _change(
    k: int, contract_id: int, title: str, vendor: str, currency: str, *columns: Any
) -> Change:
    before, after = _held(columns[:3]), _held(columns[3:])
    return Change(k, contract_id, title, vendor, currency, before, after)


def _held(columns: Sequence[Any]) -> Held | None:
    value, price, quantity = (None if each is None else amount(each) for each in columns)
    return None if value is None else Held(value, price, quantity)


def _by_label(rows: Iterable[spend.Spend]) -> dict[str, dict[str, Fraction]]:
    found: dict[str, dict[str, Fraction]] = {"open": {}, "close": {}}
    for row in rows:
        found[row.label][row.currency] = row.value
    return found


def _factors(currency: str, start: Base, end: Base) -> tuple[Fraction, Fraction] | None:
    """Return the rates of both days; a currency without one of them is left out of both (C8)."""
    f0 = start.at.factor(currency, start.currency)
    f1 = end.at.factor(currency, end.currency)
    return None if f0 is None or f1 is None else (f0, f1)


def _known(amounts: dict[str, Fraction], start: Base, end: Base, at: Base) -> Fraction:
    return at.exact({c: value for c, value in amounts.items() if _factors(c, start, end)})


def _split(changes: Iterable[Change], start: Base, end: Base) -> list[ChangedContract]:
    found = []
    for change in changes:
        factors = _factors(change.currency, start, end)
        if factors is not None:
            found.append(ChangedContract(change, split(change.before, change.after, *factors)))
    return found


def _standing(
    closing: dict[str, Fraction], changes: Iterable[Change], start: Base, end: Base
) -> Split:
    """Return what the rates did to the contracts whose terms did not change."""
    unchanged = defaultdict(Fraction, closing)
    for change in changes:
        if change.after is not None:
            unchanged[change.currency] -= Fraction(change.after.value)
    moved = Fraction(0)
    for currency, value in unchanged.items():
        factors = _factors(currency, start, end)
        if factors is not None:
            moved += value * (factors[1] - factors[0])
    return Split(currency=moved)


def _pairs(question: Question) -> list[tuple[date, date]]:
    ends = [question.opening_day, *(part.end for _, part in periods(question.window, "month"))]
    return list(pairwise(ends))


def cost_of_rise(change: Change) -> tuple[Fraction, Fraction] | None:
    """Return what a renewal cost before and what its rise adds; None where nothing compares."""
    if change.before is None or change.after is None:
        return None
    rise = like_for_like(change.before, change.after)
    before = Fraction(change.before.value)
    return None if rise is None else (before, before * rise)


def _inflation(changes: Iterable[Change], base: Base) -> tuple[Inflation, ...]:
    found: dict[str, list[Inflation]] = defaultdict(list)
    for change in changes:
        factor = base.at.factor(change.currency, base.currency)
        if factor is None or change.before is None or change.after is None:
            continue
        risen = cost_of_rise(change)
        renewed, more = (Fraction(0), Fraction(0)) if risen is None else risen
        row = Inflation(
            change.vendor,
            int(risen is not None),
            renewed * factor,
            more * factor,
            None,
            int(risen is None),
        )
        found[change.vendor].append(row)
    vendors = [_added(vendor, rows) for vendor, rows in found.items()]
    return tuple(sorted(vendors, key=lambda row: (-(row.rate or 0), row.vendor)))


def _added(vendor: str, rows: Iterable[Inflation]) -> Inflation:
    own = list(rows)
    renewed = sum((row.renewed for row in own), Fraction(0))
    risen = sum((row.risen for row in own), Fraction(0))
    return Inflation(
        vendor,
        sum(row.renewals for row in own),
        renewed,
        risen,
        quotient(risen, renewed),
        sum(row.incomparable for row in own),
    )


def _levels(
    question: Question,
    months: list[tuple[str, Period]],
    changes: Iterable[Change],
    base: Base,
    index: str,
) -> tuple[Level, ...]:
    """Chain the own index month by month from 100, and rebase the published one."""
    opening = _baskets(question, months, base)
    rises: dict[int, Fraction] = defaultdict(Fraction)
    for change in changes:
        factor = base.at.factor(change.currency, base.currency) or Fraction(0)
        if change.before is not None and change.after is None:
            opening[change.k] -= Fraction(change.before.value) * factor
        elif (risen := cost_of_rise(change)) is not None:
            rises[change.k] += risen[1] * factor
    published = _published(index, question.opening_day, months)
    level, found = START, [Level("", START, published.get(""))]
    for k, (name, _part) in enumerate(months):
        level = chained(level, rises[k], opening[k])
        found.append(Level(name, level, published.get(name)))
    return tuple(found)


def _baskets(
    question: Question, months: list[tuple[str, Period]], base: Base
) -> dict[int, Fraction]:
    """Return what was in force before each month, converted."""
    ends = [question.opening_day, *(part.end for _, part in months[:-1])]
    rows = spend.annualised_spend(
        [(str(k), day) for k, day in enumerate(ends)], scope=question.scope
    )
    found: dict[int, Fraction] = defaultdict(Fraction)
    for row in rows:
        found[int(row.label)] += base.exact({row.currency: row.value})
    return found


def _published(
    name: str, opening_day: date, months: list[tuple[str, Period]]
) -> dict[str, Fraction]:
    """Return a published index by month, 100 in the month of the opening day."""
    first, last = opening_day.replace(day=1), months[-1][1].end
    rows = IndexValue.objects.filter(name=name, month__gte=first, month__lte=last)
    values = {month: Fraction(value) for month, value in rows.values_list("month", "value")}
    start = values.get(first)
    if not start:
        return {}
    found = {
        label: values[part.start.replace(day=1)] / start * START
        for label, part in months
        if part.start.replace(day=1) in values
    }
    return {"": START} | found


def fixings(opening: Fixing, closing: Fixing, currency: str) -> tuple[Base, Base]:
    """Return the currency at both ends of a window."""
    return Base(currency, opening), Base(currency, closing)
