"""Repeat purchases, loyalty, gaps and returns."""

from fractions import Fraction

from metrics.rules import purchases


def test_published_examples_of_repeat_and_loyal_buyers() -> None:
    assert purchases.repeat_purchase_ratio(2_500, 10_000) == Fraction(1, 4)
    assert purchases.loyal_rate(300, 1_000) == Fraction(3, 10)
    assert purchases.LOYAL_MORE_THAN == 4


def test_the_mean_gap_is_days_by_gaps_and_not_the_other_way_round() -> None:
    assert purchases.mean_gap(21, 3) == Fraction("10.5")


def test_a_single_purchase_has_no_gap() -> None:
    assert purchases.mean_gap(0, 1) is None


def test_returns_are_a_share_of_what_was_sold() -> None:
    assert purchases.return_rate(25, 500) == Fraction(1, 20)
    assert purchases.return_rate(0, 0) is None


BUYERS = [
    purchases.Buyers(days=1, units=3, span=0),
    purchases.Buyers(days=2, units=1, span=100),
    purchases.Buyers(days=5, units=1, span=40),
]


def test_units_are_counted_by_their_purchase_days() -> None:
    assert [purchases.units_with_more_than(days, BUYERS) for days in (0, 1, 4, 5)] == [5, 2, 1, 0]


def test_each_unit_weighs_the_same_in_the_mean_of_means_and_each_gap_in_the_pool() -> None:
    assert purchases.mean_of_mean_gaps(BUYERS) == 55
    assert purchases.pooled_gap(BUYERS) == 28


def test_without_a_second_purchase_there_is_no_time_between() -> None:
    assert purchases.mean_of_mean_gaps(BUYERS[:1]) is None
    assert purchases.pooled_gap([]) is None
