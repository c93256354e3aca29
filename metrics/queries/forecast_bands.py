"""The months ahead as a distribution, and how such distributions did in the past.

Drawn from the renewals of the portfolio, or from its monthly charges where there are no terms.
Nothing that became known after a day is used for a forecast of that day (C9).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from contracts.rules.calendar import ONE_DAY, add_months
from contracts.rules.period import label, periods
from metrics.queries.forecast_facts import (
    Series,
    contract_facts,
    has_terms,
    last_charge,
    monthly_charges,
)
from metrics.queries.question import EVERYTHING, Scope
from metrics.queries.rates import fixing
from metrics.queries.sql import SCALE
from metrics.rules import forecast_charges, forecast_renewals
from metrics.rules.conversion import Fixing
from metrics.rules.forecast_backtest import Cell, Drawn, cells, months_after, origins
from metrics.rules.forecast_draws import Band, band
from metrics.rules.forecast_facts import DAY, ContractFacts, Months, as_known, cost_by_month

Source = Literal["terms", "charges"]
FEWEST, MOST, USUAL = 12, 36, 12
FUTURES = 400
# A back-test draws fewer: it is asked four times over.
PAST_FUTURES = 200
HISTORY = forecast_charges.MOST + MOST
UNITS: dict[Source, int] = {"terms": SCALE * DAY, "charges": SCALE}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the forecast: the same one has the same answer for ever."""

    as_of: date
    source: Source = "terms"
    months: int = USUAL
    seed: int = 1
    base: str = "EUR"
    scope: Scope = EVERYTHING


@dataclass(frozen=True, slots=True)
class Ahead:
    """The months ahead in one currency: a band and the flat forecast for each, and for all of them."""

    currency: str
    labels: Sequence[str]
    bands: Sequence[Band]
    flat: Sequence[int]
    total: Band

    @property
    def flat_total(self) -> int:
        """What the flat forecast comes to."""
        return sum(self.flat)


@dataclass(frozen=True, slots=True)
class Distribution:
    """The answer. Amounts are whole numbers of 1 / `unit`.

    `together` is all at one fixing in the asked base, or in the only currency there is (C8).
    """

    asked: Asked
    ahead: Sequence[Ahead]
    together: Ahead
    at: Fixing
    unconverted: Sequence[str]
    habits: forecast_renewals.Habits | None
    past: Sequence[Cell]

    @property
    def unit(self) -> int:
        """How many of the whole numbers are one of the currency."""
        return UNITS[self.asked.source]


def distribution(asked: Asked) -> Distribution:
    """Return the months after the as-of day as P10, P50 and P90, with the back-test beside them."""
    return _from_terms(asked) if asked.source == "terms" else _from_charges(asked)


def usual(today: date, scope: Scope, base: str, given: Mapping[str, Any]) -> Asked:
    """Return the question of some given parts, with what was left out chosen."""
    source: Source = given.get("source") or usual_source(scope)
    seed = given.get("seed")
    return Asked(
        given.get("as_of") or usual_day(source, today, scope),
        source,
        given.get("months") or USUAL,
        1 if seed is None else seed,
        given.get("base") or base,
        scope,
    )


def usual_source(scope: Scope = EVERYTHING) -> Source:
    """Return what a portfolio is forecast from unless somebody says: its terms if it has any."""
    return "terms" if has_terms(scope) else "charges"


def usual_day(source: Source, today: date, scope: Scope = EVERYTHING) -> date:
    """Return the last day of the last month that is over and, for charges, is not after all of them."""
    over = today.replace(day=1) - ONE_DAY
    newest = last_charge(scope) if source == "charges" else None
    return over if newest is None else min(over, add_months(newest.replace(day=1), 1) - ONE_DAY)


def _from_terms(asked: Asked) -> Distribution:
    facts = contract_facts(asked.scope)
    known = forecast_renewals.outlook(facts, Months(months_after(asked.as_of, asked.months)))
    drawn = _of_outlook(known, asked.seed, FUTURES)
    habits = forecast_renewals.habits(known.seen)
    return _told(asked, drawn, habits, _past_of_terms(facts, asked))


