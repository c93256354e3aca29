"""The units behind retention, movements and cohorts, each with what it was worth and what it became."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts.models.fields import HALF
from contracts.rules.period import Period, periods
from metrics.queries.movements import UNITS
from metrics.queries.question import Question, Unit
from metrics.queries.rates import fixing
from metrics.queries.rows_opened import (
    CONTRACT,
    LABEL,
    VENDOR,
    Column,
    Measure,
    Opened,
    Row,
    Target,
    UnknownKeyError,
    ordered,
)
from metrics.queries.rows_renewals import UNCONVERTED, measure_of
from metrics.queries.sql import Fragment, amount, contracts_of, fetch, listed, whole
from metrics.rules.conversion import Fixing
from metrics.rules.retention import Movements, movement

# A unit is shown by the first of its contracts that the asker may read.
HELD = """
WITH RECURSIVE $lineages
snap(k, day) AS ($snaps),
held AS (
    SELECT c.currency AS currency, $unit AS unit, snap.k AS k, MIN(c.id) AS contract_id,
        MIN(c.vendor_id) AS vendor_id, SUM(l.annual_value / $half) AS high,
        SUM(l.annual_value %% $half) AS low
    FROM snap
    JOIN contracts_ledgerentry l ON l.first_day <= snap.day AND l.last_day >= snap.day
    JOIN contracts_contract c ON c.id = l.contract_id
    $units
    WHERE $visible AND $condition AND l.annual_value > 0
    GROUP BY 1, 2, 3
)
SELECT held.currency, held.unit, held.k, c.id, $label, v.id, v.name, held.high, held.low
FROM held
JOIN contracts_contract c ON c.id = held.contract_id
JOIN contracts_vendor v ON v.id = held.vendor_id
"""
# The units that had cost something by a day.
PAID = """
WITH RECURSIVE $lineages
paid(unit) AS (
    SELECT DISTINCT $unit
    FROM contracts_ledgerentry l
    JOIN contracts_contract c ON c.id = l.contract_id
    $units
    WHERE $visible AND $condition AND l.annual_value > 0 AND l.first_day <= %(day)s
)
SELECT unit FROM paid
"""
BECAME = Column("became", _("What became of it"))
MONEY = tuple(
    Column(name, title, "money", is_added=True)
    for name, title in (
        ("opening", _("Opening")),
        ("new", _("New")),
        ("reactivation", _("Reactivation")),
        ("expansion", _("Expansion")),
        ("contraction", _("Contraction")),
        ("churn", _("Churn")),
        ("closing", _("Closing")),
    )
)
COUNTS = tuple(
    Column(name, title, "count", is_added=True)
    for name, title in (
        ("S", _("At the start")),
        ("N_new", _("New units")),
        ("N_reactivated", _("Units come back")),
        ("lost", _("Units lost")),
        ("E", _("At the end")),
    )
)
COLUMNS = (CONTRACT, VENDOR, BECAME, *MONEY, *COUNTS)
CONVERTED = (*COLUMNS, UNCONVERTED)
OPENING = "opening"
NET = Measure((OPENING, "expansion"), ("contraction", "churn"), over=OPENING)
PLAIN = {
    column.name: Measure((column.name,)) for column in (*MONEY, *COUNTS) if column.name != "lost"
}
RETENTION = PLAIN | {
    "kept": Measure(("S",), ("lost",)),
    "GRR": Measure((OPENING,), ("contraction", "churn"), over=OPENING),
    "NRR": NET,
    "DRR": NET,
    "logo_retention": Measure(("S",), ("lost",), over="S"),
    "CRR": Measure(("E",), ("N_new", "N_reactivated"), over="S"),
    "churn_rate": Measure(("lost",), over="S"),
    "revenue_churn_gross": Measure(("churn", "contraction"), over=OPENING),
    "revenue_churn_net": Measure(("churn", "contraction"), ("expansion",), over=OPENING),
    "revenue_churn_net_incl_reactivation": Measure(
        ("churn", "contraction"), ("expansion", "reactivation"), over=OPENING
    ),
    "existing_growth": Measure(("expansion",), ("contraction", "churn"), over=OPENING),
}
MOVEMENTS = {column.name: Measure((column.name,)) for column in MONEY} | {
    "n_new": Measure(("N_new",)),
    "n_reactivation": Measure(("N_reactivated",)),
    "n_churn": Measure(("lost",)),
}
WORDS = {
    "new": _("new"),
    "reactivation": _("come back"),
    "expansion": _("expanded"),
    "contraction": _("contracted"),
    "churn": _("lost"),
}
FLOW_COLUMNS = (
    CONTRACT,
    VENDOR,
    Column("month", _("Month")),
    *(
        Column(name, title, "money", is_added=True)
        for name, title in (
            (OPENING, _("Opening")),
            ("drop", _("Drop")),
            ("rise", _("Rise")),
        )
    ),
)
FLOW = {
    "GRR_flow": Measure((OPENING,), ("drop",), over=OPENING),
    "NRR_flow": Measure((OPENING, "rise"), ("drop",), over=OPENING),
}


@dataclass(slots=True)
class Held:
    """A unit in one currency: how it is shown, and its value at each snapshot."""

    currency: str
    unit: int
    shown: tuple[str, str]
    target: Target
    values: dict[int, Fraction]


def retention(question: Question, unit: Unit, currency: str, key: str) -> Opened:
    """Open "GRR" and its like: each unit of one currency between the edges of the window."""
    measure = measure_of(RETENTION, key)
    span = question.opening_day, question.window.end
    return _moved(question, unit, currency, span, measure)


def movements(question: Question, currency: str, key: str) -> Opened:
    """Open "2024-01|churn": each unit between the edges of that month."""
    label, _bar, name = key.partition("|")
    measure = measure_of(MOVEMENTS, name)
    spans = periods(question.window, "month")
    days = [question.opening_day, *(part.end for _label, part in spans)]
    edges = {each: days[k : k + 2] for k, (each, _part) in enumerate(spans)}
    if label not in edges:
        raise UnknownKeyError(key)
    before, after = edges[label]
    return _moved(question, question.by, currency, (before, after), measure)


def converted(question: Question, unit: Unit, base: str, key: str) -> Opened:
    """Open retention over all currencies, both snapshots at the fixing of the day before."""
    measures = RETENTION | {UNCONVERTED.name: Measure((UNCONVERTED.name,))}
    measure = measure_of(measures, key)
    at = fixing(question.opening_day)
    days = [question.opening_day, question.window.end]
    found = held(question, unit, days, Fragment("TRUE"))
    paid = _paid(question, unit, question.opening_day, Fragment("TRUE"))
    rows = [
        *_units_in_base(found, paid, base, at),
        *(
            Row((*each.shown, each.currency, *astuple(Movements()), 1), each.target)
            for each in found
            if at.factor(each.currency, base) is None
        ),
    ]
    return Opened(CONVERTED, _sorted(rows, measure, CONVERTED), measure, base, at)


def flow(question: Question, currency: str, key: str) -> Opened:
    """Open "GRR_flow": the months in which the units of the opening fell or rose."""
    measure = measure_of(FLOW, key)
    spans = periods(question.window, "month")
    days = [question.opening_day, *(part.end for _label, part in spans)]
    condition = Fragment("c.currency = %(currency)s", {"currency": currency})
    found = held(question, question.by, days, condition)
    rows = (row for each in found if 0 in each.values for row in _flowed(each, spans))
    return Opened(FLOW_COLUMNS, ordered(rows, 3), measure, currency)


def held(question: Question, unit: Unit, days: Iterable[date], condition: Fragment) -> list[Held]:
    """Return the units that cost something at the end of one of the days, per currency."""
    rows = fetch(
        HELD,
        **_parts(question, unit),
        half=str(HALF),
        label=LABEL,
        condition=condition,
        snaps=listed([(k, day.toordinal()) for k, day in enumerate(days)]),
    )
    found: dict[tuple[str, int], Held] = {}
    for row in sorted(rows, key=lambda row: row[:3]):
        currency, number, k, *shown, high, low = row
        each = found.setdefault((currency, number), _held(unit, currency, number, shown))
        each.values[k] = amount(whole(high, low))
    return list(found.values())


def named(unit: Unit, shown: Iterable[Any]) -> tuple[tuple[str, str], Target]:
    """Return how a unit is shown, and the record it leads to."""
    contract_id, contract, vendor_id, vendor = shown
    if unit == "vendor":
        return ("", vendor), ("vendor", vendor_id)
    return (contract, vendor), ("contract", contract_id)


def _held(unit: Unit, currency: str, number: int, shown: Iterable[Any]) -> Held:
    texts, target = named(unit, shown)
    return Held(currency, number, texts, target, {})


def _moved(
    question: Question, unit: Unit, currency: str, span: tuple[date, date], measure: Measure
) -> Opened:
    condition = Fragment("c.currency = %(currency)s", {"currency": currency})
    found = held(question, unit, span, condition)
    paid = _paid(question, unit, span[0], condition)
    rows = [_row(each.shown, each.target, _movement(each, paid)) for each in found]
    return Opened(COLUMNS, _sorted(rows, measure, COLUMNS), measure, currency)


def _movement(each: Held, paid: set[int]) -> Movements:
    before, after = (each.values.get(k, Fraction(0)) for k in (0, 1))
    return movement(before, after, paid_before=each.unit in paid)


def _units_in_base(found: Iterable[Held], paid: set[int], base: str, at: Fixing) -> Iterator[Row]:
    """Add the converted parts of each unit, then classify it."""
    together: dict[int, Held] = {}
    for each in found:
        factor = at.factor(each.currency, base)
        if factor is None:
            continue
        unit = together.setdefault(each.unit, Held(base, each.unit, each.shown, each.target, {}))
        for k, value in each.values.items():
            unit.values[k] = unit.values.get(k, Fraction(0)) + value * factor
    for unit in together.values():
        row = _row(unit.shown, unit.target, _movement(unit, paid))
        yield Row((*row.values, 0), row.target)


def _row(shown: tuple[str, str], target: Target, moves: Movements) -> Row:
    return Row((*shown, _word(moves), *astuple(moves)), target)


def _word(moves: Movements) -> str:
    """Say what became of one unit."""
    words = (str(word) for name, word in WORDS.items() if getattr(moves, name))
    return next(words, str(_("unchanged")))


def _sorted(rows: list[Row], measure: Measure, columns: tuple[Column, ...]) -> tuple[Row, ...]:
    names = [column.name for column in columns]
    return ordered(rows, names.index(measure.plus[0]))


def _flowed(each: Held, spans: list[tuple[str, Period]]) -> Iterator[Row]:
    """Yield what a unit of the opening is worth, and each month in which that changed."""
    for k, (label, _part) in enumerate(spans):
        before, after = (each.values.get(at, Fraction(0)) for at in (k, k + 1))
        opening = before if k == 0 else Fraction(0)
        if k == 0 or before != after:
            drop, rise = max(before - after, Fraction(0)), max(after - before, Fraction(0))
            yield Row((*each.shown, label, opening, drop, rise), each.target)


def _paid(question: Question, unit: Unit, day: date, condition: Fragment) -> set[int]:
    rows = fetch(PAID, {"day": day.toordinal()}, **_parts(question, unit), condition=condition)
    return {number for (number,) in rows}


def _parts(question: Question, unit: Unit) -> dict[str, Any]:
    lineages, join, name = UNITS[unit]
    return {
        "lineages": lineages,
        "units": join,
        "unit": name,
        "visible": contracts_of(question.scope),
    }
