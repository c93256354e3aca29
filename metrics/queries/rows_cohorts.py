"""The units behind a cohort: when each first paid, and what it was in a later year."""

from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts.models.fields import HALF
from metrics.queries.movements import UNITS
from metrics.queries.question import Question
from metrics.queries.rows_opened import (
    CONTRACT,
    LABEL,
    VENDOR,
    Column,
    Measure,
    Opened,
    Row,
    UnknownKeyError,
    ordered,
)
from metrics.queries.rows_units import named
from metrics.queries.sql import amount, contracts_of, fetch, whole

MEMBERS = """
WITH RECURSIVE $lineages
member AS (
    SELECT $unit AS unit, MIN(c.id) AS contract_id, MIN(c.vendor_id) AS vendor_id,
        MIN(l.first_day) AS first_paid,
        MAX(CASE WHEN l.first_day <= %(last)s AND l.last_day >= %(first)s THEN 1 ELSE 0 END)
            AS is_active,
        SUM($at_end / $half) AS high, SUM($at_end %% $half) AS low,
        SUM($at_start / $half) AS first_high, SUM($at_start %% $half) AS first_low
    FROM contracts_ledgerentry l
    JOIN contracts_contract c ON c.id = l.contract_id
    $units
    WHERE $visible AND c.currency = %(currency)s AND l.annual_value > 0
        AND l.first_day <= %(as_of)s
    GROUP BY 1
    HAVING MIN(l.first_day) BETWEEN %(cohort_first)s AND %(cohort_last)s
)
SELECT c.id, $label, v.id, v.name, m.first_paid, m.is_active, m.first_high, m.first_low, m.high,
    m.low
FROM member m
JOIN contracts_contract c ON c.id = m.contract_id
JOIN contracts_vendor v ON v.id = m.vendor_id
"""
IN_FORCE = (
    "CASE WHEN l.first_day <= %({day})s AND l.last_day >= %({day})s THEN l.annual_value ELSE 0 END"
)
COLUMNS = (
    CONTRACT,
    VENDOR,
    Column("first_paid", _("First paid"), "day"),
    Column("size", _("Units"), "count", is_added=True),
    Column("active", _("Paid in the year"), "count", is_added=True),
    Column("first_value", _("At the end of the first year"), "money", is_added=True),
    Column("value", _("At the end of the year"), "money", is_added=True),
)
MEASURES = {
    "size": Measure(("size",)),
    "logos": Measure(("active",), over="size"),
    "value": Measure(("value",), over="first_value"),
}


def cohort(question: Question, currency: str, key: str) -> Opened:
    """Open "2021|logos|2": the units that first paid in 2021, and what they were two years later."""
    first, year, name = _parts(question, key)
    lineages, join, unit = UNITS[question.by]
    rows = fetch(
        MEMBERS,
        {"currency": currency, "as_of": question.as_of.toordinal()}
        | _days(year)
        | {f"cohort_{name}": day for name, day in _days(first).items()},
        lineages=lineages,
        units=join,
        unit=unit,
        label=LABEL,
        half=str(HALF),
        at_end=f"({IN_FORCE.format(day='last')})",
        at_start=f"({IN_FORCE.format(day='cohort_last')})",
        visible=contracts_of(question.scope),
    )
    return Opened(
        COLUMNS,
        ordered((_row(question, row) for row in rows), 6),
        MEASURES[name],
        currency,
    )


def _parts(question: Question, key: str) -> tuple[int, int, str]:
    """Return the cohort's year, the year that is looked at, and what is asked of it."""
    text, *rest = key.split("|")
    name, *later = rest or [""]
    numbers = [text, *later]
    if name not in MEASURES or len(later) != (name != "size") or not all(map(_is_number, numbers)):
        raise UnknownKeyError(key)
    first = int(text)
    year = first + int(later[0] if later else 0)
    if not 1 <= first <= year <= question.as_of.year:
        raise UnknownKeyError(key)
    # A year that is not over has a size, but no shares.
    if later and date(year, 12, 31) > question.as_of:
        raise UnknownKeyError(key)
    return first, year, name


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _days(year: int) -> dict[str, int]:
    return {
        "first": date(year, 1, 1).toordinal(),
        "last": date(year, 12, 31).toordinal(),
    }


def _row(question: Question, row: tuple[Any, ...]) -> Row:
    *shown, first_paid, is_active, first_high, first_low, high, low = row
    texts, target = named(question.by, shown)
    first, later = amount(whole(first_high, first_low)), amount(whole(high, low))
    paid: date = date.fromordinal(first_paid)
    values: tuple[Fraction | int, ...] = (1, int(is_active), first, later)
    return Row((*texts, paid, *values), target)
