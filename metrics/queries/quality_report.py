"""How much of the money stands on known ground: each gap weighted by what it hides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.queries.missing import NEEDS_NOTICE
from contracts.rules.period import Period
from metrics.queries.amounts import Base
from metrics.queries.question import Question, Scope
from metrics.queries.sql import amount, charges_of, contracts_of, exact_sum, fetch, sums
from metrics.rules.presentation import quotient

# What a contract in force lacks, in words of its own statement.
GAPS = {
    "owner": "c.owner_id IS NULL",
    "department": "c.department_id IS NULL",
    "category": "c.category_id IS NULL",
    "notice": "c.notice_value IS NULL AND c.renewal_kind IN (%(auto)s, %(evergreen)s)",
    "units": "(t.quantity IS NULL OR t.unit_price IS NULL)",
    "signed": "c.signed_on IS NULL",
    "assumed": "t.is_assumed",
}
RATE, CHARGES = "rate", "charges"
IN_FORCE = """
FROM contracts_ledgerentry l
JOIN contracts_contract c ON c.id = l.contract_id
JOIN contracts_term t ON t.id = l.term_id
WHERE $visible AND l.first_day <= %(day)s AND l.last_day >= %(day)s
"""
WEIGHTS = "SELECT c.currency, COUNT(*), $whole, $gaps" + IN_FORCE + "GROUP BY 1"
LISTED = """
SELECT c.id, c.title, d.name, c.currency, l.annual_value
FROM contracts_ledgerentry l
JOIN contracts_contract c ON c.id = l.contract_id
JOIN contracts_term t ON t.id = l.term_id
JOIN contracts_vendor d ON d.id = c.vendor_id
WHERE $visible AND l.first_day <= %(day)s AND l.last_day >= %(day)s AND $gap
ORDER BY l.annual_value DESC, c.id
"""
UNMATCHED = """
SELECT ch.currency, COUNT(*), SUM(CASE WHEN ch.contract_id IS NULL THEN 1 ELSE 0 END), $gross, $lost
FROM contracts_charge ch
WHERE $visible AND ch.charged_on BETWEEN %(first)s AND %(last)s
GROUP BY 1
"""
LOST = "CASE WHEN ch.contract_id IS NULL THEN ch.gross ELSE 0 END"


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing: in how many rows, what they cost, and what part of the whole that is."""

    key: str
    count: int
    amounts: dict[str, Fraction]
    converted: Fraction
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class Lacking:
    """A contract with a gap, and what it costs a year."""

    contract_id: int
    title: str
    vendor: str
    currency: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The gaps of what is in force at the end of a window, and of what was charged in it."""

    day: date
    contracts: int
    whole: Fraction
    charged: Fraction
    gaps: tuple[Gap, ...]


def quality_report(question: Question, base: Base) -> QualityReport:
    """Return each gap with the money behind it, in two statements."""
    day = question.window.end
    rows = fetch(
        WEIGHTS,
        _day(day),
        whole=exact_sum("l.annual_value"),
        gaps=", ".join(_weighed(gap) for gap in GAPS.values()),
        visible=contracts_of(question.scope),
    )
    counts, amounts = _gathered(rows)
    whole = base.exact(amounts[""])
    charges, charged = _unmatched(question.window, question.scope, base)
    return QualityReport(
        day,
        counts[""],
        whole,
        charged,
        (
            *(_gap(key, counts[key], amounts[key], whole, base) for key in GAPS),
            _without_rate(rows, amounts[""], base),
            charges,
        ),
    )


def lacking(question: Question, gap: str, base: Base) -> list[Lacking]:
    """Return the contracts behind a gap, the dearest first within a currency.

    Raises KeyError for a gap that contracts do not have.
    """
    condition = "TRUE" if gap == RATE else GAPS[gap]
    rows = fetch(
        LISTED,
        _day(question.window.end),
        gap=condition,
        visible=contracts_of(question.scope),
    )
    found = [_lacking(*row) for row in rows]
    if gap == RATE:
        return [row for row in found if base.at.factor(row.currency, base.currency) is None]
    return found


def _lacking(contract_id: int, title: str, vendor: str, currency: str, value: int) -> Lacking:
    return Lacking(contract_id, title, vendor, currency, amount(value))


def _day(day: date) -> dict[str, Any]:
    auto, evergreen = NEEDS_NOTICE
    return {"day": day.toordinal(), "auto": auto, "evergreen": evergreen}


def _weighed(gap: str) -> str:
    value = f"CASE WHEN {gap} THEN l.annual_value ELSE 0 END"
    return f"SUM(CASE WHEN {gap} THEN 1 ELSE 0 END), {exact_sum(value)}"


def _gathered(
    rows: Iterable[Sequence[Any]],
) -> tuple[dict[str, int], dict[str, dict[str, Fraction]]]:
    """Return numbers and amounts per gap; "" is everything in force."""
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for currency, *columns in rows:
        for place, key in enumerate(("", *GAPS)):
            count, high, low = columns[place * 3 : place * 3 + 3]
            counts[key] += int(count)
            amounts[key][currency] = amount(sums((high, low))[0])
    return counts, amounts


def _gap(key: str, count: int, amounts: dict[str, Fraction], whole: Fraction, base: Base) -> Gap:
    converted = base.exact(amounts)
    held = {currency: value for currency, value in amounts.items() if value}
    return Gap(key, count, held, converted, quotient(converted, whole))


def _without_rate(rows: Iterable[Sequence[Any]], amounts: dict[str, Fraction], base: Base) -> Gap:
    """Return what has no exchange rate: it has no part in a converted whole, so no share either."""
    lost = {
        currency: value
        for currency, value in amounts.items()
        if base.at.factor(currency, base.currency) is None
    }
    count = sum(int(row[1]) for row in rows if row[0] in lost)
    return Gap(RATE, count, lost, Fraction(0), None if lost else Fraction(0))


def _unmatched(window: Period, scope: Scope, base: Base) -> tuple[Gap, Fraction]:
    """Return what was charged without a contract, and everything that was charged."""
    rows = fetch(
        UNMATCHED,
        {"first": window.start, "last": window.end},
        gross=exact_sum("ch.gross"),
        lost=exact_sum(LOST),
        visible=charges_of(scope),
    )
    parts = [(row[0], int(row[2]), *map(amount, sums(row[3:]))) for row in rows]
    whole = base.exact({currency: gross for currency, _count, gross, _lost in parts})
    lost = {currency: value for currency, _count, _gross, value in parts}
    count = sum(part[1] for part in parts)
    return _gap(CHARGES, count, lost, whole, base), whole
