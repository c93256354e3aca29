"""Units by the year they first paid: who still pays, and how much, years later."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from metrics.queries.movements import UNITS
from metrics.queries.question import Question
from metrics.queries.sql import amount, contracts_of, exact_sum, fetch, listed, sums
from metrics.rules.presentation import quotient

# How many years before the as-of day the first cohort may lie.
OLDEST = 100

COHORTS = """
WITH RECURSIVE $lineages
years(year, first_day, last_day) AS ($years),
paid AS (
    SELECT c.currency AS currency, $unit AS unit, l.first_day AS first_day,
        l.last_day AS last_day, l.annual_value AS v
    FROM contracts_ledgerentry l
    JOIN contracts_contract c ON c.id = l.contract_id
    $units
    WHERE $visible AND l.annual_value > 0 AND l.first_day <= %(as_of)s
),
firsts AS (
    SELECT currency, unit, MIN(first_day) AS day FROM paid GROUP BY 1, 2
),
members AS (
    SELECT firsts.currency AS currency, firsts.unit AS unit, years.year AS cohort
    FROM firsts
    JOIN years ON firsts.day BETWEEN years.first_day AND years.last_day
),
active AS (
    SELECT paid.currency AS currency, paid.unit AS unit, years.year AS year,
        CAST(SUM(
            CASE WHEN paid.first_day <= years.last_day AND paid.last_day >= years.last_day
            THEN v ELSE 0 END
        ) AS bigint) AS v
    FROM years
    JOIN paid ON paid.first_day <= years.last_day AND paid.last_day >= years.first_day
    GROUP BY 1, 2, 3
)
SELECT members.currency, members.cohort, active.year, COUNT(*), $value
FROM members
JOIN active ON active.currency = members.currency AND active.unit = members.unit
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The units of one first year: their number, and per finished year who pays and how much.

    A value of None: the cohort was worth nothing at the end of its first year.
    """

    year: int
    size: int
    logos: tuple[Fraction, ...]
    value: tuple[Fraction | None, ...]


def by_year(question: Question) -> dict[str, list[Cohort]]:
    """Return the cohorts up to the as-of day, per currency; years not over by then are left out."""
    last = question.as_of.year
    years = [
        (year, date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
        for year in range(max(last - OLDEST, 1), last + 1)
    ]
    lineages, join, unit = UNITS[question.by]
    rows = fetch(
        COHORTS,
        {"as_of": question.as_of.toordinal()},
        lineages=lineages,
        units=join,
        unit=unit,
        years=listed(years),
        value=exact_sum("active.v"),
        visible=contracts_of(question.scope),
    )
    finished = last if question.as_of == date(last, 12, 31) else last - 1
    grouped: dict[tuple[str, int], list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        grouped[row[0], row[1]].append(row[2:])
    found: dict[str, list[Cohort]] = defaultdict(list)
    for (currency, year), cells in grouped.items():
        found[currency].append(_cohort(year, finished, cells))
    return dict(found)


def _cohort(year: int, finished: int, cells: Sequence[Sequence[Any]]) -> Cohort:
    units = {cell[0]: int(cell[1]) for cell in cells}
    values = {cell[0]: amount(sums(cell[2:])[0]) for cell in cells}
    size, opening = units[year], values[year]
    years = range(year, finished + 1)
    return Cohort(
        year,
        size,
        tuple(Fraction(units.get(each, 0), size) for each in years),
        tuple(quotient(values.get(each, Fraction(0)), opening) for each in years),
    )
