"""What stayed and what moved between snapshots, by contract, vendor or lineage (C4, C5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.rules.period import Grain, periods
from metrics.queries.question import Question, Unit
from metrics.queries.sql import (
    Fragment,
    amount,
    contracts_of,
    exact_sum,
    fetch,
    listed,
    sums,
)
from metrics.rules.conversion import Fixing
from metrics.rules.retention import Movements, movement

NO_UNIT = 0
LINEAGES = """
edge(a, b) AS (
    SELECT from_contract_id, to_contract_id FROM contracts_contractlink
    UNION SELECT to_contract_id, from_contract_id FROM contracts_contractlink
),
reach(a, b) AS (
    SELECT a, a FROM edge UNION SELECT reach.a, edge.b FROM reach JOIN edge ON edge.a = reach.b
),
root(contract_id, first_id) AS (SELECT a, MIN(b) FROM reach GROUP BY a),
"""
UNITS: dict[Unit, tuple[str, str, str]] = {
    "contract": ("", "", "c.id"),
    "vendor": ("", "", "c.vendor_id"),
    "lineage": (
        LINEAGES,
        "LEFT JOIN root ON root.contract_id = c.id",
        "COALESCE(root.first_id, c.id)",
    ),
}
# Units by currency: what a unit was worth at each snapshot, and from one to the next.
SNAPSHOTS = """
WITH RECURSIVE $lineages
snap(k, day) AS ($snaps),
held AS (
    SELECT c.currency AS currency, $unit AS unit, snap.k AS k,
        CAST(SUM(l.annual_value) AS bigint) AS v
    FROM snap
    JOIN contracts_ledgerentry l ON l.first_day <= snap.day AND l.last_day >= snap.day
    JOIN contracts_contract c ON c.id = l.contract_id
    $units
    WHERE $visible
    GROUP BY 1, 2, 3
),
pairs AS (
    SELECT currency, unit, k, CAST(SUM(v0) AS bigint) AS v0, CAST(SUM(v1) AS bigint) AS v1
    FROM (
        SELECT currency, unit, k, 0 AS v0, v AS v1 FROM held WHERE k > 0
        UNION ALL
        SELECT currency, unit, k + 1, v, 0 FROM held WHERE k < %(last)s
    ) AS either_side
    GROUP BY 1, 2, 3
),
"""
# Only of those who arrive is it asked whether they paid before.
FIRST_PAID = """
arrived AS (SELECT DISTINCT unit FROM pairs WHERE v0 = 0 AND v1 > 0),
paid AS (
    SELECT $paid_currency AS currency, $unit AS unit, MIN(l.first_day) AS day
    FROM contracts_contract c
    $units
    JOIN arrived ON arrived.unit = $unit
    JOIN contracts_ledgerentry l ON l.contract_id = c.id
    WHERE $visible AND l.annual_value > 0
    GROUP BY 1, 2
),
"""
SPLIT = """
mixed AS (SELECT unit FROM held WHERE v > 0 GROUP BY unit HAVING COUNT(DISTINCT currency) > 1),
"""
CLASSIFIED = """
moves AS (
    SELECT pairs.currency AS currency, pairs.k AS k, $apart AS apart, v0, v1,
        CASE WHEN paid.day <= snap.day THEN 1 ELSE 0 END AS paid_before
    FROM pairs
    JOIN snap ON snap.k = pairs.k - 1
    LEFT JOIN paid ON paid.unit = pairs.unit AND paid.currency = $of_currency
    $mixed
)
SELECT currency, k, apart, MAX(paid_before), $opening, $closing, $new, $reactivation,
    $expansion, $contraction, $churn,
    SUM(CASE WHEN v0 > 0 THEN 1 ELSE 0 END),
    SUM(CASE WHEN v0 = 0 AND v1 > 0 AND paid_before = 0 THEN 1 ELSE 0 END),
    SUM(CASE WHEN v0 = 0 AND v1 > 0 AND paid_before = 1 THEN 1 ELSE 0 END),
    SUM(CASE WHEN v0 > 0 AND v1 = 0 THEN 1 ELSE 0 END),
    SUM(CASE WHEN v1 > 0 THEN 1 ELSE 0 END)
