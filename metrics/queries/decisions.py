"""Which deadlines of a window were decided in time, and which contracts renewed in silence."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection

from contracts.rules.vocabulary import RenewalKind
from metrics.queries.question import Question
from metrics.queries.renewals import as_date
from metrics.queries.sql import Fragment, amount, composed, contracts_of, exact_sum, fetch, sums
from metrics.rules.decisions import Decision, Decisions

# The UTC day of an instant, and the earlier of two days.
ENGINE = {
    "sqlite": {"day": "SUBSTR({}, 1, 10)", "earlier": "MIN({}, {})"},
    "postgresql": {"day": "CAST({} AT TIME ZONE 'UTC' AS date)", "earlier": "LEAST({}, {})"},
}
# A decision to leave counts from the notice, the day it was entered, or the last day, whichever is
# first; a renewal by a person from its signing, else from the day it was entered.
LEFT = "c.cancelled_on IS NOT NULL AND c.cancelled_on <= t.end_date"
RENEWED = "s.id IS NOT NULL AND NOT s.is_assumed"
GIVEN = (
    "c.notice_given_on BETWEEN t.start_date AND COALESCE(t.notice_deadline, t.end_date)"
    " AND (t.window_opens IS NULL OR c.notice_given_on >= t.window_opens)"
)
FIRST_CANCELLED = """COALESCE((
    SELECT $history_day FROM contracts_historicalcontract h
    WHERE h.id = c.id AND h.cancelled_on = c.cancelled_on
), c.cancelled_on)"""
DEADLINES = """
SELECT t.id AS term_id, c.id AS contract_id, c.currency AS currency, t.annual_value AS v,
    COALESCE(t.notice_deadline, t.end_date) AS deadline,
    c.renewal_kind = %(auto)s AS auto,
    CASE
        WHEN $left THEN $earliest
        WHEN $renewed THEN COALESCE(s.signed_on, $entered)
        WHEN $given THEN c.notice_given_on
    END AS decided_on,
    CASE WHEN NOT ($left) AND $renewed AND s.signed_on IS NULL AND $entered > t.end_date
        THEN 1 ELSE 0 END AS undated
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
LEFT JOIN contracts_pricechange p ON p.before_id = t.id
LEFT JOIN contracts_term s ON s.id = p.after_id
WHERE $visible AND NOT t.is_void AND t.annual_value > 0 AND t.end_date IS NOT NULL
    AND COALESCE(t.notice_deadline, t.end_date) BETWEEN %(first)s AND %(last)s
"""
# The same cases in the same order as `rules.decisions.decision`.
OUTCOME = """
CASE
    WHEN decided_on <= deadline AND decided_on <= %(as_of)s THEN 'decided'
    WHEN deadline >= %(as_of)s THEN 'open'
    WHEN undated = 1 THEN 'undated'
    WHEN decided_on <= %(as_of)s THEN 'late'
    WHEN auto THEN 'silent'
    ELSE 'lapsed'
END
"""
TALLY = """
SELECT currency, $outcome, COUNT(*), $value FROM ($deadlines) AS due GROUP BY 1, 2
"""
ROWS = """
SELECT due.deadline, due.contract_id, c.title, v.name, t.seq, t.end_date, due.decided_on,
    due.currency, due.v, $outcome
FROM ($deadlines) AS due
JOIN contracts_contract c ON c.id = due.contract_id
JOIN contracts_vendor v ON v.id = c.vendor_id
JOIN contracts_term t ON t.id = due.term_id
WHERE $wanted
ORDER BY due.v DESC, due.deadline, due.term_id
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A term with its deadline and what became of it."""

    deadline: date
    contract_id: int
    contract: str
    vendor: str
    seq: int
    end_date: date
    decided_on: date | None
    currency: str
    annual_value: Fraction
    outcome: Decision


def decisions(question: Question) -> dict[str, Decisions]:
    """Return the terms whose deadline lies in the window, per currency, by what became of it."""
    rows = fetch(
        TALLY,
        {"as_of": question.as_of},
        deadlines=_deadlines(question),
        outcome=OUTCOME,
        value=exact_sum("v"),
    )
    found: dict[str, Decisions] = defaultdict(Decisions)
    for currency, outcome, count, *halves in rows:
        each = Decision(outcome)
        found[currency].count[each] = int(count)
        found[currency].value[each] = amount(sums(halves)[0])
    return dict(sorted(found.items()))


def decision_rows(question: Question, outcome: Decision, limit: int) -> list[DecisionRow]:
    """Return the terms with this outcome, the most expensive first: the rows of one figure."""
    rows = fetch(
        ROWS,
        {"as_of": question.as_of, "wanted": outcome.value, "limit": limit},
        deadlines=_deadlines(question),
        outcome=OUTCOME,
        wanted=f"({OUTCOME}) = %(wanted)s",
    )
    return [_row(row) for row in rows]


def _deadlines(question: Question) -> Fragment:
    engine = ENGINE[connection.vendor]
    first = FIRST_CANCELLED.replace("$history_day", engine["day"].format("MIN(h.history_date)"))
    noticed = engine["earlier"].format("COALESCE(c.notice_given_on, c.cancelled_on)", first)
    return composed(
        DEADLINES,
        {
            "auto": RenewalKind.AUTO.value,
            "first": question.window.start,
            "last": question.window.end,
        },
        left=LEFT,
        renewed=RENEWED,
        given=GIVEN,
        entered=engine["day"].format("s.created_at"),
        earliest=engine["earlier"].format(noticed, "c.cancelled_on"),
        visible=contracts_of(question.scope),
    )


def _row(row: tuple[Any, ...]) -> DecisionRow:
    deadline, contract_id, title, vendor, seq, end, decided, currency, value, outcome = row
    return DecisionRow(
        as_date(deadline),
        contract_id,
        title,
        vendor,
        seq,
        as_date(end),
        None if decided is None else as_date(decided),
        currency,
        amount(value),
        Decision(outcome),
    )
