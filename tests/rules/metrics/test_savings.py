"""Savings, parts of periods, recurring values and payment days."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules import recurring, savings, working_capital


def test_a_reduction_is_against_last_year_and_an_avoidance_against_the_quote() -> None:
    assert savings.cost_reduction(1_000_000, 850_000) == 150_000
    assert savings.cost_reduction(100, 103) == -3
    assert savings.cost_avoidance(110, 103) == 7


@given(price=st.integers(0, 10**6), days=st.integers(1, 366), used=st.integers(0, 366))
def test_the_two_parts_of_a_period_add_up_to_its_price(price: int, days: int, used: int) -> None:
    first, second = savings.prorated(price, days, used), savings.prorated(price, days, days - used)
    assert first is not None
    assert second is not None
    assert first + second == price


def test_a_period_without_days_has_no_parts() -> None:
    assert savings.prorated(10, 0, 0) is None
    assert savings.spread_evenly(10, 0, 1) is None


def test_an_even_spread_costs_a_day_more_in_a_leap_year() -> None:
    assert savings.spread_evenly(Decimal("365"), 365, 366) == 366


def test_discounts_come_off_before_the_month_is_taken() -> None:
    assert recurring.monthly_net_of_discount(120, 12, Decimal("0.1")) == 9


def test_a_month_a_quarter_and_a_year_of_one_price_are_the_same_month() -> None:
    amounts = ((100, 1), (300, 3), (600, 6), (1200, 12))
    assert {recurring.monthly_net_of_discount(a, months, 0) for a, months in amounts} == {100}
    assert {recurring.annualised(amount, months) for amount, months in amounts} == {1200}


def test_an_amount_for_no_month_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        recurring.annualised(1, 0)
    with pytest.raises(ValueError, match="at least one month"):
        recurring.monthly_expansion(1, 2, 0)


def test_expansion_is_the_difference_per_month() -> None:
    assert recurring.monthly_expansion(1800, 2400, 6) == 100


def test_customers_times_revenue_is_the_month() -> None:
    assert recurring.monthly_from_customers(100, Decimal("49.99")) == 4999


def test_the_average_contract_is_weighted_by_customers() -> None:
    assert recurring.average_contract_value([(30, 30000), (30, 40000), (40, 50000)]) == 41000
    assert recurring.average_contract_value([]) is None


@given(
    st.lists(
        st.tuples(st.integers(1, 100), st.fractions(min_value=0, max_value=1)),
        min_size=1,
        max_size=6,
    )
)
def test_a_weighted_mean_lies_between_the_smallest_and_the_largest(
    parts: list[tuple[int, Fraction]],
) -> None:
    values = [value for _weight, value in parts]
    found = recurring.weighted_mean(parts)
    assert found is not None
    assert min(values) <= found <= max(values)


def test_days_outstanding_are_the_balance_in_days_of_sales() -> None:
    assert working_capital.days_outstanding(50000, 200000) == Decimal("91.25")
    assert working_capital.days_outstanding(7, 10, working_capital.BANKERS_YEAR) == 252


def test_without_sales_nothing_is_outstanding_for_any_days() -> None:
    assert working_capital.days_outstanding(1, 0) is None
    assert working_capital.average_days_outstanding(1, 1, 0) is None


@given(balance=st.integers(0, 10**6), flow=st.integers(1, 10**6), days=st.integers(1, 366))
def test_an_unchanged_balance_has_one_answer_by_both_variants(
    balance: int, flow: int, days: int
) -> None:
    closing = working_capital.days_outstanding(balance, flow, days)
    assert working_capital.average_days_outstanding(balance, balance, flow, days) == closing
