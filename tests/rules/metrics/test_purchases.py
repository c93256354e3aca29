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
