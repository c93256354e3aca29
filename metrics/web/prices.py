"""The price page: why the bill changed, whose prices rose, and the own prices against others'."""

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.queries.amounts import Base
from metrics.queries.price_report import (
    Change,
    ChangedContract,
    Inflation,
    PriceReport,
    cost_of_rise,
    fixings,
    price_report,
)
from metrics.queries.rates import fixing
from metrics.rules.presentation import rounded
from metrics.rules.price_split import PARTS
from metrics.web.charts import PERCENT, PLAIN, Series, chart, steps
from metrics.web.pages import exports, page, point
from metrics.web.views import View

# For a buyer a higher bill is no gain.
DOWN, UP = "var(--st-up)", "var(--st-series-2)"
ACCENT, PUBLISHED = "var(--color-primary-600)", "var(--st-series-2)"
SHOWN = 12
ROWS = 200


@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """Show what prices did to the bill in a window."""
    return page(request, "prices", content)


def content(request: HttpRequest, view: View) -> dict[str, Any]:
    """Return what the page shows."""
    start, end = fixings(
        fixing(view.question.opening_day), fixing(min(view.window.end, view.as_of)), view.base
    )
    report = price_report(view.question, start, end, request.GET.get("index", ""))
    part = request.GET.get("part", "")
    return {
        "fixing": end.at,
        "opening_fixing": start.at,
        "unconverted": sorted(report.unconverted),
        "tiles": tiles(report, view),
        "split": split(report, view),
        "opened": opened(report, part, view) if part in PARTS else None,
        "renewed": renewed(report, request.GET.get("renewed"), end, view),
        "vendors": inflation(report, view),
        "levels": levels(report, view),
        "exports": exports(view, "price-changes"),
    }


def names() -> dict[str, str]:
    """Return what the parts of a change are called."""
    return {
        "price": _("Price"),
        "volume": _("Volume"),
        "other": _("Cannot be split"),
        "currency": _("Currency"),
        "new": _("New"),
        "dropped": _("Dropped"),
    }


def formulas() -> dict[str, str]:
    """Return how the parts of a change are computed."""
    return {
        "price": _("(p1 - p0) * q1 at the rate before the window"),
        "volume": _("(q1 - q0) * p0 at the rate before the window"),
        "other": _("values that are not price * quantity, or terms without units"),
        "currency": _("closing value * (rate at the end - rate before)"),
        "new": _("mix: contracts that were not there before"),
        "dropped": _("mix: contracts that are no longer there"),
    }


def tiles(report: PriceReport, view: View) -> list[dict[str, Any]]:
    """Return the figures at the top."""
    last = report.levels[-1]
    published = None if last.published is None else last.published / 100 - 1
    return [
        {
            "name": _("Like-for-like rise at renewals"),
            "change": report.whole.rate,
            "note": _("%(count)d renewals, weighted by their cost before")
            % {"count": report.whole.renewals},
        },
        {
            "name": _("Own price index over the window"),
            "change": last.own / 100 - 1,
            "note": _("everything in force, chained month by month"),
        },
        {
            "name": _("Published index over the same months"),
            "change": published,
            "note": report.index or _("none is recorded"),
        },
        {
            "name": _("Change of the yearly bill"),
            "change": report.parts.total / report.opening if report.opening else None,
            "note": _("price, volume, mix and currency together"),
        },
    ]


def split(report: PriceReport, view: View) -> dict[str, Any]:
    """Return the parts of the change, from opening to closing."""
    titles, why = names(), formulas()
    rows: list[dict[str, Any]] = [
        {
            "key": key,
            "name": titles[key],
            "formula": why[key],
            "value": rounded(getattr(report.parts, key), view.base),
            "url": view.with_part(part=key) + "#opened",
        }
        for key in PARTS
    ]
    amounts = [(key, float(getattr(report.parts, key))) for key in PARTS]
    bars = steps([("", float(report.opening)), *amounts, ("", float(report.closing))])
    colours = [ACCENT, *(UP if amount >= 0 else DOWN for _key, amount in amounts), ACCENT]
    labels = [_("Opening"), *(titles[key] for key in PARTS), _("Closing")]
    links = ["#split", *(row["url"] for row in rows), "#split"]
    return {
        "rows": rows,
        "opening": rounded(report.opening, view.base),
        "closing": rounded(report.closing, view.base),
        "chart": chart(labels, [Series(_("Per year"), bars, colours, links)], every_name=True),
    }


