"""The runs of days behind spend: accrued, annualised, committed, whole value and forecast."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from contracts.rules.period import Grain, Period, periods
from contracts.rules.vocabulary import RenewalKind
from metrics.queries.question import Question
from metrics.queries.renewals import as_date
from metrics.queries.rows_opened import (
    ANNUAL_VALUE,
    CONTRACT,
    COST,
    DAYS,
    FIRST_DAY,
    LABEL,
    LAST_DAY,
    TERM,
    VENDOR,
    Column,
    Measure,
    Opened,
    Row,
    UnknownKeyError,
    ordered,
)
from metrics.queries.sql import Fragment, amount, contracts_of, fetch
from metrics.rules.forecast import assumed_renewals, grown, year_after
from metrics.rules.spend import total_contract_value

NAMES = {
    "vendor": "v.name",
    "category": "COALESCE(g.name, '')",
    "department": "COALESCE(o.name, '')",
}
FROM_CONTRACT = """
JOIN contracts_vendor v ON v.id = c.vendor_id
LEFT JOIN contracts_category g ON g.id = c.category_id
LEFT JOIN contracts_department o ON o.id = c.department_id
"""
ENTRIES = """
SELECT c.id, $label, v.name, t.seq, l.first_day, l.last_day, l.annual_value, l.year_days
FROM contracts_ledgerentry l
JOIN contracts_term t ON t.id = l.term_id
JOIN contracts_contract c ON c.id = l.contract_id
$parts
WHERE $visible AND $condition AND c.currency = %(currency)s AND l.annual_value <> 0
    AND l.first_day <= %(last)s AND l.last_day >= %(first)s
"""
WHOLE_TERMS = """
SELECT c.id, $label, v.name, t.seq, t.start_date, t.end_date, t.annual_value, t.whole_years,
    t.part_days, t.part_year_days
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
$parts
WHERE $visible AND c.currency = %(currency)s AND t.end_date IS NOT NULL AND t.annual_value <> 0
"""
LAST_TERMS = """
SELECT c.id, $label, v.name, t.seq, t.start_date, t.end_date, t.annual_value, c.cap_pct
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
$parts
WHERE $visible AND $condition AND c.currency = %(currency)s AND t.annual_value <> 0
    AND c.renewal_kind = %(auto)s AND c.cancelled_on IS NULL
    AND t.end_date BETWEEN %(as_of)s AND %(last)s
    AND NOT EXISTS (
        SELECT 1 FROM contracts_term n
        WHERE n.contract_id = t.contract_id AND (
            n.end_date IS NULL OR n.end_date > t.end_date
            OR (n.end_date = t.end_date AND n.seq > t.seq)
        )
    )
