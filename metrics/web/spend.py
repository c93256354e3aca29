"""The spend page: the trend, who it goes to, plan against actual, and gross to net."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.queries.budget_report import BudgetReport, budget_report
from metrics.queries.rates import fixing
from metrics.queries.spend_report import STEPS, Charged, Share, SpendReport, spend_report
from metrics.web.charts import REST, Series, chart, steps
from metrics.web.pages import base_of, exports, page, parts_of, point, row_of, unconverted
from metrics.web.views import View

SHOWN = 10
GROUPED_BY = ("vendor", "category", "department")
SECOND, PLAN = "var(--st-series-2)", "var(--st-series-3)"
UP, DOWN = "var(--st-up)", "var(--st-down)"


@require_safe
def spend(request: HttpRequest) -> HttpResponse:
    """Show what contracts cost in a window."""
    return page(request, "spend", content)


def content(request: HttpRequest, view: View) -> dict[str, Any]:
    """Return what the page shows."""
    base = base_of(view, fixing(view.as_of))
    report = spend_report(view.question, base)
    only = None if view.is_converted else view.base
    plans = budget_report(view.question, view.fiscal_year, base, only)
    return {
        "fixing": base.at,
        "unconverted": unconverted([report.total, report.opening, report.closing]),
        "tiles": tiles(report, view),
        "trend": trend(report, view),
        "shares": [by_name(report.shares[each], each, view) for each in GROUPED_BY],
        "centres": cost_centres(report.shares["cost_centre"], view),
        "plans": planned(plans, view),
        "charged": gross_to_net(report, view),
    }


def tiles(report: SpendReport, view: View) -> list[dict[str, Any]]:
    """Return the figures at the top."""
    in_force = (
        (_("In force at the end, per year"), report.closing, "annualised"),
        (_("In force before the window, per year"), report.opening, "annualised_open"),
    )
    total: dict[str, Any] = {
        "name": _("Accrued in the window"),
        "value": report.total.money.converted if report.total else 0,
        "parts": [],
        "note": _("the cost of the days in force"),
    }
    found = [total]
    for name, line, figure in in_force:
        parts = parts_of(line, view, figure) if line else []
        # The rows of a snapshot are asked for by currency alone.
        for part in parts:
            part["url"] = view.rows(figure, part["currency"])
        value = line.money.converted if line else 0
        found.append({"name": name, "value": value, "parts": parts})
    net = report.charged_in_all.amounts["net"]
    found.append({"name": _("Charged in the window, net"), "value": net, "parts": []})
    return found


def trend(report: SpendReport, view: View) -> dict[str, Any]:
    """Return the months: what each cost, and what was in force at its end."""
    rows = []
    for month in report.months:
        cost = row_of(month.accrued, view, "accrual_month") if month.accrued else None
        rows.append(
            {
                "label": month.label,
                "day": month.last_day,
                "value": cost["value"] if cost else 0,
                "parts": cost["parts"] if cost else [],
                "annualised": month.annualised.money.converted if month.annualised else 0,
                "url": (cost or {}).get("url") or f"#month-{month.label}",
            }
        )
    series = [
        Series(
            _("Accrued in the month"),
            [point(row["value"]) for row in rows],
            links=[row["url"] for row in rows],
        ),
    ]
    level = Series(
        _("In force at its end, per year"),
        [point(row["annualised"]) for row in rows],
        links=[row["url"] for row in rows],
        kind="line",
    )
    labels = [row["label"] for row in rows]
    return {
        "rows": rows,
        "accrued": chart(labels, series),
        "annualised": chart(labels, [level]),
        "exports": exports(view, "accrued-spend"),
    }


def by_name(shares: tuple[Share, ...], dimension: str, view: View) -> dict[str, Any]:
    """Return vendors, categories or departments, the largest first."""
    figure = f"accrual_{dimension}"
    rows = [
        row_of(share.line, view, figure) | {"share": share.share, "anchor": f"{dimension}-{number}"}
        for number, share in enumerate(shares)
    ]
    titles = {
        "vendor": (_("By vendor"), _("Vendor")),
        "category": (_("By category"), _("Category")),
        "department": (_("By department"), _("Department")),
    }
    title, heading = titles[dimension]
    return {"title": title, "heading": heading, "rows": rows, "chart": bars(rows)}


def bars(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the largest rows as bars, and the rest as one more."""
    shown, rest = rows[:SHOWN], rows[SHOWN:]
    names = [str(row["name"]) for row in shown]
    values = [point(row["value"]) for row in shown]
    colours = ["var(--color-primary-600)"] * len(shown)
    links = [row["url"] or f"#{row['anchor']}" for row in shown]
    if rest:
        names.append(_("All others"))
        values.append(point(sum(row["value"] for row in rest)))
        colours.append(REST)
        links.append(f"#{rest[0]['anchor']}")
    return chart(names, [Series(_("Accrued"), values, colours, links)], amounts="x")


