"""Lifetime value by each named formula, against figures worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules import lifetime

RATES = st.fractions(min_value=0, max_value=1, max_denominator=1000)


def test_the_lifespan_is_the_inverse_of_churn() -> None:
    assert lifetime.lifespan(Decimal("0.04")) == 25


def test_nobody_leaving_has_no_lifespan_and_no_value_over_churn() -> None:
    assert lifetime.lifespan(0) is None
    assert lifetime.arpa_over_churn(50, 0) is None
    assert lifetime.margin_over_churn(50, 1, 0) is None


def test_the_simple_value_takes_the_cost_of_acquisition_off_once() -> None:
    assert lifetime.simple_value(30, Fraction(1, 2), 12, 1, 10) == 170


def test_the_average_of_products_is_not_the_product_of_averages() -> None:
    """Two customers of 2 x 3 and 8 x 1 a week: 7 on average, but 5 x 2 by the averages."""
    assert lifetime.value_of_average_customer(7, 52, 1) == 364
    assert lifetime.simple_value(5, 2, 52, 1) == 520


def test_the_margin_is_taken_of_the_value() -> None:
    assert lifetime.margin_value(25272, Decimal("0.213")) == Decimal("5382.936")


def test_the_discounted_value_of_the_exercise_comes_out() -> None:
    found = lifetime.discounted_value(Decimal("5241.6"), Decimal("0.75"), Decimal("0.1"))
    assert found == 11232


def test_a_customer_who_never_leaves_has_no_value_without_discount() -> None:
    assert lifetime.discounted_value(100, 1, 0) is None
    assert lifetime.horizon_value(100, 1, 0, 7) == 700


def test_the_mean_of_no_formula_is_undefined() -> None:
    assert lifetime.mean_value([]) is None
    assert lifetime.mean_value([1, 2, 6]) == 3


@pytest.mark.parametrize(("discount", "periods"), [(-1, 3), (0, -1)])
def test_a_horizon_that_makes_no_sense_is_refused(discount: int, periods: int) -> None:
    with pytest.raises(ValueError, match="horizon"):
        lifetime.horizon_value(1, 1, discount, periods)


@given(margin=st.integers(0, 10**6), retention=RATES, discount=RATES, periods=st.integers(0, 40))
def test_the_horizon_is_the_sum_of_its_periods(
    margin: int, retention: Fraction, discount: Fraction, periods: int
) -> None:
    terms = (margin * (retention / (1 + discount)) ** k for k in range(1, periods + 1))
    found = lifetime.horizon_value(margin, retention, discount, periods)
    assert found == sum(terms, Fraction(0))
    endless = lifetime.discounted_value(margin, retention, discount)
    assert endless is None or found <= endless


@given(arpa=st.integers(0, 10**6), margin=RATES, churn=RATES.filter(bool))
def test_margin_over_churn_is_the_margin_of_arpa_over_churn(
    arpa: int, margin: Fraction, churn: Fraction
) -> None:
    revenue = lifetime.arpa_over_churn(arpa, churn)
    lifespan = lifetime.lifespan(churn)
    assert revenue is not None
    assert lifespan is not None
    assert lifetime.margin_over_churn(arpa, margin, churn) == revenue * margin
    assert revenue == arpa * lifespan
