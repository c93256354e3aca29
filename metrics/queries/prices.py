"""What each renewal did to the price, row by row (R22)."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.rules.period import MONTHS_OF, Grain, Period, label
from metrics.queries.question import EVERYTHING, Scope
from metrics.queries.renewals import as_date, first_of_month, inside, month_number
from metrics.queries.sql import (
    SCALE,
    amount,
    contracts_of,
    exact_sum,
    fetch,
    outcomes_of,
    sums,
)
from metrics.rules import prices

ROWS = """
SELECT CASE WHEN c.external_reference = '' THEN c.title ELSE c.external_reference END,
    s.seq, s.start_date, p.value_before, p.value_after, p.unit_price_before, p.unit_price_after,
    p.quantity_before, p.quantity_after, p.signs
FROM contracts_pricechange p
JOIN contracts_contract c ON c.id = p.contract_id
JOIN contracts_term s ON s.id = p.after_id
WHERE $visible
ORDER BY c.id, s.seq
"""
# What the changes of each month come to; the effects are in whole 10^-4. The index holds the rows
# in this order.
EFFECTS = """
SELECT o.currency, o.change_month, COUNT(*), COUNT(o.price_effect), $after, $before, $price, $volume
FROM contracts_termoutcome o
WHERE $visible AND o.change_day IS NOT NULL
    AND o.change_month BETWEEN %(first_month)s AND %(last_month)s AND $inside
GROUP BY o.change_month, o.currency
"""
# The few prices or quantities with so many places that something of 10^-8 is left.
RESTS = """
WITH rested AS MATERIALIZED (SELECT * FROM contracts_termoutcome WHERE rests > 0)
SELECT o.currency, o.change_month, SUM(o.rests / 10000), SUM(o.rests %% 10000)
FROM rested o
WHERE $visible AND o.change_day BETWEEN %(first)s AND %(last)s
GROUP BY o.change_month, o.currency
"""
PAGE = ROWS + "LIMIT %(rows)s OFFSET %(before)s"
COUNT = """
SELECT COUNT(*) FROM contracts_pricechange p JOIN contracts_contract c ON c.id = p.contract_id
WHERE $visible
"""
Pair = tuple[int, int]
MaybePair = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A later term of a contract against the one before it.

    Each pair is before and after, in the whole units of 10^-4 that the tables hold: there are
    many rows, and their ratios need no scale.

    `signs` say what is remarkable, decided on the exact ratios when the term was entered.
    """

    contract: str
    seq: int
    date: date
    values: Pair
    unit_prices: MaybePair
    quantities: MaybePair
    signs: tuple[str, ...]

    @property
    def amounts(self) -> tuple[Fraction, Fraction]:
        """The annual value before and after."""
        return amount(self.values[0]), amount(self.values[1])

    @property
    def value_change(self) -> Fraction:
        """By how much the annual value rose."""
        return amount(self.values[1] - self.values[0])

    @property
    def value_increase(self) -> Fraction | None:
        """The same as a ratio of the value before."""
        return prices.increase(*self.values)

    @property
    def unit_increase(self) -> Fraction | None:
        """By how much the unit price rose, as a ratio, like for like."""
        return prices.unit_increase(self.unit_prices, self.quantities, self.values)

    @property
    def split(self) -> "Split | None":
        """What price and volume did, where both prices and both quantities are known."""
        (p0, p1), (q0, q1) = self.unit_prices, self.quantities
        if p0 is None or p1 is None or q0 is None or q1 is None:
            return None
        return Split(
            prices.increase(q0, q1),
            prices.price_effect(p0, p1, q1) / SCALE**2,
            prices.volume_effect(p0, q0, q1) / SCALE**2,
        )


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a change: they add up to p1 q1 - p0 q0."""

    quantity_increase: Fraction | None
    price_effect: Fraction
    volume_effect: Fraction


@dataclass(frozen=True, slots=True)
class Effects:
    """What the renewals of a period did to the annual value: `change` = price + volume + other.

    `other` is the change of those whose price or quantity is not known, and what a price and a
    quantity do not explain. `renewals` counts all, `split` those with both effects known.
    """

    renewals: int
    split: int
    change: Fraction
    price: Fraction
    volume: Fraction

    @property
    def other(self) -> Fraction:
        """The part of the change that is neither price nor volume."""
        return self.change - self.price - self.volume


def effects(
    window: Period, grain: Grain = "quarter", scope: Scope = EVERYTHING
) -> dict[str, dict[str, Effects]]:
    """Return the price and volume effects of the renewals that start in each period of the window.

    Per currency and label, in order; a period without a renewal is left out.
    """
    months = MONTHS_OF[grain]
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * 6)
    for currency, month, *numbers in _months(window, scope):
        tally = found[currency, month // months]
        for place, number in enumerate(numbers):
            tally[place] += number
    named: dict[str, dict[str, Effects]] = defaultdict(dict)
    for (currency, period), (count, known, after, before, price, volume) in sorted(found.items()):
        named[currency][label(first_of_month(period * months), grain)] = Effects(
            count,
            known,
            amount(after - before),
            amount(price) / SCALE,
            amount(volume) / SCALE,
        )
    return dict(named)


def _months(window: Period, scope: Scope) -> Iterator[tuple[Any, ...]]:
    """Yield each month's counts and values in 10^-4, then its effects in 10^-8."""
    days = {
        "first": window.start.toordinal(),
        "last": window.end.toordinal(),
        "first_month": month_number(window.start),
        "last_month": month_number(window.end),
    }
    visible = outcomes_of(scope)
    rows = fetch(
        EFFECTS,
        days,
        visible=visible,
        inside=inside(window, "o.change_day"),
        after=exact_sum("o.next_value"),
        before=exact_sum("o.value"),
        price=exact_sum("o.price_effect"),
        volume=exact_sum("o.volume_effect"),
    )
    for currency, month, count, known, *halves in rows:
        after, before, price, volume = sums(halves)
        yield currency, month, count, known, after, before, price * SCALE, volume * SCALE
    for currency, month, price_rest, volume_rest in fetch(RESTS, days, visible=visible):
        yield currency, month, 0, 0, 0, 0, price_rest, volume_rest


def price_rows(scope: Scope = EVERYTHING) -> list[PriceRow]:
    """Return every pair of consecutive non-void terms, contract by contract."""
    return [_row(*row) for row in fetch(ROWS, visible=contracts_of(scope))]


def price_page(scope: Scope, before: int, rows: int) -> list[PriceRow]:
    """Return some of the same rows in the same order: `rows` of them, after the first `before`."""
    found = fetch(PAGE, {"before": before, "rows": rows}, visible=contracts_of(scope))
    return [_row(*row) for row in found]


def price_count(scope: Scope = EVERYTHING) -> int:
    """Return how many rows there are."""
    ((count,),) = fetch(COUNT, visible=contracts_of(scope))
    return int(count)


def _row(contract: str, seq: int, start: date | str, *columns: Any) -> PriceRow:
    v0, v1, p0, p1, q0, q1, signs = columns
    return PriceRow(
        contract,
        seq,
        as_date(start),
        (v0, v1),
        (p0, p1),
        (q0, q1),
        tuple(json.loads(signs) if isinstance(signs, str) else signs),
    )