"""
SIGNED = "(c.signed_on IS NULL OR c.signed_on <= %(as_of)s)"
BOUND = f"{SIGNED} AND t.end_date IS NOT NULL"
NO_END = date.max.toordinal()
CAP_SCALE = 10 ** Contract._meta.get_field("cap_pct").decimal_places
OF_DAYS = Column("year_days", _("Days of the year"), "number")
RENEWAL = Column("renewal", _("Assumed renewal"), "number")
WHOLE_YEARS = Column("whole_years", _("Whole years"), "number")
PART_DAYS = Column("part_days", _("Days beyond"), "number")
START, END = Column("start", _("Start"), "day"), Column("end", _("End"), "day")
COSTED = (CONTRACT, VENDOR, TERM, FIRST_DAY, LAST_DAY, DAYS, ANNUAL_VALUE, OF_DAYS, COST)
IN_FORCE = (CONTRACT, VENDOR, TERM, FIRST_DAY, LAST_DAY, ANNUAL_VALUE._replace(is_added=True))
WHOLE = (CONTRACT, VENDOR, TERM, START, END, ANNUAL_VALUE, WHOLE_YEARS, PART_DAYS, OF_DAYS, COST)
FORECAST = (*COSTED[:3], RENEWAL, *COSTED[3:])


def accrued(question: Question, grain: Grain, key: str) -> Opened:
    """Open "2024-01|USD": the days in force in that period."""
    label, currency = parted(key, 2)
    return _costed(
        question, period_named(question.window, grain, label), currency, Fragment("TRUE")
    )


def accrued_by_name(question: Question, dimension: str, key: str) -> Opened:
    """Open "2024|CRM|USD": the days in force in that year under that name."""
    label, name, currency = parted(key, 3)
    return _costed(
        question,
        period_named(question.window, "year", label),
        currency,
        Fragment(f"{NAMES[dimension]} = %(name)s", {"name": name}),
    )


def annualised(question: Question, day: date, key: str) -> Opened:
    """Open "USD": what is in force at the end of a day."""
    (currency,) = parted(key, 1)
    return _in_force(question, day, currency, Fragment("TRUE"))


def annualised_by_category(question: Question, key: str) -> Opened:
    """Open "CRM|USD": what is in force in a category at the end of the window."""
    name, currency = parted(key, 2)
    named = Fragment(f"{NAMES['category']} = %(name)s", {"name": name})
    return _in_force(question, question.window.end, currency, named)


def committed(question: Question, key: str) -> Opened:
    """Open "USD": the days after the as-of day that are bound by then."""
    (currency,) = parted(key, 1)
    first = question.as_of.toordinal() + 1
    bound = Fragment(BOUND, {"as_of": question.as_of})
    return _costs(entries(question, first, NO_END, currency, bound), currency)


def whole_value(question: Question, key: str) -> Opened:
    """Open "USD": every term at its value over its whole length."""
    (currency,) = parted(key, 1)
    rows = fetch(
        WHOLE_TERMS,
        {"currency": currency},
        label=LABEL,
        parts=FROM_CONTRACT,
        visible=contracts_of(question.scope),
    )
    found = ordered(map(_whole_term, rows), len(WHOLE) - 1)
    return Opened(WHOLE, found, Measure((COST.name,)), currency)


def forecast(question: Question, variant: str, key: str) -> Opened:
    """Open "2025-03|USD": what terms cost in that month, and the renewals assumed in it."""
    label, currency = parted(key, 2)
    month = period_named(year_after(question.as_of), "month", label)
    known = Fragment(BOUND if variant == "committed" else SIGNED, {"as_of": question.as_of})
    span = month.start.toordinal(), month.end.toordinal()
    agreed = entries(question, *span, currency, known)
    rows = [Row((*row.values[:3], 0, *row.values[3:]), row.target) for row in agreed]
    if variant != "committed":
        rows += _assumed(question, month, currency, uplift=variant == "uplift")
    return Opened(FORECAST, ordered(rows, len(FORECAST) - 1), Measure((COST.name,)), currency)


def parted(key: str, count: int) -> list[str]:
    """Split a key: the first part and the currency hold no bar, a name between them may.

    Raises UnknownKeyError for another number of parts.
    """
    first, _bar, rest = key.partition("|") if count == 3 else ("", "", key)
    name, bar, currency = rest.rpartition("|")
    parts = {1: [key], 2: [name, currency], 3: [first, name, currency]}[count]
    if len(parts[-1]) != 3 or (count > 1 and not bar):
        raise UnknownKeyError(key)
    return parts


def period_named(window: Period, grain: Grain, label: str) -> Period:
    """Return the days of the window in the period of that name; UnknownKeyError if there are none."""
    found: Mapping[str, Period] = dict(periods(window, grain))
    if label not in found:
        raise UnknownKeyError(label)
    return found[label]


def _costed(question: Question, span: Period, currency: str, named: Fragment) -> Opened:
    days = span.start.toordinal(), span.end.toordinal()
    return _costs(entries(question, *days, currency, named), currency)


def _costs(rows: list[Row], currency: str) -> Opened:
    return Opened(COSTED, ordered(rows, len(COSTED) - 1), Measure((COST.name,)), currency)


def _in_force(question: Question, day: date, currency: str, named: Fragment) -> Opened:
    number = day.toordinal()
    found = _fetched(question, number, number, currency, named)
    rows = (
        Row((*names, date.fromordinal(first), date.fromordinal(last), amount(value)), target(pk))
        for pk, *names, first, last, value, _days in found
    )
    measure = Measure((ANNUAL_VALUE.name,))
    return Opened(IN_FORCE, ordered(rows, len(IN_FORCE) - 1), measure, currency)


def entries(
    question: Question, first: int, last: int, currency: str, condition: Fragment
) -> list[Row]:
    """Return the runs of days inside the span, each with its cost (C3)."""
    return [
        _clipped(row, first, last) for row in _fetched(question, first, last, currency, condition)
    ]


def _fetched(
    question: Question, first: int, last: int, currency: str, condition: Fragment
) -> list[tuple[Any, ...]]:
    return fetch(
        ENTRIES,
        {"first": first, "last": last, "currency": currency},
        label=LABEL,
        parts=FROM_CONTRACT,
        visible=contracts_of(question.scope),
        condition=condition,
    )


def _clipped(row: tuple[Any, ...], first: int, last: int) -> Row:
    pk, contract, vendor, seq, begins, ends, value, year_days = row
    begins, ends = max(begins, first), min(ends, last)
    days = ends - begins + 1
    annual = amount(value)
    span = date.fromordinal(begins), date.fromordinal(ends)
    cost = annual * days / year_days
    return Row((contract, vendor, seq, *span, days, annual, year_days, cost), target(pk))


def _whole_term(row: tuple[Any, ...]) -> Row:
    pk, contract, vendor, seq, start, end, value, years, part, year_days = row
    annual = amount(value)
    whole = total_contract_value(annual, years, part, year_days)
    named = contract, vendor, seq, as_date(start), as_date(end)
    return Row((*named, annual, years, part, year_days, whole), target(pk))


def _assumed(question: Question, month: Period, currency: str, *, uplift: bool) -> Iterator[Row]:
    rows = fetch(
        LAST_TERMS,
        {
            "currency": currency,
            "as_of": question.as_of,
            "last": year_after(question.as_of).end,
            "auto": RenewalKind.AUTO.value,
        },
        label=LABEL,
        parts=FROM_CONTRACT,
        visible=contracts_of(question.scope),
        condition=SIGNED,
    )
    for pk, contract, vendor, seq, start, end, value, cap in rows:
        pct = Fraction(int(cap), CAP_SCALE) if uplift and cap is not None else None
        for piece in assumed_renewals(as_date(start), as_date(end), month):
            annual = grown(amount(value), pct, piece.renewal)
            span = piece.days.start, piece.days.end, piece.days.days
            cost = annual / piece.year_days * piece.days.days
            values = contract, vendor, seq, piece.renewal, *span, annual, piece.year_days, cost
            yield Row(values, target(pk))


def target(pk: int) -> tuple[Any, int]:
    """Return the contract that a row leads to."""
    return ("contract", pk)
