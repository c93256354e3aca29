"""Every cell of every family opens: the rows that add up to it, exactly.

A cell is a family of the figures file and a key inside it; the parts of a nested key are joined with
"|": ("accrual_month", "2024-01|USD"), ("retention_vendor_EUR", "GRR"), ("cohorts_year_USD",
"2021|logos|2"), ("actuals_month", "2024-01|USD|net").
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast

from contracts.rules.period import Grain
from metrics.queries import (
    rows_budgets,
    rows_charges,
    rows_cohorts,
    rows_fixings,
    rows_prices,
    rows_renewals,
    rows_spend,
    rows_units,
)
from metrics.queries.belief import as_believed
from metrics.queries.catalogue import METRICS, Metric
from metrics.queries.figures import Figures
from metrics.queries.question import Question, Unit
from metrics.queries.rows_opened import Opened, UnknownFigureError

Opener = Callable[[Question, re.Match[str], str], Opened]
Keys = Callable[[Any], Iterator[tuple[str, Any]]]


class Cell(NamedTuple):
    """A printed figure and where it stands."""

    figure: str
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Family:
    """Figures whose names follow a pattern: whose they are, how a key is opened, which keys there are."""

    pattern: re.Pattern[str]
    metric: str
    opener: Opener
    keys: Keys


def rows_of(question: Question, figure: str, key: str) -> Opened:
    """Return the rows behind a cell, with the definition and the variant of its family.

    A key that is well made but has no rows opens to none, at zero. Raises UnknownFigureError and
    UnknownKeyError.
    """
    family, match = family_of(figure)
    metric = METRICS[family.metric]
    with as_believed(question.believed_on):
        opened = family.opener(question, match, key)
    return replace(
        opened,
        figure=figure,
        key=key,
        definition=metric.definition,
        variant=metric.variant,
    )


def family_of(figure: str) -> tuple[Family, re.Match[str]]:
    """Return the family of a name. Raises UnknownFigureError."""
    for family in FAMILIES:
        if (match := family.pattern.fullmatch(figure)) is not None:
            return family, match
    raise UnknownFigureError(figure)


def metric_of(figure: str) -> Metric:
    """Return the metric that a figure belongs to. Raises UnknownFigureError."""
    return METRICS[family_of(figure)[0].metric]


def cells(found: Figures) -> Iterator[Cell]:
    """Yield every cell of an answer that can be opened, with the key that opens it."""
    for figure, content in found.items():
        try:
            family, _match = family_of(figure)
        except UnknownFigureError:
            continue
        for key, value in family.keys(content):
            yield Cell(figure, key, value)


def flat(content: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the values of nested mappings and lists, their keys joined."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from flat(value, (*path, name))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from flat(value, (*path, str(number)))
    else:
        yield "|".join(path), content


def _charged(content: dict[str, list[str]]) -> Iterator[tuple[str, Any]]:
    for key, amounts in content.items():
        for name, value in zip(rows_charges.AMOUNTS, amounts, strict=True):
            yield f"{key}|{name}", value


def _budgets(content: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for line in content:
        key = f"{line['dimension']}|{line['key']}|{line['currency']}"
        for name in rows_budgets.MEASURES:
            yield f"{key}|{name}", line[name]


def _prices(content: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for row in content:
        for name in rows_prices.MEASURES.keys() & row.keys():
            yield f"{row['contract']}|{row['seq']}|{name}", row[name]


def _deadlines(content: list[list[Any]]) -> Iterator[tuple[str, Any]]:
    for _deadline, contract, seq, *_rest in content:
        yield f"{contract}|{seq}", 1


def _rates(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for currency, (value, _day) in content["rates"].items():
        yield currency, value


def _family(pattern: str, metric: str, opener: Opener, keys: Keys = flat) -> Family:
    return Family(re.compile(pattern), metric, opener, keys)


def _grain(match: re.Match[str]) -> Grain:
    return cast(Grain, match["grain"])


def _unit(match: re.Match[str]) -> Unit:
    return cast(Unit, match["unit"])


def _plain(opened: Callable[[Question, str], Opened]) -> Opener:
    return lambda question, _match, key: opened(question, key)


CURRENCY = "(?P<currency>[A-Z]{3})"
FAMILIES: tuple[Family, ...] = (
    _family(
        "accrual_(?P<grain>month|quarter|year)",
        "accrued-spend",
        lambda asked, match, key: rows_spend.accrued(asked, _grain(match), key),
    ),
    _family(
        "accrual_(?P<dimension>vendor|category|department)",
        "accrued-spend",
        lambda asked, match, key: rows_spend.accrued_by_name(asked, match["dimension"], key),
    ),
    _family(
        "annualised",
        "annualised-spend",
        _plain(lambda asked, key: rows_spend.annualised(asked, asked.window.end, key)),
    ),
    _family(
        "annualised_open",
        "annualised-spend",
        _plain(lambda asked, key: rows_spend.annualised(asked, asked.opening_day, key)),
    ),
    _family("annualised_category", "annualised-spend", _plain(rows_spend.annualised_by_category)),
    _family("committed_remaining", "commitments", _plain(rows_spend.committed)),
    _family("tcv", "commitments", _plain(rows_spend.whole_value)),
    _family(
        "actuals_(?P<grain>month|year)",
        "actual-spend",
        lambda asked, match, key: rows_charges.charged(asked, _grain(match), key),
        _charged,
    ),
    _family("actuals_vendor", "actual-spend", _plain(rows_charges.charged_by_vendor), _charged),
    _family("return_rate", "actual-spend", _plain(rows_charges.returned)),
    _family("price_changes", "price-changes", _plain(rows_prices.price_change), _prices),
    _family(
        "renewal_calendar", "renewal-calendar", _plain(rows_renewals.renewal_calendar), _deadlines
    ),
    _family(
        "renewal_rates_all_const_(?P<base>[A-Z]{3})",
        "renewal-rates",
        lambda asked, match, key: rows_renewals.converted_rates(asked, match["base"], key),
    ),
    _family(
        f"renewal_rates_(?P<nolinks>nolinks_)?{CURRENCY}",
        "renewal-rates",
        lambda asked, match, key: rows_renewals.renewal_rates(
            asked, match["currency"], key, linked=match["nolinks"] is None
        ),
    ),
    _family(
        "retention_(?P<unit>contract|vendor|lineage)_all_const_(?P<base>[A-Z]{3})",
        "retention",
        lambda asked, match, key: rows_units.converted(asked, _unit(match), match["base"], key),
    ),
    _family(
        f"retention_(?P<unit>contract|vendor|lineage)_{CURRENCY}",
        "retention",
        lambda asked, match, key: rows_units.retention(asked, _unit(match), match["currency"], key),
    ),
    _family(
        f"retention_flow_{CURRENCY}",
        "retention",
        lambda asked, match, key: rows_units.flow(asked, match["currency"], key),
    ),
    _family(
        f"movements_month_{CURRENCY}",
        "movements",
        lambda asked, match, key: rows_units.movements(asked, match["currency"], key),
    ),
    _family("purchases", "purchases", _plain(rows_charges.purchases)),
    _family("budget_actual", "budgets", _plain(rows_budgets.against_charges), _budgets),
    _family("budget_accrual", "budgets", _plain(rows_budgets.against_accrual), _budgets),
    _family(
        f"cohorts_year_{CURRENCY}",
        "cohorts",
        lambda asked, match, key: rows_cohorts.cohort(asked, match["currency"], key),
    ),
    _family(
        "forecast_(?P<variant>committed|flat|uplift)",
        "forecast",
        lambda asked, match, key: rows_spend.forecast(asked, match["variant"], key),
    ),
    _family("fixing", "retention", _plain(rows_fixings.rate), _rates),
)
