"""A fiscal year: its plans against what was charged, what is agreed, and what it will cost."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from contracts.models import Budget
from contracts.rules.period import Period, periods
from metrics.queries import actuals, forecast, spend
from metrics.queries.amounts import Base
from metrics.queries.budgets import TOTAL
from metrics.queries.question import Dimension, Question
from metrics.rules.presentation import rounded
from metrics.rules.spend import variance, variance_ratio
from metrics.rules.windows import fiscal_year_number

DIMENSIONS: dict[str, Dimension | None] = {
    TOTAL: None,
    "department": "department",
    "category": "category",
    "vendor": "vendor",
}
Amounts = dict[str, Fraction]
Named = dict[tuple[str, str], Amounts]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan beside what was charged until the as-of day and what terms cost over the whole year.

    `left` is what the plan leaves after the agreed cost: below zero, more is agreed than planned.
    """

    dimension: str
    name: str
    budget: Decimal
    actual: Decimal
    agreed: Decimal
    left: Decimal
    ratio: Fraction | None
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanMonth:
    """A month of the year, added up from its first: None where it is not known yet."""

    label: str
    budget: Decimal | None
    actual: Decimal | None
    expected: Decimal


@dataclass(frozen=True, slots=True)
class BudgetReport:
    """The plans of a fiscal year."""

    year: int
    days: Period
    lines: tuple[PlanLine, ...]
    months: tuple[PlanMonth, ...]


def budget_report(question: Question, year: Period, base: Base, only: str | None) -> BudgetReport:
    """Return the plans of a fiscal year, all currencies converted or `only` one of them."""
    plans = _plans(fiscal_year_number(year), only)
    planned = {dimension for dimension, _name in plans}
    spent = {each: _spent(question, year, each) for each in DIMENSIONS if each in planned}
    found = [_line(key, budget, spent[key[0]], base) for key, budget in plans.items()]
    return BudgetReport(
        fiscal_year_number(year),
        year,
        tuple(sorted(found, key=_order)),
        _months(question, year, plans.get((TOTAL, "")), base),
    )


def _order(line: PlanLine) -> tuple[int, Decimal, str]:
    return list(DIMENSIONS).index(line.dimension), -line.budget, line.name


def _plans(year: int, only: str | None) -> Named:
    rows = Budget.objects.filter(fiscal_year=year, **({"currency": only} if only else {}))
    found: Named = defaultdict(dict)
    for dimension, key, currency, amount in rows.order_by("pk").values_list(
        "dimension", "key", "currency", "amount"
    ):
        found[dimension, key][currency] = Fraction(amount)
    return dict(found)


def _spent(question: Question, year: Period, dimension: str) -> tuple[Named, Named]:
    """Return what was charged until the as-of day, and what the whole year costs as agreed."""
    name, scope = DIMENSIONS[dimension], question.scope
    charged: Named = defaultdict(lambda: defaultdict(Fraction))
    agreed: Named = defaultdict(lambda: defaultdict(Fraction))
    for row in actuals.charged(_until(question, year), "year", name, scope):
        charged[dimension, row.name][row.currency] += row.net
    for cost in spend.accrued_spend(year, "year", name, scope):
        agreed[dimension, cost.name][cost.currency] += cost.value
    return charged, agreed


def _until(question: Question, year: Period) -> Period:
    return Period(year.start, min(year.end, question.as_of))


def _line(
    key: tuple[str, str], budget: Amounts, spent: tuple[Named, Named], base: Base
) -> PlanLine:
    charged, agreed = (side.get(key, {}) for side in spent)
    planned, actual, cost = (base.exact(each) for each in (budget, charged, agreed))
    return PlanLine(
        dimension=key[0],
        name=key[1],
        budget=rounded(planned, base.currency),
        actual=rounded(actual, base.currency),
        agreed=rounded(cost, base.currency),
        left=rounded(-variance(cost, planned), base.currency),
        ratio=variance_ratio(cost, planned),
        currencies=tuple(sorted(budget)),
    )


def _months(
    question: Question, year: Period, total: Amounts | None, base: Base
) -> tuple[PlanMonth, ...]:
    """Add up month by month: accrued until the as-of day, then as if auto-renewals came flat."""
    until = _until(question, year)
    charged = _per_month(actuals.charged(until, "month", scope=question.scope), "net", base)
    expected = _per_month(spend.accrued_spend(until, "month", scope=question.scope), "value", base)
    if until.end < year.end:
        ahead = forecast.forecasts(question.as_of, question.scope)["flat"]
        for name, value in _per_month(ahead, "value", base).items():
            expected[name] += value
    budget = None if total is None else base.exact(total)
    found, actual, cost = [], Fraction(0), Fraction(0)
    for number, (name, part) in enumerate(periods(year, "month"), start=1):
        actual, cost = actual + charged[name], cost + expected[name]
        found.append(
            PlanMonth(
                name,
                None if budget is None else rounded(budget * number / 12, base.currency),
                rounded(actual, base.currency) if part.start <= until.end else None,
                rounded(cost, base.currency),
            )
        )
    return tuple(found)


def _per_month(
    rows: Iterable[spend.Spend | actuals.Actual], value: str, base: Base
) -> dict[str, Fraction]:
    found: dict[str, Amounts] = defaultdict(lambda: defaultdict(Fraction))
    for row in rows:
        found[row.label][row.currency] += getattr(row, value)
    return defaultdict(Fraction, {name: base.exact(amounts) for name, amounts in found.items()})