def cost_centres(shares: tuple[Share, ...], view: View) -> dict[str, Any]:
    """Return the cost centres with the departments that each adds up."""
    rows = [
        {
            "name": share.line.name or _("None"),
            "value": share.line.money.converted,
            "share": share.share,
            "url": "",
            "anchor": f"cost-centre-{number}",
            "members": [row_of(line, view, "accrual_department") for line in share.members],
        }
        for number, share in enumerate(shares)
    ]
    return {"rows": rows, "chart": bars(rows)}


def planned(report: BudgetReport, view: View) -> dict[str, Any]:
    """Return the plans of the fiscal year against actual and agreed cost, and its months."""
    labels = [month.label for month in report.months]
    series = [
        Series(
            _("Charged, net"),
            [point(month.actual) for month in report.months],
        ),
        Series(
            _("Accrued, then forecast flat"),
            [point(month.expected) for month in report.months],
            SECOND,
            kind="line",
        ),
    ]
    if any(month.budget is not None for month in report.months):
        budget = [point(month.budget) for month in report.months]
        series.append(Series(_("Budget"), budget, PLAN, kind="line", dashed=True))
    # The figures file holds budgets against calendar years.
    is_calendar = report.days.start.month == 1
    in_year = view.over(report.days)
    rows = [
        {
            "line": line,
            "name": line.name or _("Everything"),
            "parts": [
                {
                    "currency": currency,
                    "url": in_year.rows("budget_actual", line.dimension, line.name, currency),
                }
                for currency in line.currencies
                if is_calendar
            ],
        }
        for line in report.lines
    ]
    return {
        "year": report.year,
        "days": report.days,
        "rows": rows,
        "months": report.months,
        "chart": chart(labels, series),
        "exports": exports(view, "budgets"),
    }


def gross_to_net(report: SpendReport, view: View) -> dict[str, Any]:
    """Return what was charged, step by step and month by month."""
    names = {
        "gross": _("Gross"),
        "discount": _("Discount"),
        "allowance": _("Allowance"),
        "credit": _("Credit"),
        "net": _("Net"),
    }
    whole = report.charged_in_all
    signed = [
        (names[step], float(whole.amounts[step]) * (1 if step in ("gross", "net") else -1))
        for step in STEPS
    ]
    colours = ["var(--color-primary-600)", DOWN, DOWN, DOWN, "var(--color-primary-600)"]
    return {
        "names": names,
        "whole": whole,
        "rows": [charged_row(month, view) for month in report.charged],
        "chart": chart(
            [name for name, _amount in signed],
            [Series(_("Amount"), steps(signed), colours, ["#charged"] * len(signed))],
            every_name=True,
        ),
        "exports": exports(view, "actual-spend"),
    }


def charged_row(month: Charged, view: View) -> dict[str, Any]:
    """Return a month of charges with the rows of each currency."""
    return {
        "label": month.label,
        "amounts": month.amounts,
        "parts": [
            {
                "value": part.net,
                "currency": part.currency,
                "url": view.rows("actuals_month", part.label, part.currency),
            }
            for part in month.parts
        ],
    }
