"""Renewal rates of the terms that ended in a window, and the calendar of what ends next (C6, R3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from operator import attrgetter
from typing import Any

from contracts.rules.calendar import ONE_DAY
from contracts.rules.period import MONTHS_OF, Grain, Period, label
from contracts.rules.vocabulary import RenewalKind
from metrics.queries.question import EVERYTHING, Question, Scope
from metrics.queries.rates import fixing
from metrics.queries.sql import Fragment, amount, contracts_of, exact_sum, fetch, outcomes_of, sums
from metrics.rules.conversion import Fixing
from metrics.rules.renewals import Outcome, Renewals, one_term

# What became of term `t` of contract `c`, which no later term continues.
OUTCOME = (
    "CASE WHEN c.cancelled_on <= t.end_date AND c.cancelled_on <= %(as_of)s THEN 'lost'"
    " WHEN t.end_date < %(answered)s THEN 'lost' ELSE 'open' END"
)
DUE = "t.annual_value > 0 AND t.end_date BETWEEN %(first)s AND %(last)s"
# The same of the rows that the ledger keeps of each term, by month: the index holds them in this
# order. The few that a successor continued too late, or that have no answer yet, are corrected.
ENDING = """
FROM contracts_termoutcome o
WHERE $visible AND o.value > 0 AND o.end_month BETWEEN %(first_month)s AND %(last_month)s
    AND $inside $only
GROUP BY o.end_month, o.currency
"""
RATES = (
    "SELECT o.currency, o.end_month, COUNT(*), COUNT(o.next_value), 0, $expiring, $capped, $renewed"
    + ENDING
)
LATE = "SELECT o.currency, o.end_month, 0, -COUNT(*), 0, 0, 0, $capped, $renewed" + ENDING
OPEN = "SELECT o.currency, o.end_month, -COUNT(*), 0, COUNT(*), $expiring, 0, 0, 0, 0" + ENDING
TOO_LATE = "AND o.gap > %(grace)s"
# So that the index of gaps is used.
AFTER_A_GAP = "AND o.gap > 0 "
UNANSWERED = """AND o.end_day >= %(answered)s AND (o.gap IS NULL OR o.gap > %(grace)s)
    AND (o.cancelled_day IS NULL OR o.cancelled_day > %(as_of)s)"""
# One period for all months there are.
ALL_MONTHS = 12 * 10_000
# The last term of a contract that another contract continues; its share of the successor's first
# value is its own value over the last values of all contracts that the successor continues. The few
# links come first and everything else is met by its key, so that no plan can be a slow one, not even
# that of a database without statistics.
LINKED = """
WITH linked AS MATERIALIZED (
    SELECT k.from_contract_id, k.to_contract_id,
        (SELECT e.id FROM contracts_term e WHERE e.contract_id = k.from_contract_id
            AND NOT e.is_void ORDER BY e.seq DESC LIMIT 1) AS last_term,
        (SELECT e.id FROM contracts_term e WHERE e.contract_id = k.to_contract_id
            AND NOT e.is_void ORDER BY e.seq LIMIT 1) AS first_term
    FROM contracts_contractlink k
), ended AS MATERIALIZED (
    SELECT t.id, c.currency, t.annual_value, t.end_date, $outcome AS outcome, k.to_contract_id,
        o.currency AS next_currency, n.annual_value AS next_value
    FROM linked k
    JOIN contracts_term t ON t.id = k.last_term
    JOIN contracts_contract c ON c.id = t.contract_id
    JOIN contracts_term n ON n.id = k.first_term
    JOIN contracts_contract o ON o.id = n.contract_id
    WHERE $visible AND $visible_too AND $due
        AND n.start_date > t.start_date AND n.start_date <= $end_plus
)
SELECT ended.*, b.currency, v.annual_value
FROM ended
JOIN linked a ON a.to_contract_id = ended.to_contract_id
JOIN contracts_term v ON v.id = a.last_term
JOIN contracts_contract b ON b.id = v.contract_id
ORDER BY ended.id, ended.to_contract_id, b.id
"""
# Terms whose deadline lies in some days; neither cancelled nor followed by a term without a gap.
TO_DECIDE = """
WHERE $visible AND NOT o.is_followed AND o.cancelled_day IS NULL
    AND o.deadline_day BETWEEN %(first)s AND %(last)s
"""
CALENDAR_ROWS = """
SELECT o.deadline_day, c.id,
    CASE WHEN c.external_reference = '' THEN c.title ELSE c.external_reference END,
    t.seq, t.end_date, c.renewal_kind, o.currency, o.value
