"""How cells are read: what is refused, with which stable code."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.importers import cells
from contracts.importers.cells import Formats, Reader
from contracts.importers.problems import CellRefused
from contracts.importers.tables import Cell
from contracts.rules.parsing import ParseError

PLAIN = Formats()
STATED = Formats("DMY", ",")
MONEY = cells.number(sign="not_negative")


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        (cells.day, "01/02/2025", "date_order"),
        (cells.day, "31/02/2025", "date_impossible"),
        (cells.day, "soon", "date_malformed"),
        (cells.day, "1/2/25", "date_two_digit_year"),
        (MONEY, "1.234", "amount_ambiguous"),
        (MONEY, "1,234", "amount_ambiguous"),
        (MONEY, "twelve", "amount_malformed"),
        (MONEY, "=1+1", "amount_malformed"),
        (MONEY, "-5", "negative"),
        (MONEY, "1.23456", "too_many_places"),
        (MONEY, "100000000000000", "too_large"),
        (cells.number(sign="positive"), "0", "not_positive"),
        (cells.whole(1, 600), "0", "not_whole"),
        (cells.whole(1, 600), "601", "not_whole"),
        (cells.whole(1, 600), "12.5", "not_whole"),
        (cells.whole(1, 600), "1_0", "not_whole"),
        (cells.whole(1, 600), "٣", "not_whole"),
        (cells.choice("auto", "fixed"), "perhaps", "not_a_choice"),
        (cells.yes_or_no, "maybe", "boolean_malformed"),
        (cells.currency, "EURO", "unknown_currency"),
        (cells.text(3), "four", "too_long"),
        (cells.text(9), "a\x07b", "control_character"),
        (cells.vendor_name(200), "Acme\nBetter", "several_vendors"),
    ],
)
def test_a_cell_that_cannot_be_taken_says_why(reader: Reader, text: str, code: str) -> None:
    with pytest.raises((CellRefused, ParseError)) as refused:
        reader(text, PLAIN)
    why = refused.value
    assert isinstance(why, CellRefused | ParseError)
    assert why.code == code
    assert why.template % why.params == str(why)


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (cells.day, "01/02/2025", date(2025, 2, 1)),
        (MONEY, "1.234", Decimal("1234")),
        (MONEY, "1.234,56", Decimal("1234.56")),
    ],
)
def test_a_stated_format_answers_the_question(reader: Reader, text: str, value: object) -> None:
    assert reader(text, STATED) == value


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        (cells.day, date(2025, 2, 1), date(2025, 2, 1)),
        (MONEY, Decimal("1.234"), Decimal("1.234")),
        (cells.yes_or_no, True, True),
        (cells.currency, " eur ", "EUR"),
        (cells.currency, "DEM", "DEM"),
        (cells.choice("business_days"), "Business days", "business_days"),
        (cells.one_line(20), " Acme \n Ltd ", "Acme Ltd"),
        (cells.vendor_name(20), "Acme\n", "Acme"),
        (cells.text(20), "two\nlines", "two\nlines"),
        (cells.whole(0, 9), "007", 7),
    ],
)
def test_a_plain_cell_is_read(reader: Reader, cell: Cell, value: object) -> None:
    assert reader(cell, PLAIN) == value


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["DMY", "MDY"]))
def test_every_day_written_in_a_stated_order_comes_back(day: date, order: str) -> None:
    text = day.strftime("%d/%m/%Y" if order == "DMY" else "%m/%d/%Y")
    formats = Formats("DMY" if order == "DMY" else "MDY")
    assert cells.day(text, formats) == cells.day(day.isoformat(), PLAIN) == day


@given(st.decimals(0, 99_999_999_999_999, places=4), st.sampled_from([".", ","]))
def test_every_amount_written_with_a_stated_mark_comes_back(amount: Decimal, mark: str) -> None:
    grouped = f"{amount:,.4f}"
    if mark == ",":
        grouped = grouped.translate(str.maketrans(",.", ".,"))
    assert MONEY(grouped, Formats(None, "." if mark == "." else ",")) == amount
