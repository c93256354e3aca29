"""The plan and what was spent against it, behind a budget line."""

from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from contracts.models import Budget
from contracts.rules.period import Period
from metrics.queries.budgets import TOTAL
from metrics.queries.question import Question
from metrics.queries.rows_charges import NAMES as CHARGE_NAMES
from metrics.queries.rows_charges import charges_in
from metrics.queries.rows_opened import (
    CONTRACT,
    FIRST_DAY,
    LAST_DAY,
    VENDOR,
    Column,
    Measure,
    Opened,
    Row,
    UnknownKeyError,
    ordered,
)
from metrics.queries.rows_spend import NAMES as TERM_NAMES
from metrics.queries.rows_spend import entries, parted
from metrics.queries.sql import Fragment

COLUMNS = (
    Column("budget_line", _("Budget line")),
    CONTRACT,
    VENDOR,
    FIRST_DAY,
    LAST_DAY,
    Column("budget", _("Budget"), "money", is_added=True),
    Column("actual", _("Actual"), "money", is_added=True),
)
MEASURES = {
    "budget": Measure(("budget",)),
    "actual": Measure(("actual",)),
    "variance": Measure(("actual",), ("budget",)),
    "pct": Measure(("actual",), ("budget",), over="budget"),
}


def against_charges(question: Question, key: str) -> Opened:
    """Open "vendor|Name|USD|actual": the plan, and the net charges of its year."""
    plan, year, measure = _plan(question, key)
    found = charges_in(question, year, plan.currency, _condition(plan, CHARGE_NAMES))
    rows = [
        Row(("", *row.values[:3], row.values[2], Fraction(0), row.values[-1]), row.target)
        for row in found
    ]
    return _opened(plan, rows, measure)


def against_accrual(question: Question, key: str) -> Opened:
    """Open "vendor|Name|USD|actual": the plan, and the cost of the days of its year."""
    plan, year, measure = _plan(question, key)
    days = year.start.toordinal(), year.end.toordinal()
    found = entries(question, *days, plan.currency, _condition(plan, TERM_NAMES))
    rows = [
        Row(
            ("", *row.values[:2], *row.values[3:5], Fraction(0), row.values[-1]),
            row.target,
        )
        for row in found
    ]
    return _opened(plan, rows, measure)


def _plan(question: Question, key: str) -> tuple[Budget, Period, Measure]:
    rest, _bar, last = key.rpartition("|")
    key, wanted = (rest, last) if last in MEASURES else (key, "actual")
    dimension, name, currency = parted(key, 3)
    year = question.window.start.year
    plan = Budget.objects.filter(
        fiscal_year=year, dimension=dimension, key=name, currency=currency
    ).first()
    if plan is None:
        raise UnknownKeyError(key)
    return plan, Period(date(year, 1, 1), date(year, 12, 31)), MEASURES[wanted]


def _condition(plan: Budget, names: dict[str, str]) -> Fragment:
    if plan.dimension == TOTAL:
        return Fragment("TRUE")
    return Fragment(f"{names[plan.dimension]} = %(name)s", {"name": plan.key})


def _opened(plan: Budget, rows: list[Row], measure: Measure) -> Opened:
    year = date(plan.fiscal_year, 1, 1), date(plan.fiscal_year, 12, 31)
    line = Row((str(plan), "", "", *year, Fraction(plan.amount), Fraction(0)), ("budget", plan.pk))
    return Opened(COLUMNS, (line, *ordered(rows, -1)), measure, plan.currency)
