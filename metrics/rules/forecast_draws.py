"""Chance that is the same on every machine, and what many drawn futures say together.

Only whole numbers: no float, no library of random numbers, so a seed stands for one answer for ever.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

WORD = 1 << 64
STEP = 0x9E3779B97F4A7C15
FIRST_MIX, SECOND_MIX = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
LOW, MIDDLE, HIGH = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)
QUANTILES = (LOW, MIDDLE, HIGH)


class Dice:
    """A stream of draws that follows from a seed and the names of the stream alone.

    Source: splitmix64 (Steele, Lea, Flood 2014), one counter per stream.
    """

    def __init__(self, seed: int, *stream: int) -> None:
        self._state = _mixed(seed % WORD)
        for name in stream:
            self._state = _mixed((self._state + name * STEP) % WORD)

    def below(self, limit: int) -> int:
        """Return one of 0 .. `limit` - 1.

        Source: splitmix64.
        """
        self._state = (self._state + STEP) % WORD
        return _mixed(self._state) * limit >> 64

    def some(self, rows: Sequence[int], count: int) -> list[int]:
        """Return `count` of the rows, each drawn from all of them.

        Source: bootstrap (Efron 1979).
        """
        return [rows[self.below(len(rows))] for _ in range(count)]


class Band(NamedTuple):
    """What one tenth, one half and nine tenths of the futures stay at or below."""

    p10: int
    p50: int
    p90: int

    def holds(self, actual: int) -> bool:
        """Say whether what happened lies between P10 and P90, both included.

        Source: C9.
        """
        return self.p10 <= actual <= self.p90

    def loss(self, actual: int) -> Fraction:
        """Return the mean pinball loss of the three quantiles; 0 is perfect.

        Source: Koenker and Bassett 1978.
        """
        return sum(map(pinball, QUANTILES, self, [actual] * 3), Fraction(0)) / len(QUANTILES)


def band(futures: Iterable[int]) -> Band:
    """Return P10, P50 and P90 of drawn amounts: the smallest amount with that share at or below it.

    Example: of 1 .. 10 they are 1, 5 and 9. Raises ValueError where nothing was drawn.

    Source: nearest rank.
    """
    ranked = sorted(futures)
    if not ranked:
        raise ValueError("no future was drawn")
    return Band(
        *(ranked[-(-share.numerator * len(ranked) // share.denominator) - 1] for share in QUANTILES)
    )


def pinball(share: Fraction, forecast: int, actual: int) -> Fraction:
    """Return what a quantile forecast costs: `share` of each unit too low, the rest of each too high.

    Example: P90 forecast at 100, 110 happened -> 9; 90 happened -> 1.

    Source: Koenker and Bassett 1978.
    """
    missed = actual - forecast
    return share * missed if missed >= 0 else (share - 1) * missed


def _mixed(word: int) -> int:
    word = (word ^ word >> 30) * FIRST_MIX % WORD
    word = (word ^ word >> 27) * SECOND_MIX % WORD
    return word ^ word >> 31
