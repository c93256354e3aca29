"""The two terms behind a price change."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from metrics.queries.keys import of_price
from metrics.queries.prices import price_count, price_page
from metrics.queries.question import Question
from metrics.queries.renewals import as_date
from metrics.queries.rows_opened import (
    ANNUAL_VALUE,
    CONTRACT,
    LABEL,
    TERM,
    VENDOR,
    Column,
    Measure,
    Opened,
    Row,
    UnknownKeyError,
)
from metrics.queries.rows_spend import END, START, target
from metrics.queries.sql import SCALE, contracts_of, fetch

PAIR = """
SELECT c.id, $label, v.name, c.currency, b.seq, b.start_date, b.end_date, s.seq, s.start_date,
    s.end_date, p.value_before, p.value_after, p.unit_price_before, p.unit_price_after,
    p.quantity_before, p.quantity_after
FROM contracts_pricechange p
JOIN contracts_contract c ON c.id = p.contract_id
JOIN contracts_vendor v ON v.id = c.vendor_id
JOIN contracts_term b ON b.id = p.before_id
JOIN contracts_term s ON s.id = p.after_id
WHERE $visible AND $label = %(contract)s AND s.seq = %(seq)s
"""
UNIT_PRICE = Column("unit_price", _("Unit price"), "money")
QUANTITY = Column("quantity", _("Quantity"), "number")
ADDED = (
    Column("value_before", _("Value before"), "money", is_added=True),
    Column("value_after", _("Value after"), "money", is_added=True),
    Column("unit_before", _("Compared before"), "money", is_added=True),
    Column("unit_after", _("Compared after"), "money", is_added=True),
    Column("quantity_before", _("Quantity before"), "decimal", is_added=True),
    Column("quantity_after", _("Quantity after"), "decimal", is_added=True),
    Column("price_effect", _("Price effect"), "money", is_added=True),
    Column("volume_effect", _("Volume effect"), "money", is_added=True),
)
COLUMNS = (CONTRACT, VENDOR, TERM, START, END, UNIT_PRICE, QUANTITY, ANNUAL_VALUE, *ADDED)
MEASURES = {
    "av0": Measure(("value_before",)),
    "av1": Measure(("value_after",)),
    "value_change": Measure(("value_after",), ("value_before",)),
    "value_pct": Measure(("value_after",), ("value_before",), over="value_before"),
    "unit_pct": Measure(("unit_after",), ("unit_before",), over="unit_before"),
    "qty_pct": Measure(("quantity_after",), ("quantity_before",), over="quantity_before"),
    "price_effect": Measure(("price_effect",)),
    "volume_effect": Measure(("volume_effect",)),
}
Number = Fraction | None


class PricePages:
    """The price changes of a question as figures print them, read page by page."""

    def __init__(self, question: Question) -> None:
        self.scope = question.scope

    def __len__(self) -> int:
        return price_count(self.scope)

    def __getitem__(self, places: slice) -> list[dict[str, Any]]:
        rows = price_page(self.scope, places.start, places.stop - places.start)
        return [of_price(row) for row in rows]


def price_change(question: Question, key: str) -> Opened:
    """Open "contract|number|value_pct": the term of that number and the one before it."""
    rest, _bar, last = key.rpartition("|")
    key, wanted = (rest, last) if last in MEASURES else (key, "value_change")
    contract, _bar, seq = key.rpartition("|")
    if not (seq.isascii() and seq.isdigit()):
        raise UnknownKeyError(key)
    found = fetch(
        PAIR,
        {"contract": contract, "seq": int(seq)},
        label=LABEL,
        visible=contracts_of(question.scope),
    )
    if not found:
        raise UnknownKeyError(key)
    # Contracts without a reference of their own may share a title.
    rows = tuple(row for pair in found for row in _pair(pair))
    return Opened(COLUMNS, rows, MEASURES[wanted], found[0][3])


def _pair(row: tuple[Any, ...]) -> tuple[Row, Row]:
    pk, contract, vendor, _currency, *terms = row
    before, after, figures = terms[:3], terms[3:6], [_scaled(value) for value in terms[6:]]
    v0, v1, p0, p1, q0, q1 = figures
    c0, c1 = _compared(figures)
    k0, k1 = (q0, q1) if _is_split(figures) else (None, None)
    named = contract, vendor
    first = (*_term(before), p0, q0, v0, v0, None, c0, None, k0, None)
    second = (*_term(after), p1, q1, v1, None, v1, None, c1, None, k1)
    return (
        Row((*named, *first, *_effects(figures, 0)), target(pk)),
        Row((*named, *second, *_effects(figures, 1)), target(pk)),
    )


def _effects(figures: list[Number], side: int) -> tuple[Number, Number]:
    """Return what one term brings to (p1 - p0) q1 and to (q1 - q0) p0."""
    if not _is_split(figures):
        return None, None
    _v0, _v1, p0, p1, q0, q1 = (value or Fraction(0) for value in figures)
    return (p1 * q1, q1 * p0) if side else (-p0 * q1, -q0 * p0)


def _is_split(figures: list[Number]) -> bool:
    return all(value is not None for value in figures[2:])


def _compared(figures: list[Number]) -> tuple[Number, Number]:
    """Return what is compared like for like: unit prices, else annual values, else nothing."""
    v0, v1, p0, p1, q0, q1 = figures
    if p0 is not None and p1 is not None:
        return p0, p1
    return (v0, v1) if q0 is None or q1 is None or q0 == q1 else (None, None)


def _term(parts: list[Any]) -> tuple[Any, ...]:
    seq, start, end = parts
    return seq, as_date(start), None if end is None else as_date(end)


def _scaled(value: int | None) -> Number:
    return None if value is None else Fraction(value, SCALE)
