"""Dates, amounts, yes and no as people write them."""

from calendar import month_name
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.parsing import (
    MESSAGES,
    Ambiguous,
    DateOrder,
    DecimalMark,
    Malformed,
    ParseError,
    parse_amount,
    parse_boolean,
    parse_date,
)

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
AMOUNTS = st.decimals("-999999999999.99", "999999999999.99", places=2)
MONTHS = tuple(month_name)[1:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-02-03", date(2025, 2, 3)),
        (" 2025-02-03 ", date(2025, 2, 3)),
        ("2025/2/3", date(2025, 2, 3)),
        ("2025-02-03T23:59:59Z", date(2025, 2, 3)),
        ("2025-02-03 10:00:00.123+02:00", date(2025, 2, 3)),
        ("2025-02-03 00:00", date(2025, 2, 3)),
        ("31/12/2025", date(2025, 12, 31)),
        ("12/31/2025", date(2025, 12, 31)),
        ("31-12-2025", date(2025, 12, 31)),
        ("31/12/2025 00:00", date(2025, 12, 31)),
        ("31.12.2025", date(2025, 12, 31)),
        ("01.02.2025", date(2025, 2, 1)),
        ("03/03/2025", date(2025, 3, 3)),
        ("3/03/2025", date(2025, 3, 3)),
        ("3 Feb 2025", date(2025, 2, 3)),
        ("3-Feb-2025", date(2025, 2, 3)),
        ("03 february 2025", date(2025, 2, 3)),
        ("3rd Feb 2025", date(2025, 2, 3)),
        ("3. February 2025", date(2025, 2, 3)),
        ("February 3, 2025", date(2025, 2, 3)),
        ("Feb 3 2025", date(2025, 2, 3)),
        ("SEPT 30th, 2025", date(2025, 9, 30)),
        ("29/02/2024", date(2024, 2, 29)),
    ],
)
def test_a_date_with_one_reading_is_read(text: str, expected: date) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize("text", ["01/02/2025", "1-2-2025", "12/11/2025"])
def test_a_date_with_two_readings_is_refused_with_a_question(text: str) -> None:
    with pytest.raises(Ambiguous) as refused:
        parse_date(text)
    assert refused.value.code == "date_order"
    assert text in str(refused.value)
    assert {"text", "first", "second"} == set(refused.value.params)


def test_the_question_names_both_readings() -> None:
    with pytest.raises(Ambiguous, match="read as 2025-01-02 or as 2025-02-01: state the order"):
        parse_date("01/02/2025")


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("01/02/2025", "DMY", date(2025, 2, 1)),
        ("01/02/2025", "MDY", date(2025, 1, 2)),
        ("01.02.2025", "MDY", date(2025, 1, 2)),
        ("2025-02-01", "MDY", date(2025, 2, 1)),
        ("2025-02-01", "DMY", date(2025, 2, 1)),
        ("2025-02-01", "ISO", date(2025, 2, 1)),
        ("1 Feb 2025", "MDY", date(2025, 2, 1)),
        ("1 Feb 2025", "ISO", date(2025, 2, 1)),
    ],
)
def test_a_stated_order_decides(text: str, order: DateOrder, expected: date) -> None:
    assert parse_date(text, order) == expected


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("12/31/2025", "DMY", "date_impossible"),
        ("31/12/2025", "MDY", "date_impossible"),
        ("31/12/2025", "ISO", "date_not_iso"),
        ("31.12.2025", "ISO", "date_not_iso"),
    ],
)
def test_a_text_that_contradicts_the_order_is_an_error(
    text: str, order: DateOrder, code: str
) -> None:
    with pytest.raises(Malformed) as refused:
        parse_date(text, order)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("soon", "date_malformed"),
        ("20250203", "date_malformed"),
        ("45000", "date_malformed"),
        ("2025-02", "date_malformed"),
        ("2025-02/03", "date_malformed"),
        ("3 Foo 2025", "date_malformed"),
        ("2025-02-03 and more", "date_malformed"),
        ("2025-02-30", "date_impossible"),
        ("2025-13-01", "date_impossible"),
        ("29/02/2025", "date_impossible"),
        ("32/01/2025", "date_impossible"),
        ("13/13/2025", "date_impossible"),
        ("00/01/2025", "date_impossible"),
        ("01/00/2025", "date_impossible"),
        ("9999-12-31", "date_out_of_range"),
        ("0205-02-03", "date_out_of_range"),
        ("٢٠٢٥-02-03", "date_malformed"),
    ],
)
def test_what_is_no_date_is_refused(text: str, code: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse_date(text)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["31/12/25", "3 Feb 25", "Feb 3, 25", "31.12.25"])
@pytest.mark.parametrize("order", [None, "DMY"])
def test_a_year_of_two_digits_is_refused(text: str, order: DateOrder | None) -> None:
    with pytest.raises(Ambiguous) as refused:
        parse_date(text, order)
    assert refused.value.code == "date_two_digit_year"


@given(DAYS)
def test_each_way_to_write_a_day_is_read_back(day: date) -> None:
    name = MONTHS[day.month - 1]
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.isoformat()}T12:30:00") == day
    assert parse_date(f"{day.day:02}.{day.month:02}.{day.year}") == day
    assert parse_date(f"{day.day}/{day.month}/{day.year}", "DMY") == day
    assert parse_date(f"{day.month:02}/{day.day:02}/{day.year}", "MDY") == day
    assert parse_date(f"{day.day} {name} {day.year}") == day
    assert parse_date(f"{name[:3]} {day.day}, {day.year}") == day


