"""What the forecast would have said on earlier days, against what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from contracts.rules.calendar import ONE_DAY, add_months, last_day_of_month
from contracts.rules.period import Period, label, period_end_on_or_before
from metrics.rules.forecast_draws import Band, band
from metrics.rules.presentation import quotient

QUARTERS = 4
# How many of the past days a forecast is made on: a year ago, and a quarter, two, three before that.
ORIGINS = 4


class Drawn(NamedTuple):
    """A forecast of one currency: the flat months, and the months of each drawn future."""

    flat: Sequence[int]
    futures: Sequence[Sequence[int]]


class Cell(NamedTuple):
    """A quarter as it was forecast on a day, and as it came."""

    made_on: date
    quarter: str
    currency: str
    band: Band
    flat: int
    actual: int

    @property
    def held(self) -> bool:
        """Say whether what came lies between P10 and P90."""
        return self.band.holds(self.actual)


@dataclass(frozen=True, slots=True)
class Score:
    """How many cells the band held, and the mean pinball loss of the band and of the flat forecast."""

    cells: int
    held: int
    loss: Fraction | None
    flat_loss: Fraction | None

    @property
    def share(self) -> Fraction | None:
        """The share of cells that the band held; four of five would be right."""
        return quotient(self.held, self.cells)

    @property
    def ratio(self) -> Fraction | None:
        """The loss of the band over the loss of the flat forecast; below 1 the band says more."""
        if self.loss is None or not self.flat_loss:
            return None
        return self.loss / self.flat_loss


def origins(as_of: date) -> list[date]:
    """Return the quarter ends on which past forecasts are made, the latest first: a year or more ago.

    Example: on 2026-11-21 they are 2025-09-30, 2025-06-30, 2025-03-31, 2024-12-31.

    Source: C9.
    """
    over = period_end_on_or_before(as_of, "quarter")
    return [last_day_of_month(add_months(over, -3 * (QUARTERS + back))) for back in range(ORIGINS)]


def months_after(on: date, count: int) -> Period:
    """Return the days after `on` up to the end of the `count`-th month.

    The first month is the one that holds the day after `on`. Example: 2026-01-31 and 12 are
    2026-02-01 to 2027-01-31.

    Source: R2.
    """
    first = on + ONE_DAY
    return Period(first, last_day_of_month(add_months(first, count - 1)))


def cells(
    made_on: date, drawn: Mapping[str, Drawn], actual: Mapping[str, Sequence[int]]
) -> list[Cell]:
    """Hold four quarters of a forecast, made on a quarter end, against the months that came.

    Source: C9.
    """
    first = made_on + ONE_DAY
    names = [label(add_months(first, 3 * number), "quarter") for number in range(QUARTERS)]
    return [
        Cell(
            made_on,
            name,
            currency,
            band(sum(_quarter(future, number)) for future in found.futures),
            sum(_quarter(found.flat, number)),
            sum(_quarter(actual.get(currency, ()), number)),
        )
        for currency, found in sorted(drawn.items())
        for number, name in enumerate(names)
        if any(actual.get(currency, ())) or any(found.flat)
    ]


def score(found: Iterable[Cell]) -> Score:
    """Return how good the band was over some cells of one currency.

    Source: Koenker and Bassett 1978.
    """
    rows = list(found)
    loss = sum((row.band.loss(row.actual) for row in rows), Fraction(0))
    flat = sum((Band(*[row.flat] * 3).loss(row.actual) for row in rows), Fraction(0))
    held = sum(row.held for row in rows)
    return Score(len(rows), held, quotient(loss, len(rows)), quotient(flat, len(rows)))


def _quarter(months: Sequence[int], number: int) -> Sequence[int]:
    return months[3 * number : 3 * number + 3]
