"""One stated fixing for all currencies (C8, R26)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

PIVOT = "EUR"


@dataclass(frozen=True, slots=True)
class Fixing:
    """The rates that count on a day: units of each currency for one unit of the pivot.

    `fixed_on` says, per currency, on which day its rate was fixed; `sources` who fixed it.

    Source: R26.
    """

    on: date
    rates: Mapping[str, Fraction] = field(default_factory=dict)
    fixed_on: Mapping[str, date] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()

    def factor(self, currency: str, base: str) -> Fraction | None:
        """Return what one unit of `currency` is in `base`; None without a rate, never 1:1.

        Example: at 1.25 USD and 0.80 GBP for 1 EUR, one GBP is 1.5625 USD.

        Source: C8, R26.
        """
        if currency == base:
            return Fraction(1)
        from_rate, to_rate = self._rate(currency), self._rate(base)
        if from_rate is None or to_rate is None:
            return None
        return to_rate / from_rate

    def _rate(self, currency: str) -> Fraction | None:
        return Fraction(1) if currency == PIVOT else self.rates.get(currency)
