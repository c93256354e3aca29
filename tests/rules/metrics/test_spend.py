"""What contracts cost, by the published examples and by the leap years."""

from decimal import Decimal
from fractions import Fraction

import pytest

from metrics.rules import spend


def test_a_year_of_days_costs_exactly_the_annual_value_leap_day_or_not() -> None:
    assert spend.accrued({365: 365 * 1200}) == 1200
    assert spend.accrued({366: 366 * 1200}) == 1200


def test_days_of_both_kinds_of_years_are_added_exactly() -> None:
    assert spend.accrued({365: 100, 366: 100}) == Fraction(100, 365) + Fraction(100, 366)
    assert spend.accrued({}) == 0


@pytest.mark.parametrize(
    ("annual", "years", "part", "year_days", "once", "expected"),
    [
        (100_000, 3, 0, 365, 30_000, Fraction(330_000)),
        (100, 2, 183, 366, 0, Fraction(250)),
        (365, 0, 1, 365, 0, Fraction(1)),
    ],
)
def test_the_total_contract_value_counts_years_days_and_fees(
    annual: int, years: int, part: int, year_days: int, once: int, expected: Fraction
) -> None:
    assert spend.total_contract_value(annual, years, part, year_days, once) == expected


@pytest.mark.parametrize(
    ("total", "years", "once", "expected"),
    [(180_000, 3, 0, 60_000), (300_000, 3, 0, 100_000), (330_000, 3, 30_000, 100_000)],
)
def test_the_average_year_leaves_one_time_fees_out(
    total: int, years: int, once: int, expected: int
) -> None:
    assert spend.average_annual_value(total, years, once) == expected


def test_a_contract_of_no_years_has_no_average() -> None:
    assert spend.average_annual_value(100, 0) is None


@pytest.mark.parametrize(("amount", "months"), [(1200, 12), (300, 3), (600, 6), (100, 1)])
def test_prices_for_longer_periods_are_shared_by_month(amount: int, months: int) -> None:
    assert spend.monthly_value(amount, months) == 100


def test_a_price_for_no_months_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        spend.monthly_value(100, 0)


@pytest.mark.parametrize(
    ("price", "increase", "expected"),
    [(20_000, Decimal("0.04"), 20_800), (100, Decimal("0.05"), 105)],
)
def test_an_uplift_is_a_ratio(price: int, increase: Decimal, expected: int) -> None:
    assert spend.uplifted(price, increase) == expected


def test_overspend_is_above_zero() -> None:
    assert spend.variance(22_000, 20_000) == 2_000
    assert spend.variance_ratio(120_000, 100_000) == Fraction(1, 5)


def test_a_budget_of_zero_has_no_percentage() -> None:
    assert spend.variance_ratio(5, 0) is None


def test_net_may_be_negative() -> None:
    assert spend.net(100, 10, 5, 120) == -35
    assert spend.deductions_ratio(100, 75) == Fraction(1, 4)
    assert spend.deductions_ratio(0, 0) is None


def test_amounts_add_up_exactly() -> None:
    assert spend.total([Decimal("0.1")] * 3) == Fraction(3, 10)