FROM contracts_termoutcome o
JOIN contracts_term t ON t.id = o.term_id
JOIN contracts_contract c ON c.id = o.contract_id
"""
CALENDAR_SUMS = """
SELECT o.currency, COUNT(*), $value
FROM contracts_termoutcome o
"""
CALENDAR = CALENDAR_ROWS + TO_DECIDE
AT_STAKE = CALENDAR_SUMS + TO_DECIDE + "GROUP BY 1"
DEFAULT_HORIZON = 120


@dataclass(frozen=True, slots=True)
class Continued:
    """A term whose contract is continued by another: what it was counted as, and what it is."""

    currency: str
    counted: Renewals
    value: Fraction
    renewed: Fraction | None
    term_id: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """A term that must be decided by its deadline."""

    deadline: date
    contract_id: int
    contract: str
    seq: int
    end_date: date
    auto_renew: bool
    currency: str
    annual_value: Fraction


def rates(question: Question) -> dict[str, Renewals]:
    """Return the terms that ended in the window per currency, without regard to links."""
    found = _tallies(question, ALL_MONTHS)
    return {currency: tally for (currency, _), tally in found.items()}


def rates_by_period(question: Question, grain: Grain = "quarter") -> dict[str, dict[str, Renewals]]:
    """Return the terms that ended in each period of the window, per currency and label, in order.

    Links are not regarded; a period in which nothing ended is left out.
    """
    months = MONTHS_OF[grain]
    found: dict[str, dict[str, Renewals]] = defaultdict(dict)
    for (currency, period), tally in sorted(_tallies(question, months).items()):
        found[currency][label(first_of_month(period * months), grain)] = tally
    return dict(found)


def linked_rates(question: Question, plain: Mapping[str, Renewals]) -> dict[str, Renewals]:
    """Return plain rates with a linked contract counted as the successor of the one it continues.

    Another currency is converted at the fixing of the day the term ended; a successor without a
    rate does not count.
    """
    found = defaultdict(Renewals, plain)
    for term in continued(question):
        if term.renewed is not None:
            found[term.currency] -= term.counted
            found[term.currency] += one_term(term.value, Outcome.RENEWED, term.renewed)
    return dict(found)


def converted_rates(found: Mapping[str, Renewals], base: str, at: Fixing) -> tuple[Renewals, int]:
    """Add rates per currency at one fixing; return them and the number of terms without a rate."""
    total, unconverted = Renewals(), 0
    for currency, tally in found.items():
        factor = at.factor(currency, base)
        if factor is None:
            unconverted += tally.due + tally.open
        else:
            total += tally.converted(factor)
    return total, unconverted


def continued(question: Question) -> list[Continued]:
    """Return the terms of the window that a linked contract continues.

    Amounts of other currencies are converted at the fixing of the day the term ended.
    """
    visible_too = contracts_of(question.scope, "o")
    rows = fetch(LINKED, _window(question), **_parts(question), visible_too=visible_too)
    by_term: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        by_term[row[0]].append(row)
    fixings = {ended: fixing(ended) for ended in {as_date(row[3]) for row in rows}}
    return [_continued(found, fixings[as_date(found[0][3])]) for found in by_term.values()]


def calendar(as_of: date, days: int = DEFAULT_HORIZON, scope: Scope = EVERYTHING) -> list[Deadline]:
    """Return the terms whose deadline lies in the next `days` days, neither cancelled nor followed.

    The deadline is the contractual one (R3), not rolled; without a notice period it is the end.
    """
    rows = fetch(CALENDAR, _days_after(as_of, days), visible=outcomes_of(scope))
    return sorted(map(_deadline, rows), key=attrgetter("deadline", "contract", "seq"))


def at_stake(
    as_of: date, days: int = DEFAULT_HORIZON, scope: Scope = EVERYTHING
) -> dict[str, tuple[int, Fraction]]:
    """Return the number and the annual value of the terms of that calendar, per currency."""
    rows = fetch(
        AT_STAKE,
        _days_after(as_of, days),
        value=exact_sum("o.value"),
        visible=outcomes_of(scope),
    )
    return {currency: (int(count), amount(sums(halves)[0])) for currency, count, *halves in rows}


def month_number(day: date) -> int:
    """Return the number of a day's month, year x 12 + month - 1."""
    return day.year * 12 + day.month - 1


