"""All figures of one question, as the keys and printed digits of a figures file."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.rules.period import Period, periods
from metrics.queries import (
    actuals,
    budgets,
    cohorts,
    decisions,
    forecast,
    keys,
    movements,
    prices,
    renewals,
    spend,
)
from metrics.queries.belief import as_believed
from metrics.queries.question import Dimension, Question, Unit
from metrics.queries.rates import fixing
from metrics.rules import purchases as buying
from metrics.rules import renewals as renewal_rules
from metrics.rules import retention
from metrics.rules.decisions import Decisions
from metrics.rules.presentation import money, ratio

Figures = dict[str, Any]

DIMENSIONS: tuple[Dimension, ...] = ("vendor", "category", "department")
CONSTANT_BASES = ("EUR", "USD")
RETENTION_UNITS: tuple[Unit, ...] = ("contract", "vendor", "lineage")


def figures(question: Question) -> Figures:
    """Return every family of figures, keyed as in the figures file."""
    found: Figures = {}
    with as_believed(question.believed_on):
        for family in FAMILIES:
            found |= family(question)
    return found


def asked(question: Question) -> Figures:
    """Return the question itself."""
    believed_on = question.believed_on
    return {
        "window": [question.window.start.isoformat(), question.window.end.isoformat()],
        "as_of": question.as_of.isoformat(),
        "by": question.by,
        "grace": question.grace,
        **({"believed_on": believed_on.isoformat()} if believed_on else {}),
    }


def accruals(question: Question) -> Figures:
    """Return accrued spend by period, and by year and name."""
    window, scope = question.window, question.scope
    months = spend.accrued_spend(window, "month", scope=scope)
    found: Figures = {
        "accrual_month": keys.of_spend(months, "label"),
        "accrual_quarter": keys.of_spend(spend.coarser(months, window, "quarter"), "label"),
        "accrual_year": keys.of_spend(spend.coarser(months, window, "year"), "label"),
    }
    for dimension in DIMENSIONS:
        rows = spend.accrued_spend(window, "year", dimension, scope)
        found[f"accrual_{dimension}"] = keys.of_spend(rows, "label", "name")
    return found


def annualised(question: Question) -> Figures:
    """Return annualised spend at the end of the window and on the day before it."""
    scope = question.scope
    days = [("close", question.window.end), ("open", question.opening_day)]
    rows = spend.annualised_spend(days, scope=scope)
    by_category = spend.annualised_spend([("", question.window.end)], "category", scope)
    return {
        "annualised": {r.currency: money(r.value) for r in rows if r.label == "close"},
        "annualised_open": {r.currency: money(r.value) for r in rows if r.label == "open"},
        "annualised_category": keys.of_spend(by_category, "name"),
    }


def commitments(question: Question) -> Figures:
    """Return what is committed after the as-of day, and the value of all terms."""
    committed = spend.committed(question.as_of, scope=question.scope)
    return {
        "committed_remaining": keys.of_spend(committed),
        "tcv": keys.of_spend(spend.total_contract_value(question.scope)),
    }


def actual_spend(question: Question) -> Figures:
    """Return what was charged by period and by vendor, and the return rates."""
    window, scope = question.window, question.scope
    back = actuals.returned(window, scope)
    months = actuals.charged(window, "month", scope=scope)
    return {
        "actuals_month": keys.of_charges(months, "label"),
        "actuals_year": keys.of_charges(actuals.by_year(months), "label"),
        "actuals_vendor": keys.of_charges(
            actuals.charged(window, "year", "vendor", scope), "label", "name"
        ),
        "return_rate": {
            "by_count": ratio(buying.return_rate(back.returned, back.charges)),
            "by_value": ratio(buying.return_rate(back.credit, back.gross)),
        },
    }


def price_changes(question: Question) -> Figures:
    """Return each price change as a row."""
    return {"price_changes": [keys.of_price(row) for row in prices.price_rows(question.scope)]}


def renewal_calendar(question: Question) -> Figures:
    """Return what must be decided in the days after the as-of day."""
    return {
        "renewal_calendar": [
            keys.of_deadline(row) for row in renewals.calendar(question.as_of, scope=question.scope)
        ]
    }


def renewal_rates(question: Question) -> Figures:
    """Return renewal-based rates with and without links, and at one fixing."""
    plain = renewals.rates(question)
    linked = renewals.linked_rates(question, plain)
    found: Figures = {}
    for currency in spend.currencies(question.scope):
        none = renewal_rules.Renewals()
        found[f"renewal_rates_nolinks_{currency}"] = keys.of_renewals(plain.get(currency, none))
        found[f"renewal_rates_{currency}"] = keys.of_renewals(linked.get(currency, none))
    at = fixing(question.opening_day)
    for base in CONSTANT_BASES:
        tally, unconverted = renewals.converted_rates(linked, base, at)
        found[f"renewal_rates_all_const_{base}"] = {
            **keys.of_renewals(tally),
            "unconverted": unconverted,
        }
    return found | {"fixing": keys.of_fixing(at)}


def silent_renewals(question: Question) -> Figures:
    """Return what became of the deadlines of the window, per currency. Not in the figures file."""
    found = decisions.decisions(question)
    return {
        f"decisions_{currency}": keys.of_decisions(found.get(currency, Decisions()))
        for currency in spend.currencies(question.scope)
    }


def retention_rates(question: Question) -> Figures:
    """Return period-based retention by unit and currency, at one fixing, and by flow."""
    currencies = spend.currencies(question.scope)
    found: Figures = {}
    for unit in RETENTION_UNITS:
        moves = movements.by_currency(question, unit)
        for currency in currencies:
            none = retention.Movements()
            found[f"retention_{unit}_{currency}"] = keys.of_retention(moves.get(currency, none))
    at = fixing(question.opening_day)
    for base, both in movements.converted(question, CONSTANT_BASES, at).items():
        found[f"retention_vendor_all_const_{base}"] = {
            **keys.of_retention(both.movements),
            "unconverted": both.unconverted,
        }
    flows = movements.flows(question)
    for currency in currencies:
        found[f"retention_flow_{currency}"] = keys.of_flow(flows.get(currency, NO_FLOW))
    return found | {"fixing": keys.of_fixing(at)}


def monthly_movements(question: Question) -> Figures:
    """Return the waterfall of each month, per currency."""
    months = [label for label, _ in periods(question.window, "month")]
    found = movements.by_period(question)
    none = retention.Movements()
    return {
        f"movements_month_{currency}": {
            month: keys.of_movements(found.get(currency, {}).get(month, none)) for month in months
        }
        for currency in spend.currencies(question.scope)
    }


def purchases(question: Question) -> Figures:
    """Return how often units buy."""
    buyers = actuals.purchases(question)
    units, repeating, loyal = (
        buying.units_with_more_than(days, buyers) for days in (0, 1, buying.LOYAL_MORE_THAN)
    )
    return {
        "purchases": {
            "repeat_purchase_ratio": ratio(buying.repeat_purchase_ratio(repeating, units)),
            "loyal_customer_rate": ratio(buying.loyal_rate(loyal, units)),
            "time_between": {
                "mean_of_means": ratio(buying.mean_of_mean_gaps(buyers)),
                "pooled": ratio(buying.pooled_gap(buyers)),
            },
        }
    }


def budget_lines(question: Question) -> Figures:
    """Return the budgets of the window's first year against charges and against accrual."""
    year = question.window.start.year
    window, scope = Period(date(year, 1, 1), date(year, 12, 31)), question.scope
    charged, accrued = {}, {}
    planned = budgets.dimensions(year)
    for name in (None, *DIMENSIONS):
        key = name or budgets.TOTAL
        if key not in planned:
            continue
        for row in actuals.charged(window, "year", name, scope):
            charged[key, row.name, row.currency] = row.net
        for cost in spend.accrued_spend(window, "year", name, scope):
            accrued[key, cost.name, cost.currency] = cost.value
    return {
        "budget_actual": [keys.of_budget(line) for line in budgets.against(year, charged)],
        "budget_accrual": [keys.of_budget(line) for line in budgets.against(year, accrued)],
    }


def yearly_cohorts(question: Question) -> Figures:
    """Return the cohorts by first paid year, per currency."""
    found = cohorts.by_year(question)
    return {
        f"cohorts_year_{currency}": {
            str(cohort.year): keys.of_cohort(cohort) for cohort in found.get(currency, [])
        }
        for currency in spend.currencies(question.scope)
    }


def forecasts(question: Question) -> Figures:
    """Return the year after the as-of day: committed, and with renewals assumed."""
    found = forecast.forecasts(question.as_of, question.scope)
    return {f"forecast_{name}": keys.of_spend(rows, "label") for name, rows in found.items()}


FAMILIES: tuple[Callable[[Question], Figures], ...] = (
    asked,
    accruals,
    annualised,
    commitments,
    actual_spend,
    price_changes,
    renewal_calendar,
    renewal_rates,
    retention_rates,
    monthly_movements,
    purchases,
    budget_lines,
    yearly_cohorts,
    forecasts,
)
NO_FLOW = movements.Flow(Fraction(0), Fraction(0), Fraction(0))
