"""Figures are rounded once, half up, and an undefined one is nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.money import round_half_up
from metrics.rules.presentation import Number, money, quotient, rate, ratio, rounded


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("2.345"), "2.35"),
        (Decimal("-2.345"), "-2.35"),
        (Fraction(1, 3), "0.33"),
        (Decimal("0.004999"), "0.00"),
        (Decimal("-0.001"), "0.00"),
        (Decimal("0.005"), "0.01"),
        (Fraction(10**24 + 1, 2), "500000000000000000000000.50"),
        (0, "0.00"),
        (12, "12.00"),
    ],
)
def test_money_has_two_decimals_rounded_half_up(amount: Number, text: str) -> None:
    assert money(amount) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(2, 3), "0.666667"),
        (Fraction(-2, 3), "-0.666667"),
        (Fraction(1, 2_000_000), "0.000001"),
        (Fraction(-1, 2_000_001), "0.000000"),
        (1, "1.000000"),
        (None, None),
    ],
)
def test_a_ratio_has_six_decimals(value: Number | None, text: str | None) -> None:
    assert ratio(value) == text


def test_a_rate_keeps_its_eight_decimals() -> None:
    assert rate(Fraction(110500000, 10**8)) == "1.10500000"


def test_a_zero_whole_leaves_a_quotient_undefined() -> None:
    assert quotient(5, 0) is None
    assert quotient(0, 5) == 0


@given(st.fractions(max_denominator=10**9))
def test_printing_agrees_with_the_rounding_of_contracts(value: Fraction) -> None:
    assert Decimal(money(value)) == round_half_up(value, 2)
    assert Decimal(str(ratio(value))) == round_half_up(value, 6)


@pytest.mark.parametrize(
    ("currency", "expected"),
    [("EUR", "1234.57"), ("JPY", "1235"), ("KWD", "1234.568"), ("XYZ", "1234.57")],
)
def test_amounts_are_rounded_to_their_currencys_minor_unit(currency: str, expected: str) -> None:
    assert rounded(Decimal("1234.5678"), currency) == Decimal(expected)