def first_of_month(number: int) -> date:
    """Return the first day of a month by its number, year x 12 + month - 1."""
    return date(number // 12, number % 12 + 1, 1)


def as_date(value: date | str) -> date:
    """Return a day that SQLite hands over as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _days_after(as_of: date, days: int) -> dict[str, Any]:
    first = as_of.toordinal()
    return {"first": first, "last": first + days}


def _deadline(row: tuple[Any, ...]) -> Deadline:
    deadline, contract_id, contract, seq, end, kind, currency, value = row
    return Deadline(
        date.fromordinal(deadline),
        contract_id,
        contract,
        seq,
        as_date(end),
        kind == RenewalKind.AUTO,
        currency,
        amount(value),
    )


def _window(question: Question) -> dict[str, Any]:
    return {
        "first": question.window.start,
        "last": question.window.end,
        "as_of": question.as_of,
        "answered": question.as_of - timedelta(days=question.grace),
        "after_end": question.grace + 1,
    }


def _parts(question: Question) -> dict[str, Any]:
    return {
        "outcome": OUTCOME,
        "due": DUE,
        "visible": contracts_of(question.scope),
    }


def _tallies(question: Question, months: int) -> dict[tuple[str, int], Renewals]:
    """Return the terms that ended in the window per currency and per number of so many months."""
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0] * 6)
    for currency, month, *numbers in _ended(question):
        tally = found[currency, month // months]
        for place, number in enumerate(numbers):
            tally[place] += number
    return {key: _tally(*numbers) for key, numbers in found.items()}


def _ended(question: Question) -> Iterator[tuple[Any, ...]]:
    """Yield per currency and month: due, renewed, open, expiring, capped, renewed value; corrected."""
    params = _days(question)
    parts: dict[str, str | Fragment] = {
        "visible": outcomes_of(question.scope),
        "inside": inside(question.window, "o.end_day"),
    }
    kept, following = exact_sum("o.kept_value"), exact_sum("o.next_value")
    expiring = exact_sum("o.value")
    rows = fetch(RATES, params, only="", expiring=expiring, capped=kept, renewed=following, **parts)
    too_late = (AFTER_A_GAP if question.grace >= 0 else "") + TOO_LATE
    less = (exact_sum("-o.kept_value"), exact_sum("-o.next_value"))
    rows += fetch(LATE, params, only=too_late, capped=less[0], renewed=less[1], **parts)
    if params["answered"] <= params["last"]:
        rows += fetch(OPEN, params, only=UNANSWERED, expiring=exact_sum("-o.value"), **parts)
    for currency, month, due, renewed, is_open, *halves in rows:
        yield currency, month, int(due), int(renewed), int(is_open), *sums(halves)


def _tally(
    due: int, renewed: int, is_open: int, expiring: int, capped: int, renewed_value: int
) -> Renewals:
    return Renewals(due, renewed, is_open, *map(amount, (expiring, capped, renewed_value)))


def inside(window: Period, day: str) -> str:
    """Return the condition on a day beside that on its month; none where months are whole."""
    whole = window.start.day == 1 and (window.end + ONE_DAY).day == 1
    return "TRUE" if whole else f"{day} BETWEEN %(first)s AND %(last)s"


def _days(question: Question) -> dict[str, int]:
    as_of, window = question.as_of.toordinal(), question.window
    return {
        "first": window.start.toordinal(),
        "last": window.end.toordinal(),
        "first_month": month_number(window.start),
        "last_month": month_number(window.end),
        "as_of": as_of,
        "answered": as_of - question.grace,
        "grace": question.grace,
    }


def _continued(rows: list[tuple[Any, ...]], at: Fixing) -> Continued:
    term_id, currency, value, _, outcome, *_ = rows[0]
    own = amount(value)
    shares = []
    for successor in sorted({row[5] for row in rows}):
        shares.append(_share(own, currency, [row for row in rows if row[5] == successor], at))
    known = [share for share in shares if share is not None]
    renewed = sum(known, Fraction(0)) if known else None
    return Continued(currency, one_term(own, Outcome(outcome)), own, renewed, term_id)


def _share(
    own: Fraction, currency: str, rows: list[tuple[Any, ...]], at: Fixing
) -> Fraction | None:
    """Return the part of a successor's value that continues a term, in the term's currency."""
    rate = at.factor(rows[0][6], currency)
    parts = [(amount(row[9]), at.factor(row[8], currency)) for row in rows]
    if rate is None or any(factor is None for _, factor in parts):
        return None
    together = sum((value * (factor or 0) for value, factor in parts), Fraction(0))
    return amount(rows[0][7]) * rate * own / together
