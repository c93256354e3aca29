"""How likely customers are to recommend (NPS): points from -100 to 100, exact."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

from metrics.rules.presentation import Number, quotient

BEST_SCORE = 10
PROMOTERS_FROM = 9
DETRACTORS_TO = 6


class Band(StrEnum):
    """Where a score of 0 to 10 counts."""

    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"


def band(score: int) -> Band:
    """Return the band of a score: 9-10 promoter, 7-8 passive, 0-6 detractor, 6 INCLUDED.

    Raises ValueError outside 0 to 10.

    Source: metric "NPS".
    """
    if not 0 <= score <= BEST_SCORE:
        raise ValueError(f"a score lies between 0 and {BEST_SCORE}, not at {score}")
    if score >= PROMOTERS_FROM:
        return Band.PROMOTER
    return Band.DETRACTOR if score <= DETRACTORS_TO else Band.PASSIVE


def net_promoter_score(promoters: int, passives: int, detractors: int) -> Fraction | None:
    """Return (promoters - detractors) / all answers x 100; None without answers.

    Variant: passives stay in the base.
    Source: metric "NPS", C7.
    """
    return quotient(100 * (promoters - detractors), promoters + passives + detractors)


def score_of_percentages(promoters_pct: Number, detractors_pct: Number) -> Fraction:
    """Return % promoters - % detractors in points: 30 and 20 is 10.

    Variant: both shares of ALL answers, passives included.
    Source: metric "NPS".
    """
    return Fraction(promoters_pct) - Fraction(detractors_pct)


def score_of_answers(scores: Iterable[int]) -> Fraction | None:
    """Return the NPS of single scores of 0 to 10; None without any.

    Raises ValueError for a score outside 0 to 10.

    Source: metric "NPS", C7.
    """
    bands = Counter(band(score) for score in scores)
    return net_promoter_score(bands[Band.PROMOTER], bands[Band.PASSIVE], bands[Band.DETRACTOR])
