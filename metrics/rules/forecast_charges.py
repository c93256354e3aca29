"""Futures of a series of monthly charges, drawn from its own growth and its own unrest.

The level is the mean of the last three months. A future either grows or stays: of n monthly steps
of the level it grows with weight |ups - downs| + `OPEN` of n + `OPEN`, so a series that went one
way goes on, one that went up and down stays, and one of few months may do either. A future that
stays draws its months from the past year as they were. One that grows draws each month's step from
the steps the level has shown (at most half up or down), out of a past that it draws for itself;
it also draws how fast its growth fades. Around the level each month is as far off as a month of
the past was. A series whose level was ever zero or below only stays.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from metrics.rules.forecast_draws import Dice
from metrics.rules.forecast_facts import RATIO

SMOOTHED = 3
# Months of history that a forecast needs at least, and that it looks back at most.
FEWEST, MOST = 6, 36
YEAR = 12
OPEN = 8
# No step of the level counts for more than half up or half down.
LEAST_STEP, MOST_STEP = RATIO // 2, RATIO * 3 // 2
# The share of growth that is left after a month, drawn anew for each future.
FADING = tuple(range(800_000, 1_000_001, 20_000))


def levels(series: Sequence[int]) -> list[int]:
    """Return the mean of each month and the two before it, from the third month on.

    Example: 3, 6, 9, 12 -> 6, 9.

    Source: moving average.
    """
    return [
        sum(series[end - SMOOTHED : end]) // SMOOTHED for end in range(SMOOTHED, len(series) + 1)
    ]


def flat(series: Sequence[int], months: int) -> list[int]:
    """Return the flat forecast: each month costs the mean of the last three.

    Source: naive forecast.
    """
    return [levels(series)[-1]] * months


def futures(series: Sequence[int], months: int, seed: int, count: int) -> list[list[int]]:
    """Return `count` drawn futures of a monthly series, in its own units.

    Raises ValueError for a history of less than `FEWEST` months.

    Source: bootstrap of growth and unrest with a damped trend (Gardner and McKenzie 1985).
    """
    if len(series) < FEWEST:
        raise ValueError(f"a forecast needs {FEWEST} months of history")
    past = list(series[-MOST:])
    smooth = levels(past)
    if min(smooth) <= 0:
        return [Dice(seed, number).some(past, months) for number in range(count)]
    trend = _trend(past, smooth)
    return [_future(trend, past, months, Dice(seed, number)) for number in range(count)]


class Trend(NamedTuple):
    """What the level did from month to month, and how far each month was off it; in `RATIO`s."""

    level: int
    steps: Sequence[int]
    unrest: Sequence[int]
    leaning: int


def _trend(past: Sequence[int], smooth: Sequence[int]) -> Trend:
    raw = [now * RATIO // before for before, now in pairwise(smooth)]
    steps = [min(max(step, LEAST_STEP), MOST_STEP) for step in raw]
    unrest = [
        month * RATIO // level for month, level in zip(past[SMOOTHED - 1 :], smooth, strict=True)
    ]
    ups = sum(step > RATIO for step in steps)
    return Trend(smooth[-1], steps, unrest, abs(2 * ups - len(steps)))


def _future(trend: Trend, past: Sequence[int], months: int, dice: Dice) -> list[int]:
    count = len(trend.steps)
    if dice.below(count + OPEN) >= trend.leaning + OPEN:
        return dice.some(past[-YEAR:], months)
    steps = dice.some(trend.steps, count)
    fading = FADING[dice.below(len(FADING))]
    level, left, found = trend.level, RATIO, []
    for _ in range(months):
        step = steps[dice.below(count)] - RATIO
        level += level * step // RATIO * left // RATIO
        left = left * fading // RATIO
        found.append(level * trend.unrest[dice.below(len(trend.unrest))] // RATIO)
    return found
