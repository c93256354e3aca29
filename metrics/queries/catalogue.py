"""Every family of figures by name, with its formula and its variant in words."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.queries import figures
from metrics.queries.belief import as_believed
from metrics.queries.question import Question

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of figures: what it is called, how it is computed, which variant it is."""

    name: str
    title: Text
    definition: Text
    variant: Text
    query: Callable[[Question], figures.Figures]

    def answer(self, question: Question) -> figures.Figures:
        """Return the family's figures with the question they answer (C9)."""
        with as_believed(question.believed_on):
            return figures.asked(question) | {"figures": self.query(question)}


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "accrued-spend",
            _("Accrued spend"),
            _("The sum of the costs of the days in force inside the window."),
            _(
                "A day costs the annual value over the 365 or 366 days of that anniversary year"
                " of the term; per currency, never mixed."
            ),
            figures.accruals,
        ),
        Metric(
            "annualised-spend",
            _("Annualised spend"),
            _("The sum of the annual values of the terms in force at the end of a day."),
            _(
                "On the last day of the window and on the day before it; not total value over years."
            ),
            figures.annualised,
        ),
        Metric(
            "commitments",
            _("Commitments and total contract value"),
            _(
                "Committed: the cost of the days after the as-of day in contracts signed by then."
                " Total contract value: annual value * length of each term in years."
            ),
            _(
                "No renewals are assumed and a cancellation releases the rest; total contract"
                " value ignores cancellation."
            ),
            figures.commitments,
        ),
        Metric(
            "actual-spend",
            _("Actual spend"),
            _("Net = gross - discount - allowance - credit, by charge date."),
            _("As charged; not spread over the service period. Net may be negative."),
            figures.actual_spend,
        ),
        Metric(
            "price-changes",
            _("Price changes"),
            _("(p1 - p0) / p0 on the unit price of consecutive terms."),
            _(
                "Without a unit price the annual value is compared if quantities are equal or"
                " unknown. Price effect (p1 - p0) * q1, volume effect (q1 - q0) * p0."
            ),
            figures.price_changes,
        ),
        Metric(
            "renewal-calendar",
            _("Renewal calendar"),
            _(
                "The terms whose contractual notice deadline lies in the 120 days after the as-of day."
            ),
            _("Deadlines are not rolled to business days here; without notice the end counts."),
            figures.renewal_calendar,
        ),
        Metric(
            "renewal-rates",
            _("Renewal rates"),
            _(
                "Of the terms that ended in the window: GRR = sum of min(renewed, expiring) / sum"
                " of expiring, NRR = sum of renewed / sum of expiring, logo = renewed / due."
            ),
            _(
                "Renewal-based: a successor starts within the grace; capped per term; what has no"
                " answer yet is counted apart. With links, a linked contract is the successor."
            ),
            figures.renewal_rates,
        ),
        Metric(
            "silent-renewals",
            _("Silent renewals and decisions in time"),
            _("On-time rate = deadlines decided by then / deadlines that have passed."),
            _(
                "Deadlines in the window, zero-value terms left out. Silent: renewed by itself, no"
                " decision recorded; lapsed: the same without a renewal. Open and undated ones are"
                " counted beside."
            ),
            figures.silent_renewals,
        ),
        Metric(
            "retention",
            _("Retention over the window"),
            _(
                "GRR = (opening - contraction - churn) / opening, NRR = (opening + expansion"
                " - contraction - churn) / opening, CRR = (E - N) / S."
            ),
            _(
                "Period-based, between two snapshots, on the units of the opening; the flow"
                " variant adds up monthly drops and rises. By contract, vendor and lineage."
            ),
            figures.retention_rates,
        ),
        Metric(
            "movements",
            _("Movements by month"),
            _("Opening + new + reactivation + expansion - contraction - churn = closing."),
            _("Between month-end snapshots, per currency."),
            figures.monthly_movements,
        ),
        Metric(
            "purchases",
            _("Purchases"),
            _("Repeat purchase ratio = units with two purchase days or more / units with one."),
            _("A purchase is a day with a charge above zero. Loyal: more than four of them."),
            figures.purchases,
        ),
        Metric(
            "budgets",
            _("Budget against actual"),
            _("Variance = actual - budget; in percent of the budget."),
            _("For the calendar year of the window's first day; above zero is overspend."),
            figures.budget_lines,
        ),
        Metric(
            "cohorts",
            _("Cohorts by first paid year"),
            _("Of the units that first paid in a year: the share that pays in each later year."),
            _(
                "Value: annualised at the end of year k over the end of year 0; years not over are blank."
            ),
            figures.yearly_cohorts,
        ),
        Metric(
            "forecast",
            _("Forecast of the next year"),
            _("The cost of each month after the as-of day: committed, flat and with uplift."),
            _(
                "Flat: auto-renewing contracts renew for the same length and price. Uplift: each"
                " assumed renewal takes the whole cap."
            ),
            figures.forecasts,
        ),
    )
}
