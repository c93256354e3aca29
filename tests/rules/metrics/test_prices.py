"""Price increases like for like, and what they are made of (R22)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.pricing import PricePoint, price_change
from metrics.rules import prices

MAYBE = st.none() | st.decimals(0, 1000, places=4)
VALUE = st.decimals(0, 10**6, places=2)


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [("10", "60", 500), ("7.25", "12.5", 72), ("7.75", "11.75", 52), ("84.99", "140.99", 66)],
)
def test_published_increases_are_increases_and_not_ratios(
    before: str, after: str, percent: int
) -> None:
    found = prices.increase(Fraction(before), Fraction(after))
    assert found is not None
    assert round(float(found) * 100) == percent


def test_from_free_there_is_no_percentage() -> None:
    assert prices.increase(0, 400) is None


def test_seats_down_and_price_up_split_into_their_effects() -> None:
    assert prices.price_effect(100, 130, 7) == 210
    assert prices.volume_effect(100, 10, 7) == -300


@given(VALUE, VALUE, MAYBE, MAYBE, MAYBE, MAYBE)
def test_rows_and_renewals_compare_prices_in_the_same_way(
    v0: object, v1: object, p0: object, p1: object, q0: object, q1: object
) -> None:
    before, after = PricePoint(v0, q0, p0), PricePoint(v1, q1, p1)  # type: ignore[arg-type]  # drawn as int or None
    move = price_change(before, after)
    assert prices.unit_increase((p0, p1), (q0, q1), (v0, v1)) == move.unit_pct  # type: ignore[arg-type]  # drawn as int or None


@given(VALUE, VALUE, VALUE, VALUE)
def test_the_effects_add_up_to_the_change(
    p0: Fraction, p1: Fraction, q0: Fraction, q1: Fraction
) -> None:
    whole = Fraction(p1) * Fraction(q1) - Fraction(p0) * Fraction(q0)
    assert prices.price_effect(p0, p1, q1) + prices.volume_effect(p0, q0, q1) == whole