def _from_charges(asked: Asked) -> Distribution:
    series = monthly_charges(asked.as_of, HISTORY, asked.scope)
    drawn = _of_series(series, asked.as_of, asked.months, asked.seed, FUTURES)
    return _told(asked, drawn, None, _past_of_charges(series, asked))


def _of_outlook(known: forecast_renewals.Outlook, seed: int, count: int) -> dict[str, Drawn]:
    found = forecast_renewals.futures(known, seed, count)
    return {currency: Drawn(known.flat(currency), rows) for currency, rows in found.items()}


def _of_series(facts: Series, on: date, months: int, seed: int, count: int) -> dict[str, Drawn]:
    found = {}
    for currency, series in sorted(facts.items()):
        known = _until(series, on)
        if len(known) >= forecast_charges.FEWEST:
            rows = forecast_charges.futures(known, months, seed, count)
            found[currency] = Drawn(forecast_charges.flat(known, months), rows)
    return found


def _until(series: Mapping[str, int], on: date) -> list[int]:
    """Return the months up to a day, from the first in which something was charged."""
    known = [amount for month, amount in sorted(series.items()) if month <= label(on, "month")]
    first = next((place for place, amount in enumerate(known) if amount), len(known))
    return known[first:]


def _past_of_terms(facts: Sequence[ContractFacts], asked: Asked) -> list[Cell]:
    found: list[Cell] = []
    for made_on in origins(asked.as_of):
        months = Months(months_after(made_on, FEWEST))
        known = forecast_renewals.outlook(facts, months)
        came = _costs((each for each in facts if as_known(each, made_on)), months, asked.as_of)
        drawn = _of_outlook(known, asked.seed, PAST_FUTURES)
        found += cells(made_on, drawn, came)
    return found


def _past_of_charges(facts: Series, asked: Asked) -> list[Cell]:
    found: list[Cell] = []
    for made_on in origins(asked.as_of):
        names = [name for name, _ in periods(months_after(made_on, FEWEST), "month")]
        came = {currency: [row.get(n, 0) for n in names] for currency, row in facts.items()}
        drawn = _of_series(facts, made_on, FEWEST, asked.seed, PAST_FUTURES)
        found += cells(made_on, drawn, came)
    return found


def _costs(contracts: Iterable[ContractFacts], months: Months, on: date) -> dict[str, list[int]]:
    """Return what contracts really cost in each month, as known on a day, per currency."""
    found: dict[str, list[int]] = {}
    for contract in contracts:
        total = found.setdefault(contract.currency, [0] * len(months.days))
        if known := as_known(contract, on):
            for place, cost in enumerate(cost_by_month(known, months)):
                total[place] += cost
    return found


def _told(
    asked: Asked,
    drawn: Mapping[str, Drawn],
    habits: forecast_renewals.Habits | None,
    past: Sequence[Cell],
) -> Distribution:
    labels = [name for name, _ in periods(months_after(asked.as_of, asked.months), "month")]
    at = fixing(asked.as_of)
    base = asked.base if len(drawn) != 1 else next(iter(drawn))
    factors = {currency: at.factor(currency, base) for currency in drawn}
    converted = [(drawn[name], factor) for name, factor in factors.items() if factor is not None]
    return Distribution(
        asked,
        [_ahead(currency, labels, found) for currency, found in sorted(drawn.items())],
        _ahead(base, labels, _joined(converted, asked.months)),
        at,
        sorted(name for name, factor in factors.items() if factor is None),
        habits,
        past,
    )


def _joined(parts: Sequence[tuple[Drawn, Fraction]], months: int) -> Drawn:
    """Add the same futures of several currencies at one fixing."""
    flat, futures = [0] * months, [[0] * months for _ in range(FUTURES)]
    for found, factor in parts:
        for total, row in zip([flat, *futures], [found.flat, *found.futures], strict=True):
            for place, amount in enumerate(row):
                total[place] += amount * factor.numerator // factor.denominator
    return Drawn(flat, futures)


def _ahead(currency: str, labels: Sequence[str], drawn: Drawn) -> Ahead:
    return Ahead(
        currency,
        labels,
        [band(month) for month in zip(*drawn.futures, strict=True)],
        drawn.flat,
        band(sum(future) for future in drawn.futures),
    )
