"""A plan for a year against what was charged or accrued in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from contracts.models import Budget
from metrics.rules.spend import variance, variance_ratio

TOTAL = "total"

# (dimension, name, currency): what it came to.
Spent = Mapping[tuple[str, str, str], Fraction]


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget beside its actual; above zero is overspend, `ratio` is of the BUDGET."""

    dimension: str
    name: str
    currency: str
    budget: Fraction
    actual: Fraction
    variance: Fraction
    ratio: Fraction | None


def dimensions(year: int) -> set[str]:
    """Return what the budgets of a year are made for."""
    plans = Budget.objects.filter(fiscal_year=year).order_by()
    return set(plans.values_list("dimension", flat=True).distinct())


def against(year: int, spent: Spent) -> list[BudgetLine]:
    """Return the budgets of a year in the order they were entered, against what was spent."""
    plans = Budget.objects.filter(fiscal_year=year).order_by("pk")
    return [_line(plan, spent) for plan in plans]


def _line(plan: Budget, spent: Spent) -> BudgetLine:
    budget = Fraction(plan.amount)
    actual = spent.get((plan.dimension, plan.key, plan.currency), Fraction(0))
    return BudgetLine(
        plan.dimension,
        plan.key,
        plan.currency,
        budget,
        actual,
        variance(actual, budget),
        variance_ratio(actual, budget),
    )
