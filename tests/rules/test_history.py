"""The rules over a whole contract history with known figures, where that data set is at hand.

Set `HISTORY_FOLDER` to a folder with contracts.csv, terms.csv and expected/*.json; one that
lies next to the project is found without it.
"""

import csv
import json
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from contracts.rules.calendar import business_calendar
from contracts.rules.ledger import TermSpan, consecutive, in_force, is_void
from contracts.rules.money import day_cost, quantize, round_half_up
from contracts.rules.notice import NoticeClause, deadline_dates
from contracts.rules.period import Period
from contracts.rules.pricing import PricePoint, price_change
from contracts.rules.vocabulary import RenewalKind

BESIDE = Path(__file__).parents[3] / "shared" / "truth" / "tricky"
FOLDER = Path(os.environ.get("HISTORY_FOLDER", BESIDE))
EXPECTED = sorted(FOLDER.glob("expected/*.json"))
Row = dict[str, str]
Span = TermSpan[Row]

pytestmark = pytest.mark.skipif(
    not EXPECTED, reason=f"NOT CHECKED against known figures: no history in {FOLDER}"
)


@cache
def contracts() -> list[tuple[Row, list[Span]]]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for row in _rows("terms.csv"):
        start, end = (date.fromisoformat(row[name]) for name in ("start_date", "end_date"))
        spans[row["contract_id"]].append(TermSpan(int(row["seq"]), start, end, row))
    return [(row, spans[row["contract_id"]]) for row in _rows("contracts.csv")]


def _rows(name: str) -> list[Row]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _text(value: Decimal | Fraction | None, places: int) -> str | None:
    return None if value is None else str(round_half_up(value, places))


def _point(row: Row) -> PricePoint:
    value, quantity = Decimal(row["annual_value"]), _number(row["quantity"])
    return PricePoint(value, quantity, _number(row["unit_price"]), _number(row["list_price"]))


@pytest.fixture(params=EXPECTED, ids=lambda path: path.stem)
def expected(request: pytest.FixtureRequest) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return figures


def test_price_changes_agree_row_by_row(expected: dict[str, Any]) -> None:
    found = [
        _price_change(contract, before, after)
        for contract, spans in contracts()
        for before, after in consecutive(spans, _day(contract["cancelled_on"]))
    ]
    assert found == expected["price_changes"]


def _price_change(contract: Row, before: Span, after: Span) -> dict[str, Any]:
    p0, p1 = _point(before.key), _point(after.key)
    move = price_change(p0, p1, cap_pct=_number(contract["price_cap_pct"]))
    row: dict[str, Any] = {
        "contract": contract["contract_id"],
        "seq": after.seq,
        "date": after.start.isoformat(),
        "av0": _text(p0.annual_value, 2),
        "av1": _text(p1.annual_value, 2),
        "value_change": _text(move.value_change, 2),
        "value_pct": _text(move.value_pct, 6),
        "unit_pct": _text(move.unit_pct, 6),
        "flags": list(move.flags),
    }
    if move.price_effect is not None:
        row["qty_pct"] = _text(move.qty_pct, 6)
        row["price_effect"] = _text(move.price_effect, 2)
        row["volume_effect"] = _text(move.volume_effect, 2)
    return row


def test_accrued_spend_of_the_window_agrees_to_the_cent(expected: dict[str, Any]) -> None:
    window = Period(*map(date.fromisoformat, expected["window"]))
    costs: defaultdict[str, Fraction] = defaultdict(Fraction)
    for contract, spans in contracts():
        key = f"{window.start.year}|{contract['currency']}"
        for piece in in_force(spans, _day(contract["cancelled_on"]), window.end):
            days = Period(piece.first, piece.last).intersect(window)
            cost = day_cost(Decimal(piece.key["annual_value"]), piece.days_in_year)
            costs[key] += cost * days.days if days else 0
    found = {key: str(quantize(cost, key[-3:])) for key, cost in costs.items() if cost}
    assert found == expected["accrual_year"]


def test_the_renewal_calendar_agrees_row_by_row(expected: dict[str, Any]) -> None:
    as_of = date.fromisoformat(expected["as_of"])
    found = [
        [str(deadline), contract["contract_id"], term.seq, str(term.end), _renews(contract)]
        for contract, spans in contracts()
        for term in _open_terms(spans, _day(contract["cancelled_on"]))
        for deadline in [_deadline(contract, term)]
        if 0 <= (deadline - as_of).days <= 120
    ]
    assert sorted(found) == expected["renewal_calendar"]


def _open_terms(spans: list[Span], cancelled_on: date | None) -> list[Span]:
    """Return the terms that are not void, not cancelled by their end and not followed yet."""
    standing = [span for span in spans if not is_void(span.start, cancelled_on)]
    return [
        term
        for term in standing
        if term.end is not None
        and not (cancelled_on is not None and cancelled_on <= term.end)
        and not any(
            other.seq > term.seq and (other.start - term.end).days <= 1 for other in standing
        )
    ]


def _renews(contract: Row) -> bool:
    return contract["auto_renew"] == "Y"


def _deadline(contract: Row, term: Span) -> date:
    value = contract["notice_days"]
    found = deadline_dates(
        start=term.start,
        end=term.end,
        renewal_kind=RenewalKind.AUTO,
        clause=NoticeClause(int(value) if value else None),
        calendar=business_calendar(()),
    ).notice_deadline
    assert found is not None
    return found
