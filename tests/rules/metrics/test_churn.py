"""Variants of churn, cohorts by month, and purchases from their days."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules import churn, cohorts, purchase_days
from metrics.rules.retention import annual_from_monthly_churn

DAY = date(2025, 1, 1)


@given(st.fractions(min_value=0, max_value=Fraction(99, 100), max_denominator=10**4))
def test_a_month_from_the_year_from_the_month_is_the_month(monthly: Fraction) -> None:
    found = churn.monthly_from_annual(annual_from_monthly_churn(monthly))
    assert abs(found - monthly) < Fraction(1, 10**9)


def test_everybody_leaving_in_a_year_leaves_in_its_first_month() -> None:
    assert churn.monthly_from_annual(1) == 1
    assert churn.monthly_from_annual(0) == 0


def test_more_than_everybody_cannot_leave() -> None:
    with pytest.raises(ValueError, match="everybody"):
        churn.monthly_from_annual(Decimal("1.01"))


def test_a_customer_is_lost_at_its_opening_value_whatever_it_had_grown_to() -> None:
    assert churn.churn_at_opening_value(500, 1379) == 1
    assert churn.churn_at_opening_value(500, 400) == Fraction(4, 5)
    assert churn.churn_at_leaving_value(500, 1379) == Decimal("2.758")
    assert churn.churn_at_opening_value(0, 5) is None


def test_each_day_loses_on_its_own_value_and_growth_is_no_loss() -> None:
    assert churn.daily_loss_rate([(100, 95), (95, 100), (100, 90)]) == Decimal("0.15")
    assert churn.daily_loss_rate([]) == 0
    assert churn.daily_loss_rate([(0, 5)]) is None


def test_new_customers_do_not_hide_those_lost() -> None:
    assert churn.churn_between(20, 18) == Decimal("0.1")
    assert churn.churn_between(20, 20, 2) == Decimal("0.1")
    assert churn.churn_between(0, 0) is None


def test_what_was_not_due_counts_as_kept_in_the_period() -> None:
    assert churn.period_rate_of_renewals(1_000_000, 250_000, 200_000) == Decimal("0.95")


def test_a_cohort_is_counted_in_its_own_months_and_later_months_are_blank() -> None:
    spans = [
        (date(2025, 11, 30), date(2026, 1, 1)),
        (date(2025, 11, 1), date(2025, 11, 2)),
        (date(2026, 1, 31), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 3, 1)),
    ]
    found = cohorts.monthly_cohorts(spans, last_month=date(2026, 1, 1))
    half = Fraction(1, 2)
    assert found == {"2025-11": [1, half, half], "2026-01": [1]}


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=20))
def test_a_cohort_starts_whole_and_never_grows(spans: list[tuple[int, int]]) -> None:
    days = [(DAY + timedelta(first), DAY + timedelta(first + stay)) for first, stay in spans]
    for curve in cohorts.monthly_cohorts(days, last_month=DAY + timedelta(800)).values():
        assert curve[0] == 1
        assert curve == sorted(curve, reverse=True)


def test_purchases_on_one_day_are_one_purchase() -> None:
    found = purchase_days.buying([("a", DAY), ("a", DAY), ("b", DAY)])
    assert (found.units, found.repeating, found.mean_of_means, found.pooled) == (2, 0, None, None)


def test_the_mean_of_means_and_the_pooled_gap_differ_where_some_buy_more_often() -> None:
    often = [("often", DAY + timedelta(days)) for days in (0, 1, 2, 3, 4)]
    seldom = [("seldom", DAY), ("seldom", DAY + timedelta(11)), ("once", DAY)]
    found = purchase_days.buying(often + seldom)
    assert (found.units, found.repeating, found.loyal) == (3, 2, 1)
    assert found.mean_of_means == 6
    assert found.pooled == 3


def test_the_threshold_of_loyalty_is_a_setting() -> None:
    days = [("a", DAY + timedelta(number)) for number in range(3)]
    assert purchase_days.buying(days).loyal == 0
    assert purchase_days.buying(days, loyal_more_than=2).loyal == 1


def test_an_interval_is_days_per_purchase_and_gaps_have_a_mean() -> None:
    assert purchase_days.mean_interval(365, 20) == Decimal("18.25")
    assert purchase_days.mean_interval(365, 0) is None
    assert purchase_days.mean_of_gaps([7, 14]) == Decimal("10.5")
    assert purchase_days.mean_of_gaps([]) is None
