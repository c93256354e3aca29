"""The page of data quality: what is missing, weighted by the money it hides."""

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.queries.amounts import Base
from metrics.queries.quality_report import (
    CHARGES,
    GAPS,
    RATE,
    Gap,
    QualityReport,
    lacking,
    quality_report,
)
from metrics.queries.rates import fixing
from metrics.rules.presentation import rounded
from metrics.web.charts import PERCENT, Series, chart
from metrics.web.pages import base_of, page, point
from metrics.web.views import View

ROWS = 500
KNOWN, UNKNOWN = "var(--color-primary-600)", "var(--st-series-2)"


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """Show what is missing from what is in force at the end of a window."""
    return page(request, "quality", content)


def content(request: HttpRequest, view: View) -> dict[str, Any]:
    """Return what the page shows."""
    base = base_of(view, fixing(view.as_of))
    report = quality_report(view.question, base)
    gap = request.GET.get("gap", "")
    return {
        "fixing": base.at,
        "day": report.day,
        "contracts": report.contracts,
        "whole": rounded(report.whole, view.base),
        "charged": rounded(report.charged, view.base),
        "gaps": gaps(report, view),
        "opened": opened(gap, base, view) if gap in (*GAPS, RATE) else None,
    }


def names() -> dict[str, tuple[str, str]]:
    """Return what each gap is called, and what it costs not to know it."""
    return {
        "owner": (_("Owner"), _("nobody decides on the renewal")),
        "department": (_("Department"), _("nobody's budget")),
        "category": (_("Category"), _("not compared with its kind")),
        "notice": (_("Notice period"), _("renews by itself, the last safe day is unknown")),
        "units": (_("Quantity and unit price"), _("a rise of the price hides in the volume")),
        "signed": (_("Day of signing"), _("counted as committed at all times")),
        "assumed": (_("Confirmed price"), _("the term was assumed when it renewed by itself")),
        RATE: (_("Exchange rate"), _("left out of every converted figure")),
        CHARGES: (_("Contract of a charge"), _("paid without a contract")),
    }


def gaps(report: QualityReport, view: View) -> dict[str, Any]:
    """Return the gaps, the most expensive first."""
    found = sorted(report.gaps, key=lambda gap: -(gap.share or 0))
    rows = [gap_row(gap, view) for gap in found]
    known = [1 - (gap.share or Fraction(0)) for gap in found]
    labels = [row["name"] for row in rows]
    links = [row["url"] for row in rows]
    series = [
        Series(_("Known"), [point(part) for part in known], KNOWN, links, stack="all"),
        Series(_("Missing"), [point(1 - part) for part in known], UNKNOWN, links, stack="all"),
    ]
    return {"rows": rows, "chart": chart(labels, series, amounts="x", numbers=PERCENT)}


def gap_row(gap: Gap, view: View) -> dict[str, Any]:
    """Return a gap with the list behind it."""
    name, cost = names()[gap.key]
    return {
        "key": gap.key,
        "name": name,
        "cost": cost,
        "count": gap.count,
        "known": None if gap.share is None else 1 - gap.share,
        "value": rounded(gap.converted, view.base),
        "amounts": [(rounded(value, code), code) for code, value in sorted(gap.amounts.items())],
        "url": charge_list(view) if gap.key == CHARGES else view.with_part(gap=gap.key) + "#opened",
    }


def charge_list(view: View) -> str:
    """Return the list of the charges without a contract in the window."""
    asked = {
        "contract__isnull": "True",
        "charged_on__gte": view.window.start,
        "charged_on__lte": view.window.end,
    }
    return reverse("admin:contracts_charge_changelist", query=asked)


def opened(gap: str, base: Base, view: View) -> dict[str, Any]:
    """Return the contracts with a gap; those that are not shown are counted and added up."""
    rows = lacking(view.question, gap, base)
    found: dict[str, Fraction] = {}
    for row in rows:
        found[row.currency] = found.get(row.currency, Fraction(0)) + row.value
    return {
        "name": names()[gap][0],
        "cost": names()[gap][1],
        "rows": [
            {
                "title": row.title,
                "vendor": row.vendor,
                "currency": row.currency,
                "value": rounded(row.value, row.currency),
                "url": reverse("admin:contracts_contract_change", args=[row.contract_id]),
            }
            for row in rows[:ROWS]
        ],
        "hidden": max(0, len(rows) - ROWS),
        "count": len(rows),
        "totals": [(rounded(value, code), code) for code, value in sorted(found.items())],
        "converted": rounded(base.exact(found), base.currency),
        "close": f"?{view.address}",
    }
