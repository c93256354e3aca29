"""The charges behind actual spend, returns and purchases."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts.rules.period import Grain, Period
from metrics.queries.movements import UNITS
from metrics.queries.question import Question
from metrics.queries.renewals import as_date
from metrics.queries.rows_opened import (
    CONTRACT,
    CURRENCY,
    FIRST_DAY,
    LABEL,
    LAST_DAY,
    VENDOR,
    Column,
    Measure,
    Opened,
    Row,
    Target,
    UnknownKeyError,
    ordered,
)
from metrics.queries.rows_spend import parted, period_named
from metrics.queries.sql import Fragment, amount, charges_of, contracts_of, fetch
from metrics.rules import purchases as buying
from metrics.rules.spend import net

VENDOR_ID = "COALESCE(ch.vendor_id, c.vendor_id)"
NAMES = {
    "vendor": "COALESCE(v.name, '')",
    "category": "COALESCE(g.name, '')",
    "department": "COALESCE(o.name, '')",
}
CHARGES = """
SELECT ch.id, CASE WHEN $contract_visible THEN $label ELSE '' END, COALESCE(v.name, ''),
    ch.charged_on, ch.source, ch.external_id, ch.currency, ch.gross, ch.discount, ch.allowance,
    ch.credit
FROM contracts_charge ch
LEFT JOIN contracts_contract c ON c.id = ch.contract_id
LEFT JOIN contracts_vendor v ON v.id = $vendor
LEFT JOIN contracts_category g ON g.id = c.category_id
LEFT JOIN contracts_department o ON o.id = COALESCE(c.department_id, ch.department_id)
WHERE $visible AND $condition AND ch.charged_on BETWEEN %(first)s AND %(last)s
"""
BUYERS = """
WITH RECURSIVE $lineages
buyers AS (
    SELECT $unit AS unit, MIN(c.id) AS contract_id, MIN($vendor) AS vendor_id,
        COUNT(DISTINCT ch.charged_on) AS days, MIN(ch.charged_on) AS first_day,
        MAX(ch.charged_on) AS last_day
    FROM contracts_charge ch
    LEFT JOIN contracts_contract c ON c.id = ch.contract_id
    $units
    WHERE $visible AND ch.gross > 0 AND ch.charged_on BETWEEN %(first)s AND %(last)s
    GROUP BY 1
)
SELECT c.id, CASE WHEN $contract_visible THEN $label ELSE '' END, v.id, COALESCE(v.name, ''),
    b.first_day, b.last_day, b.days
