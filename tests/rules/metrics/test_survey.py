"""The net promoter score: its bands, its base, its three ways in."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules import survey
from metrics.rules.survey import Band


def test_every_score_falls_in_one_band_and_six_is_a_detractor() -> None:
    bands = [survey.band(score) for score in range(11)]
    assert bands == [Band.DETRACTOR] * 7 + [Band.PASSIVE] * 2 + [Band.PROMOTER] * 2


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_outside_the_scale_is_refused(score: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 10"):
        survey.band(score)


def test_passives_stay_in_the_base() -> None:
    assert survey.net_promoter_score(3, 5, 2) == 10


def test_without_answers_there_is_no_score() -> None:
    assert survey.net_promoter_score(0, 0, 0) is None
    assert survey.score_of_answers([]) is None


@given(st.lists(st.integers(0, 10), min_size=1, max_size=50))
def test_the_three_ways_to_the_score_agree(scores: list[int]) -> None:
    promoters = sum(score >= 9 for score in scores)
    detractors = sum(score <= 6 for score in scores)
    shares = (Fraction(100 * part, len(scores)) for part in (promoters, detractors))
    found = survey.score_of_answers(scores)
    assert found == survey.score_of_percentages(*shares)
    assert found is not None
    assert -100 <= found <= 100