def opened(report: PriceReport, part: str, view: View) -> dict[str, Any]:
    """Return the contracts that add up to a part of the change, the largest first."""
    own = [each for each in report.contracts if getattr(each.parts, part)]
    own.sort(key=lambda each: (-abs(getattr(each.parts, part)), each.change.title))
    rest = sum((getattr(each.parts, part) for each in own[ROWS:]), Fraction(0))
    return {
        "name": names()[part],
        "formula": formulas()[part],
        "rows": [contract_row(each, part, view) for each in own[:ROWS]],
        "rest": rounded(rest, view.base) if len(own) > ROWS else None,
        "standing": rounded(getattr(report.standing, part), view.base),
        "total": rounded(getattr(report.parts, part), view.base),
        "close": f"?{view.address}#split",
    }


def contract_row(each: ChangedContract, part: str, view: View) -> dict[str, Any]:
    """Return a contract with its part of the change."""
    change = each.change
    return {
        "title": change.title,
        "vendor": change.vendor,
        "currency": change.currency,
        "before": change.before,
        "after": change.after,
        "value": rounded(getattr(each.parts, part), view.base),
        "url": reverse("admin:contracts_contract_change", args=[change.contract_id]),
    }


def renewed(
    report: PriceReport, vendor: str | None, base: Base, view: View
) -> dict[str, Any] | None:
    """Return the renewals of a vendor that add up to its rise; None where none is asked for."""
    own = [step for step in report.renewals if step.vendor == vendor]
    if not own:
        return None
    whole = next((row for row in report.vendors if row.vendor == vendor), None)
    return {
        "name": vendor,
        "whole": vendor_row(whole, view) if whole else None,
        "rows": [renewal_row(step, base) for step in own],
        "close": f"?{view.address}#vendors",
    }


def renewal_row(step: Change, base: Base) -> dict[str, Any]:
    """Return a renewal with its rise and what the rise costs."""
    cost = cost_of_rise(step)
    before, more = cost or (Fraction(0), Fraction(0))
    return {
        "title": step.title,
        "currency": step.currency,
        "before": step.before,
        "after": step.after,
        "rate": more / before if before else None,
        "risen": rounded(base.exact({step.currency: more}), base.currency) if cost else None,
        "url": reverse("admin:contracts_contract_change", args=[step.contract_id]),
    }


def inflation(report: PriceReport, view: View) -> dict[str, Any]:
    """Return the vendors by how much their prices rose."""
    rows = [vendor_row(vendor, view) for vendor in report.vendors]
    known = [row for row in rows if row["rate"] is not None][:SHOWN]
    values = [point(row["rate"]) for row in known]
    bars = Series(_("Like-for-like rise"), values, ACCENT, [row["url"] for row in known])
    return {
        "rows": rows,
        "whole": report.whole,
        "chart": chart([row["name"] for row in known], [bars], amounts="x", numbers=PERCENT),
    }


def vendor_row(vendor: Inflation, view: View) -> dict[str, Any]:
    """Return a vendor; its renewals open on this page."""
    return {
        "name": vendor.vendor,
        "rate": vendor.rate,
        "renewals": vendor.renewals,
        "incomparable": vendor.incomparable,
        "renewed": rounded(vendor.renewed, view.base),
        "risen": rounded(vendor.risen, view.base),
        "url": view.with_part(renewed=vendor.vendor) + "#opened",
    }


def levels(report: PriceReport, view: View) -> dict[str, Any]:
    """Return the own index month by month beside the published one."""
    labels = [level.label or _("before") for level in report.levels]
    series = [
        Series(
            _("Own prices"), [point(round(level.own, 4)) for level in report.levels], kind="line"
        )
    ]
    if report.levels[0].published is not None:
        values = [
            None if level.published is None else point(round(level.published, 4))
            for level in report.levels
        ]
        series.append(Series(report.index, values, PUBLISHED, kind="line", dashed=True))
    return {
        "rows": [
            {
                "label": label,
                "own": round(float(level.own), 2),
                "published": None if level.published is None else round(float(level.published), 2),
            }
            for label, level in zip(labels, report.levels, strict=True)
        ],
        "index": report.index,
        "choices": [
            {
                "name": name,
                "url": view.with_part(index=name) + "#levels",
                "is_here": name == report.index,
            }
            for name in report.indices
        ],
        "chart": chart(labels, series, from_zero=False, numbers=PLAIN),
        "url": reverse("admin:contracts_indexvalue_changelist"),
    }
