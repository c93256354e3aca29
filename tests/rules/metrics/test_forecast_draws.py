"""Draws, bands and losses: the same on every machine, by worked examples."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules.forecast_draws import Band, Dice, band, pinball


def test_a_seed_stands_for_its_draws_for_ever() -> None:
    dice = Dice(7, 3)
    assert [dice.below(1000) for _ in range(6)] == [565, 102, 537, 96, 854, 610]


def test_another_stream_of_the_same_seed_is_another_one() -> None:
    streams = {tuple(Dice(7, number).below(10**12) for _ in range(1)) for number in range(500)}
    assert len(streams) == 500


def test_every_number_is_drawn_about_as_often() -> None:
    dice = Dice(1)
    counts = [0] * 10
    for _ in range(20_000):
        counts[dice.below(10)] += 1
    assert all(1_850 < count < 2_150 for count in counts)


@given(st.integers(0, 2**40), st.integers(1, 2**40))
def test_a_draw_stays_below_its_limit(seed: int, limit: int) -> None:
    assert 0 <= Dice(seed).below(limit) < limit


def test_of_one_to_ten_the_band_is_one_five_nine() -> None:
    assert band(range(10, 0, -1)) == Band(1, 5, 9)
    assert band([4]) == Band(4, 4, 4)


def test_nothing_drawn_has_no_band() -> None:
    with pytest.raises(ValueError, match="no future"):
        band([])


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=80))
def test_the_shares_of_a_band_are_at_or_below_it(futures: list[int]) -> None:
    found = band(futures)
    for share, value in zip((1, 5, 9), found, strict=True):
        assert 10 * sum(each <= value for each in futures) >= share * len(futures)
        assert 10 * sum(each < value for each in futures) < share * len(futures)


def test_the_band_holds_both_of_its_ends() -> None:
    found = Band(1, 5, 9)
    assert [found.holds(value) for value in (0, 1, 9, 10)] == [False, True, True, False]


def test_the_pinball_loss_asks_nine_for_ten_too_low_at_nine_tenths() -> None:
    assert pinball(Fraction(9, 10), 100, 110) == 9
    assert pinball(Fraction(9, 10), 100, 90) == 1
    assert Band(100, 100, 100).loss(110) == Fraction(1 + 5 + 9, 3)
    assert Band(7, 7, 7).loss(7) == 0
