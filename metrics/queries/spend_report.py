"""What the spend page shows: the trend, who and what it is spent on, and gross to net."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.models import Department
from contracts.rules.period import Period, periods
from metrics.queries import actuals, spend
from metrics.queries.amounts import Base, Line, line_of, lines
from metrics.queries.question import Dimension, Question
from metrics.queries.spend import Spend
from metrics.rules.presentation import quotient, rounded

DIMENSIONS: tuple[Dimension, ...] = ("vendor", "category", "department")
STEPS = ("gross", "discount", "allowance", "credit", "net")


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the window: its cost, and what was in force at its end."""

    label: str
    last_day: date
    accrued: Line | None
    annualised: Line | None


@dataclass(frozen=True, slots=True)
class Charged:
    """What was charged in a month or in all, converted: from gross to net."""

    label: str
    amounts: dict[str, Decimal]
    parts: tuple[actuals.Actual, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A vendor, category, department or cost centre, and its part of the whole."""

    line: Line
    share: Fraction | None
    members: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class SpendReport:
    """Everything on the page but the budgets, in one currency at one fixing."""

    base: Base
    months: tuple[Month, ...]
    total: Line | None
    opening: Line | None
    closing: Line | None
    shares: dict[str, tuple[Share, ...]]
    charged: tuple[Charged, ...]
    charged_in_all: Charged


def spend_report(question: Question, base: Base) -> SpendReport:
    """Return the figures of the window, in a fixed number of statements."""
    window, scope = question.window, question.scope
    accrued = spend.accrued_spend(window, "month", scope=scope)
    days = [("", question.opening_day)] + [(name, p.end) for name, p in periods(window, "month")]
    in_force = _by_name(lines(spend.annualised_spend(days, scope=scope), "label", ("label",), base))
    months = _by_name(lines(accrued, "label", ("label",), base))
    shares = {each: _shares(question, each, base) for each in DIMENSIONS}
    charged = actuals.charged(window, "month", scope=scope)
    return SpendReport(
        base=base,
        months=tuple(
            Month(name, part.end, months.get(name), in_force.get(name))
            for name, part in periods(window, "month")
        ),
        total=next(iter(lines(_unlabelled(accrued), "name", ("name",), base)), None),
        opening=in_force.get(""),
        closing=in_force.get(days[-1][0]),
        shares=shares | {"cost_centre": _cost_centres(shares["department"], base)},
        charged=_charged(window, charged, base),
        charged_in_all=_converted("", charged, base),
    )


def _by_name(found: Iterable[Line]) -> dict[str, Line]:
    return {line.name: line for line in found}


def _unlabelled(rows: Iterable[Spend]) -> list[Spend]:
    found: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        found[row.currency] += row.value
    return [Spend("", "", currency, value) for currency, value in sorted(found.items())]


def _shares(question: Question, dimension: Dimension, base: Base) -> tuple[Share, ...]:
    rows = spend.accrued_spend(question.window, "year", dimension, question.scope)
    return _ranked([(line, ()) for line in lines(rows, "name", ("label", "name"), base)])


def _ranked(found: list[tuple[Line, tuple[Line, ...]]]) -> tuple[Share, ...]:
    whole = sum((line.exact for line, _members in found), Fraction(0))
    ranked = sorted(found, key=lambda each: (-each[0].exact, each[0].name))
    return tuple(Share(line, quotient(line.exact, whole), members) for line, members in ranked)


def _cost_centres(departments: Iterable[Share], base: Base) -> tuple[Share, ...]:
    """Add departments to their cost centres; "" is the departments without one."""
    centres = dict(Department.objects.order_by().values_list("name", "cost_centre"))
    found: dict[str, list[Line]] = defaultdict(list)
    for share in departments:
        found[centres.get(share.line.name, "")].append(share.line)
    return _ranked([(_together(name, own, base), tuple(own)) for name, own in found.items()])


def _together(name: str, members: list[Line], base: Base) -> Line:
    amounts: dict[str, Fraction] = defaultdict(Fraction)
    for line in members:
        for currency, value in line.amounts.items():
            amounts[currency] += value
    return line_of(name, amounts, tuple(part for line in members for part in line.parts), base)


def _charged(window: Period, rows: Iterable[actuals.Actual], base: Base) -> tuple[Charged, ...]:
    found: dict[str, list[actuals.Actual]] = defaultdict(list)
    for row in rows:
        found[row.label].append(row)
    return tuple(
        _converted(name, found[name], base) for name, _ in periods(window, "month") if found[name]
    )


def _converted(label: str, rows: list[actuals.Actual], base: Base) -> Charged:
    def together(step: str) -> Decimal:
        amounts: dict[str, Fraction] = defaultdict(Fraction)
        for row in rows:
            amounts[row.currency] += getattr(row, step)
        return rounded(base.exact(amounts), base.currency)

    return Charged(label, {step: together(step) for step in STEPS}, tuple(rows))