FROM buyers b
LEFT JOIN contracts_contract c ON c.id = b.contract_id
LEFT JOIN contracts_vendor v ON v.id = b.vendor_id
WHERE b.unit IS NOT NULL
"""
AMOUNTS = ("gross", "discount", "credit", "net")
DATE = Column("date", _("Date"), "day")
WHAT = (CONTRACT, VENDOR, DATE, Column("source", _("Source")), Column("id", _("External id")))
MONEY = (
    Column("gross", _("Gross"), "money", is_added=True),
    Column("discount", _("Discount and allowance"), "money", is_added=True),
    Column("credit", _("Credit"), "money", is_added=True),
    Column("net", _("Net"), "money", is_added=True),
)
CHARGED = (*WHAT, *MONEY)
COUNTS = (
    Column("charges", _("Charges"), "count", is_added=True),
    Column("returned", _("Returned"), "count", is_added=True),
)
RETURNED = (*WHAT, CURRENCY, MONEY[0], MONEY[2], *COUNTS)
RETURNS = {
    "by_count": Measure(("returned",), over="charges"),
    "by_value": Measure(("credit",), over="gross"),
}
BOUGHT = (
    CONTRACT,
    VENDOR,
    FIRST_DAY,
    LAST_DAY,
    Column("purchase_days", _("Purchase days"), "count", is_added=True),
    Column("units", _("Units"), "count", is_added=True),
    Column("repeating", _("Repeating"), "count", is_added=True),
    Column("loyal", _("Loyal"), "count", is_added=True),
    Column("span", _("Days from first to last"), "count", is_added=True),
    Column("gaps", _("Gaps"), "count", is_added=True),
    Column("mean_gap", _("Mean gap in days"), "decimal", is_added=True),
)
BUYING = {
    "repeat_purchase_ratio": Measure(("repeating",), over="units"),
    "loyal_customer_rate": Measure(("loyal",), over="units"),
    "time_between|mean_of_means": Measure(("mean_gap",), over="repeating"),
    "time_between|pooled": Measure(("span",), over="gaps"),
}


def charged(question: Question, grain: Grain, key: str) -> Opened:
    """Open "2024-01|USD|net": the charges of that period; without an amount named it is net."""
    key, amount_name = amount_of(key)
    label, currency = parted(key, 2)
    window = period_named(question.window, grain, label)
    return _charged(question, window, currency, Fragment("TRUE"), amount_name)


def charged_by_vendor(question: Question, key: str) -> Opened:
    """Open "2024|Vendor|USD|net": the charges of that vendor in that year of the window."""
    key, amount_name = amount_of(key)
    label, name, currency = parted(key, 3)
    window = period_named(question.window, "year", label)
    return _charged(question, window, currency, named("vendor", name), amount_name)


def charges_in(question: Question, window: Period, currency: str, condition: Fragment) -> list[Row]:
    """Return the charges of some days in one currency, with their four amounts."""
    condition = Fragment(
        f"ch.currency = %(currency)s AND {condition.text}",
        {**condition.params, "currency": currency},
    )
    return [_charge(row) for row in _fetched(question, window, condition)]


def named(dimension: str, name: str) -> Fragment:
    """Return the condition that a charge counts under a name."""
    return Fragment(f"{NAMES[dimension]} = %(name)s", {"name": name})


def returned(question: Question, key: str) -> Opened:
    """Open "by_count" or "by_value": all charges of the window, in whatever currency."""
    if key not in RETURNS:
        raise UnknownKeyError(key)
    found = _fetched(question, question.window, Fragment("TRUE"))
    rows = [_returned(row) for row in found]
    return Opened(RETURNED, ordered(rows, -1), RETURNS[key])


def purchases(question: Question, key: str) -> Opened:
    """Open "repeat_purchase_ratio" and its like: each unit with its purchase days."""
    if key not in BUYING:
        raise UnknownKeyError(key)
    lineages, join, unit = UNITS[question.by]
    rows = fetch(
        BUYERS,
        _days(question.window),
        lineages=lineages,
        units=join,
        unit=VENDOR_ID if question.by == "vendor" else unit,
        vendor=VENDOR_ID,
        label=LABEL,
        visible=charges_of(question.scope),
        contract_visible=contracts_of(question.scope),
    )
    shown: Callable[[Any], Row] = _vendor_buyer if question.by == "vendor" else _buyer
    return Opened(BOUGHT, ordered(map(shown, rows), 4), BUYING[key])


def amount_of(key: str) -> tuple[str, str]:
    """Take the name of an amount off the end of a key."""
    rest, _bar, last = key.rpartition("|")
    return (rest, last) if last in AMOUNTS else (key, "net")


def _charged(
    question: Question, window: Period, currency: str, condition: Fragment, amount_name: str
) -> Opened:
    rows = charges_in(question, window, currency, condition)
    place = len(WHAT) + AMOUNTS.index(amount_name)
    return Opened(CHARGED, ordered(rows, place), Measure((amount_name,)), currency)


def _fetched(question: Question, window: Period, condition: Fragment) -> list[tuple[Any, ...]]:
    return fetch(
        CHARGES,
        _days(window),
        label=LABEL,
        vendor=VENDOR_ID,
        visible=charges_of(question.scope),
        contract_visible=contracts_of(question.scope),
        condition=condition,
    )


def _days(window: Period) -> dict[str, date]:
    return {"first": window.start, "last": window.end}


def _charge(row: tuple[Any, ...]) -> Row:
    pk, contract, vendor, day, source, external_id, _currency, *columns = row
    gross, discount, allowance, credit = map(amount, columns)
    left = net(gross, discount, allowance, credit)
    what = contract, vendor, as_date(day), source, external_id
    return Row((*what, gross, discount + allowance, credit, left), ("charge", pk))


def _returned(row: tuple[Any, ...]) -> Row:
    plain = _charge(row)
    gross, _discount, credit, _net = plain.values[len(WHAT) :]
    is_returned = isinstance(credit, Fraction) and credit > 0
    values = (*plain.values[: len(WHAT)], row[6], gross, credit, 1, int(is_returned))
    return Row(values, plain.target)


def _buyer(row: tuple[Any, ...]) -> Row:
    contract_id, contract, _vendor_id, vendor, first, last, days = row
    span = (as_date(last) - as_date(first)).days
    mean = buying.mean_gap(span, days) or Fraction(0)
    counts = 1, int(days > 1), int(days > buying.LOYAL_MORE_THAN), span, days - 1, mean
    target: Target | None = ("contract", contract_id) if contract else None
    return Row((contract, vendor, as_date(first), as_date(last), days, *counts), target)


def _vendor_buyer(row: tuple[Any, ...]) -> Row:
    counted = _buyer(row)
    return Row(("", *counted.values[1:]), ("vendor", row[2]))
