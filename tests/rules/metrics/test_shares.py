"""Printed parts add up to the printed whole, and none is moved further than a hundredth."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules.presentation import money
from metrics.rules.shares import plain, printed_parts

AMOUNTS = st.lists(st.fractions(-10_000, 10_000, max_denominator=366_0000), max_size=40)


def test_what_is_left_goes_to_the_largest_remainders_the_first_of_equals() -> None:
    assert printed_parts([Fraction(10, 3)] * 3) == ["3.34", "3.33", "3.33"]
    assert printed_parts([Fraction("0.004"), Fraction("0.009")]) == ["0.00", "0.01"]


def test_no_amounts_have_no_parts() -> None:
    assert printed_parts([]) == []


def test_what_is_zero_stays_zero() -> None:
    assert printed_parts([0, Fraction(1, 3), Fraction(2, 3), 0]) == ["0.00", "0.33", "0.67", "0.00"]


def test_amounts_below_zero_add_up_too() -> None:
    assert printed_parts([Fraction(-10, 3)] * 3) == ["-3.33", "-3.33", "-3.34"]


@given(AMOUNTS)
def test_the_parts_add_up_to_the_printed_total(amounts: list[Fraction]) -> None:
    parts = [Decimal(part) for part in printed_parts(amounts)]
    assert sum(parts, Decimal(0)) == Decimal(money(sum(amounts, Fraction(0))))


@given(AMOUNTS)
def test_no_part_is_further_than_a_hundredth_from_its_amount(amounts: list[Fraction]) -> None:
    for part, amount in zip(printed_parts(amounts), amounts, strict=True):
        assert abs(Fraction(part) - amount) <= Fraction(1, 100)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(5, 2), "2.50"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 3), "-1/3"),
        (Fraction(1, 80), "0.0125"),
        (Fraction(-1, 80), "-0.0125"),
        (0, "0.00"),
        (Decimal("1200.5000"), "1200.50"),
        (7, "7.00"),
    ],
)
def test_a_number_is_written_with_all_its_digits(value: Fraction, text: str) -> None:
    assert plain(value) == text
    assert Fraction(plain(value)) == Fraction(value)
