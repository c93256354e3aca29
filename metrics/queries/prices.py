"""What each renewal did to the price, row by row (R22)."""

import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from metrics.queries.question import EVERYTHING, Scope
from metrics.queries.renewals import as_date
from metrics.queries.sql import SCALE, amount, contracts_of, fetch
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
