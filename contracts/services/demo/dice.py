"""Seeded chance: the same seed gives the same draws on every machine."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import log
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice(Random):
    """Draws in the words of a portfolio. Never used for anything that must be hard to guess."""

    def chance(self, share: float) -> bool:
        """Say yes in `share` (0 to 1) of all cases."""
        return self.random() < share

    def weighted(self, weights: Mapping[T, int]) -> T:
        """Draw a key, each as often as its weight says."""
        return self.choices(list(weights), list(weights.values()))[0]

    def size(self, median: int, spread: float) -> int:
        """Draw a log-normal whole number from 1 up: half of all lie below the median."""
        return max(1, round(self.lognormvariate(log(median), spread)))

    def rise(self) -> float:
        """Draw a price rise in percent: mostly near 10, some flat, a tail that ends at 30."""
        kind = self.random()
        if kind < 0.08:
            return 0.0
        if kind < 0.76:
            return min(max(self.gauss(10, 1.8), 4), 15)
        return min(12 + self.expovariate(1 / 6), 30)

    def day_between(self, first: date, last: date) -> date:
        """Draw a day from `first` to `last`, both included; `first` where the range is empty."""
        return first + timedelta(days=self.randint(0, max((last - first).days, 0)))