FROM moves
GROUP BY 1, 2, 3
"""
AMOUNTS = {
    "opening": exact_sum("v0"),
    "closing": exact_sum("v1"),
    "new": exact_sum("CASE WHEN v0 = 0 AND paid_before = 0 THEN v1 ELSE 0 END"),
    "reactivation": exact_sum("CASE WHEN v0 = 0 AND paid_before = 1 THEN v1 ELSE 0 END"),
    "expansion": exact_sum("CASE WHEN v0 > 0 AND v1 > v0 THEN v1 - v0 ELSE 0 END"),
    "contraction": exact_sum("CASE WHEN v1 > 0 AND v1 < v0 THEN v0 - v1 ELSE 0 END"),
    "churn": exact_sum("CASE WHEN v0 > 0 AND v1 = 0 THEN v0 ELSE 0 END"),
}
PER_CURRENCY = SNAPSHOTS + FIRST_PAID + CLASSIFIED
ALL_CURRENCIES = SNAPSHOTS + FIRST_PAID + SPLIT + CLASSIFIED
FLOW_SUMS = """
base AS (SELECT currency, unit, v FROM held WHERE k = 0 AND v > 0)
SELECT pairs.currency, $opening, $drops, $rises
FROM pairs
JOIN base ON base.currency = pairs.currency AND base.unit = pairs.unit
GROUP BY 1
"""
FLOWS = SNAPSHOTS + FLOW_SUMS
FLOW_AMOUNTS = {
    "opening": exact_sum("CASE WHEN pairs.k = 1 THEN v0 ELSE 0 END"),
    "drops": exact_sum("CASE WHEN v1 < v0 THEN v0 - v1 ELSE 0 END"),
    "rises": exact_sum("CASE WHEN v1 > v0 THEN v1 - v0 ELSE 0 END"),
}

Found = dict[tuple[str, int], Movements]


@dataclass(frozen=True, slots=True)
class Flow:
    """What the units of an opening lost and gained month by month."""

    opening: Fraction
    drops: Fraction
    rises: Fraction


@dataclass(frozen=True, slots=True)
class Converted:
    """Movements in one currency at one fixing; `unconverted` units had no rate and are left out."""

    movements: Movements
    fixing: Fixing
    unconverted: int


def by_currency(question: Question, unit: Unit | None = None) -> dict[str, Movements]:
    """Return what moved between the day before the window and its last day, per currency."""
    days = [question.opening_day, question.window.end]
    found = _per_currency(question, unit or question.by, days)
    return {currency: moves for (currency, _), moves in found.items()}


def by_period(question: Question, grain: Grain = "month") -> dict[str, dict[str, Movements]]:
    """Return what moved in each period of the window, per currency and label, in order."""
    spans = periods(question.window, grain)
    days = [question.opening_day, *(part.end for _, part in spans)]
    found: dict[str, dict[str, Movements]] = defaultdict(dict)
    for (currency, k), moves in sorted(_per_currency(question, question.by, days).items()):
        found[currency][spans[k - 1][0]] = moves
    return dict(found)


def flows(question: Question) -> dict[str, Flow]:
    """Return the monthly drops and rises of the units of the opening, per currency."""
    days = [question.opening_day, *(part.end for _, part in periods(question.window, "month"))]
    rows = fetch(
        FLOWS,
        {"last": len(days) - 1},
        **_units(question, question.by),
        **FLOW_AMOUNTS,
        snaps=_snaps(days),
    )
    return {currency: Flow(*map(amount, sums(halves))) for currency, *halves in rows}


def converted(
    question: Question, bases: Sequence[str], at: Fixing, unit: Unit = "vendor"
) -> dict[str, Converted]:
    """Return what moved over all currencies, both snapshots at one fixing, in each base.

    The units of one currency are added in the database; only a unit of several currencies comes
    here with its parts, to be classified on their converted sum.
    """
    rows = _across(question, unit, [question.opening_day, question.window.end])
    return {base: _converted(rows, base, at) for base in bases}


def _across(question: Question, unit: Unit, days: Sequence[date]) -> list[tuple[Any, ...]]:
    """Return the rows of all currencies from each day to the next, mixed units apart."""
    return fetch(
        ALL_CURRENCIES,
        {"last": len(days) - 1},
        **_units(question, unit),
        **AMOUNTS,
        paid_currency="''",
        of_currency="''",
        apart=f"CASE WHEN mixed.unit IS NULL THEN {NO_UNIT} ELSE pairs.unit END",
        mixed="LEFT JOIN mixed ON mixed.unit = pairs.unit",
        snaps=_snaps(days),
    )


def converted_by_period(
    question: Question, base: str, at: Fixing, grain: Grain = "month"
) -> dict[str, Converted]:
    """Return what moved in each period of the window over all currencies at one fixing, in order."""
    spans = periods(question.window, grain)
    days = [question.opening_day, *(part.end for _, part in spans)]
    rows = _across(question, question.by, days)
    return {
        name: _converted([row for row in rows if row[1] == k], base, at)
        for k, (name, _) in enumerate(spans, start=1)
    }


def _converted(rows: Sequence[Sequence[Any]], base: str, at: Fixing) -> Converted:
    factors = {row[0]: at.factor(row[0], base) for row in rows}
    parts = [(row, factor) for row in rows if (factor := factors[row[0]]) is not None]
    plain = [_movements(row).converted(factor) for row, factor in parts if row[2] == NO_UNIT]
    return Converted(
        sum([*plain, *_mixed_units(parts)], Movements()),
        at,
        # Who was there at either end: those of the opening, and those who arrived.
        sum(int(sum(row[-5:-2])) for row in rows if factors[row[0]] is None),
    )


def _per_currency(question: Question, unit: Unit, days: Sequence[date]) -> Found:
    rows = fetch(
        PER_CURRENCY,
        {"last": len(days) - 1},
        **_units(question, unit),
        **AMOUNTS,
        paid_currency="c.currency",
        of_currency="pairs.currency",
        apart=str(NO_UNIT),
        mixed="",
        snaps=_snaps(days),
    )
    return {(row[0], row[1]): _movements(row) for row in rows}


def _units(question: Question, unit: Unit) -> dict[str, str | Fragment]:
    lineages, join, name = UNITS[unit]
    return {
        "lineages": lineages,
        "units": join,
        "unit": name,
        "visible": contracts_of(question.scope),
    }


def _snaps(days: Sequence[date]) -> Fragment:
    return listed([(k, day.toordinal()) for k, day in enumerate(days)])


def _movements(row: Sequence[Any]) -> Movements:
    opening, closing, new, reactivation, expansion, contraction, churn = map(
        amount, sums(row[4:18])
    )
    return Movements(
        opening,
        new,
        reactivation,
        expansion,
        contraction,
        churn,
        closing,
        *(int(count) for count in row[18:]),
    )


def _mixed_units(parts: Sequence[tuple[Sequence[Any], Fraction]]) -> list[Movements]:
    """Add the converted parts of each unit of several currencies, then classify it."""
    before: dict[int, Fraction] = defaultdict(Fraction)
    after: dict[int, Fraction] = defaultdict(Fraction)
    paid: Mapping[int, bool] = {row[2]: bool(row[3]) for row, _ in parts}
    for row, factor in parts:
        if row[2] != NO_UNIT:
            opening, closing = sums(row[4:8])
            before[row[2]] += amount(opening) * factor
            after[row[2]] += amount(closing) * factor
    return [movement(before[unit], after[unit], paid_before=paid[unit]) for unit in before]
