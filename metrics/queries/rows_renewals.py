"""The terms behind renewal rates, the renewal calendar and price changes."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from metrics.queries.question import Question
from metrics.queries.rates import fixing
from metrics.queries.renewals import as_date, calendar, continued
from metrics.queries.rows_opened import (
    ANNUAL_VALUE,
    CONTRACT,
    CURRENCY,
    LABEL,
    TERM,
    VENDOR,
    Column,
    Measure,
    Opened,
    Row,
    UnknownKeyError,
    ordered,
)
from metrics.queries.rows_spend import target
from metrics.queries.sql import Fragment, amount, contracts_of, fetch
from metrics.rules.conversion import Fixing
from metrics.rules.renewals import Outcome, Renewals, one_term, outcome

ENDED = """
SELECT t.id, c.id, $label, v.name, c.currency, t.seq, t.end_date, t.annual_value, c.cancelled_on,
    s.start_date, s.annual_value
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
JOIN contracts_vendor v ON v.id = c.vendor_id
LEFT JOIN contracts_pricechange p ON p.before_id = t.id
LEFT JOIN contracts_term s ON s.id = p.after_id
WHERE $visible AND $condition AND t.annual_value > 0 AND NOT t.is_void
    AND t.end_date BETWEEN %(first)s AND %(last)s
"""
ENDS = Column("end", _("End"), "day")
OUTCOME = Column("outcome", _("What became of it"))
COUNTS = tuple(
    Column(name, title, "count", is_added=True)
    for name, title in (("due", _("Due")), ("renewed", _("Renewed")), ("open", _("Open")))
)
AMOUNTS = tuple(
    Column(name, title, "money", is_added=True)
    for name, title in (
        ("expiring", _("Expiring")),
        ("renewed_capped", _("Renewed, capped")),
        ("renewed_value", _("Renewed value")),
    )
)
UNCONVERTED = Column("unconverted", _("Without a rate"), "count", is_added=True)
COLUMNS = (CONTRACT, VENDOR, TERM, ENDS, CURRENCY, OUTCOME, *COUNTS, *AMOUNTS)
CONVERTED = (*COLUMNS, UNCONVERTED)
MEASURES = {column.name: Measure((column.name,)) for column in (*COUNTS, *AMOUNTS)} | {
    "GRR": Measure(("renewed_capped",), over="expiring"),
    "NRR": Measure(("renewed_value",), over="expiring"),
    "logo": Measure(("renewed",), over="due"),
}
DECIDED = (
    Column("deadline", _("Deadline"), "day"),
    CONTRACT,
    VENDOR,
    TERM,
    ENDS,
    Column("auto_renew", _("Renews by itself")),
    CURRENCY,
    ANNUAL_VALUE,
    Column("terms", _("Terms"), "count", is_added=True),
)
YES, NO = _("yes"), _("no")
VENDORS = """
SELECT c.id, v.name FROM contracts_contract c JOIN contracts_vendor v ON v.id = c.vendor_id
WHERE $visible
"""


def renewal_rates(question: Question, currency: str, key: str, *, linked: bool) -> Opened:
    """Open "GRR" and its like: the terms of one currency that ended in the window."""
    condition = Fragment("c.currency = %(currency)s", {"currency": currency})
    rows = _rows(question, condition, linked=linked)
    found = [Row((*what, *_tallied(tally)), target(pk)) for pk, what, tally in rows]
    return Opened(COLUMNS, ordered(found, _place(key)), measure_of(MEASURES, key), currency)


def converted_rates(question: Question, base: str, key: str) -> Opened:
    """Open the same over all currencies, at the fixing of the day before the window."""
    measures = MEASURES | {UNCONVERTED.name: Measure((UNCONVERTED.name,))}
    measure = measure_of(measures, key)
    at = fixing(question.opening_day)
    rows = _rows(question, Fragment("TRUE"), linked=True)
    found = [Row(_converted(what, tally, base, at), target(pk)) for pk, what, tally in rows]
    return Opened(CONVERTED, ordered(found, _place(key)), measure, base, at)


def renewal_calendar(question: Question, key: str) -> Opened:
    """Open "contract|number": the term to decide about; "" opens the whole calendar."""
    rows = calendar(question.as_of, scope=question.scope)
    kept = [row for row in rows if key in ("", f"{row.contract}|{row.seq}")]
    if key and not kept:
        raise UnknownKeyError(key)
    vendors = dict(fetch(VENDORS, visible=contracts_of(question.scope))) if kept else {}
    found = tuple(
        Row(
            (
                row.deadline,
                row.contract,
                vendors[row.contract_id],
                row.seq,
                row.end_date,
                str(YES if row.auto_renew else NO),
                row.currency,
                row.annual_value,
                1,
            ),
            target(row.contract_id),
        )
        for row in kept
    )
    return Opened(DECIDED, found, Measure(("terms",)))


def measure_of(measures: Mapping[str, Measure], key: str) -> Measure:
    """Return how a key is made; UnknownKeyError for a key that is not there."""
    if key not in measures:
        raise UnknownKeyError(key)
    return measures[key]


def _place(key: str) -> int:
    """Return the column that orders the rows."""
    names = [column.name for column in CONVERTED]
    return names.index(key) if key in names else names.index("expiring")


def _rows(
    question: Question, condition: Fragment, *, linked: bool
) -> list[tuple[int, tuple[Any, ...], Renewals]]:
    found = fetch(
        ENDED,
        {"first": question.window.start, "last": question.window.end},
        label=LABEL,
        visible=contracts_of(question.scope),
        condition=condition,
    )
    shares = {each.term_id: each.renewed for each in (continued(question) if linked else [])}
    return [_row(row, question, shares.get(row[0])) for row in found]


def _row(
    row: tuple[Any, ...], question: Question, share: Fraction | None
) -> tuple[int, tuple[Any, ...], Renewals]:
    _term, pk, contract, vendor, currency, seq, end, value, cancelled, starts, after = row
    if share is not None:
        became, renewed = Outcome.RENEWED, share
    else:
        became = outcome(
            as_date(end),
            None if starts is None else as_date(starts),
            None if cancelled is None else as_date(cancelled),
            as_of=question.as_of,
            grace=question.grace,
        )
        renewed = amount(after or 0)
    what = contract, vendor, seq, as_date(end), currency, became.value
    return pk, what, one_term(amount(value), became, renewed)


def _tallied(tally: Renewals) -> tuple[int | Fraction, ...]:
    counts = tally.due, tally.renewed, tally.open
    return (*counts, tally.expiring, tally.renewed_capped, tally.renewed_value)


def _converted(what: tuple[Any, ...], tally: Renewals, base: str, at: Fixing) -> tuple[Any, ...]:
    factor = at.factor(what[4], base)
    if factor is None:
        return (*what, *_tallied(Renewals()), tally.due + tally.open)
    return (*what, *_tallied(tally.converted(factor)), 0)