@given(DAYS)
def test_without_an_order_a_date_is_right_or_refused(day: date) -> None:
    for text in (f"{day.day}/{day.month}/{day.year}", f"{day.month}/{day.day}/{day.year}"):
        try:
            assert parse_date(text) == day
        except Ambiguous:
            assert day.day <= 12
            assert day.day != day.month


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("12", "12"),
        ("12.50", "12.50"),
        ("12,5", "12.5"),
        (".5", "0.5"),
        ("0.123", "0.123"),
        ("1234.567", "1234.567"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\N{NO-BREAK SPACE}234,56", "1234.56"),
        ("1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567", "1234567"),
        ("1'234.56", "1234.56"),
        ("1\N{RIGHT SINGLE QUOTATION MARK}234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        ("1 234.567", "1234.567"),
        ("12,34,567.89", "1234567.89"),
        ("$1,234.00", "1234.00"),
        ("US$ 1,234.00", "1234.00"),
        ("€ 12", "12"),
        ("12 €", "12"),
        ("EUR 1.234,56", "1234.56"),
        ("1,234.56 USD", "1234.56"),
        ("CHF 1'234.50", "1234.50"),
        ("kr 99,50", "99.50"),
        ("-5", "-5"),
        ("+5", "5"),
        ("5-", "-5"),
        ("\N{MINUS SIGN}7", "-7"),
        ("(123.45)", "-123.45"),
        ("($1,234.56)", "-1234.56"),
        ("-$5.00", "-5.00"),
        ("$-5.00", "-5.00"),
        ("-0.00", "0.00"),
        ("12345678901234567890123456789012.34", "12345678901234567890123456789012.34"),
        ("-12345678901234567890123456789012.34", "-12345678901234567890123456789012.34"),
    ],
)
def test_an_amount_with_one_reading_is_read(text: str, expected: str) -> None:
    assert str(parse_amount(text)) == expected


@pytest.mark.parametrize("text", ["1.234", "1,234", "$1,234", "-12.345", "999,999", "€ 1.234"])
def test_three_digits_after_one_separator_are_ambiguous(text: str) -> None:
    with pytest.raises(Ambiguous) as refused:
        parse_amount(text)
    assert refused.value.code == "amount_ambiguous"


def test_the_question_names_both_amounts() -> None:
    with pytest.raises(Ambiguous, match=r"1\.234 can be read as 1234 or as 1\.234: state"):
        parse_amount("1.234")


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1.234", ".", "1.234"),
        ("1.234", ",", "1234"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("$1,234", ".", "1234"),
        ("12.50", ".", "12.50"),
        ("1.234,50", ",", "1234.50"),
    ],
)
def test_a_stated_decimal_mark_decides(text: str, decimal: DecimalMark, expected: str) -> None:
    assert str(parse_amount(text, decimal)) == expected


@pytest.mark.parametrize(
    ("text", "decimal"),
    [("12.50", ","), ("1.234,56", "."), ("1,234.56", ","), ("1,234,56", "."), ("12,5", ".")],
)
def test_an_amount_that_contradicts_the_mark_is_an_error(text: str, decimal: DecimalMark) -> None:
    with pytest.raises(Malformed):
        parse_amount(text, decimal)


@pytest.mark.parametrize(
    "text",
    [
        "n/a",
        "1e5",
        "1,2,3",
        "12 34",
        "1.2.3",
        "12,3456,789",
        "1,234.56.78",
        "(5",
        "5)",
        "(-5)",
        "--5",
        "-5-",
        "5 5-",
        "1.",
        "10%",
        "1'23",
        "NaN",
        "Infinity",
        "٣",
        "=1+1",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_amount(text)
    assert refused.value.code == "amount_malformed"


def test_a_missing_amount_is_said_to_be_missing() -> None:
    with pytest.raises(Malformed) as refused:
        parse_amount("  ")
    assert refused.value.code == "empty"


@given(AMOUNTS)
def test_each_way_to_write_an_amount_is_read_back(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (english, german, english.replace(",", "'"), german.replace(".", " ")):
        assert parse_amount(text) == amount
        assert parse_amount(f"€ {text}") == amount
    assert parse_amount(f"{amount:f}") == amount
    accounting = f"({abs(amount):,.2f})" if amount < 0 else english
    assert parse_amount(accounting) == amount


@given(st.decimals("0", "999999999", places=3), st.sampled_from([".", ","]))
def test_with_a_stated_mark_any_number_of_places_is_read_back(
    amount: Decimal, mark: DecimalMark
) -> None:
    text = f"{amount:,.3f}"
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert parse_amount(text, mark) == amount


@given(st.text("0123456789.,' -()$€", max_size=14))
def test_any_text_is_an_amount_or_a_parse_error(text: str) -> None:
    with suppress(ParseError):
        assert parse_amount(text).is_finite()


@given(st.text("0123456789./- FebT:", max_size=16), st.sampled_from([None, "ISO", "DMY", "MDY"]))
def test_any_text_is_a_date_or_a_parse_error(text: str, order: DateOrder | None) -> None:
    with suppress(ParseError):
        assert 1900 <= parse_date(text, order).year <= 2199


@pytest.mark.parametrize("text", ["Y", "y", "Yes", "TRUE", "1", " t ", "on"])
def test_yes(text: str) -> None:
    assert parse_boolean(text) is True


@pytest.mark.parametrize("text", ["N", "no", "False", "0", "f", "OFF"])
def test_no(text: str) -> None:
    assert parse_boolean(text) is False


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("maybe", "boolean_malformed")])
def test_neither_yes_nor_no(text: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_boolean(text)
    assert refused.value.code == code


def test_an_error_can_be_said_in_another_language() -> None:
    with pytest.raises(Malformed) as refused:
        parse_boolean("maybe")
    assert refused.value.template == MESSAGES["boolean_malformed"]
    german = "%(text)s ist weder ja noch nein."
    assert german % refused.value.params == "maybe ist weder ja noch nein."
