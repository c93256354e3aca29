"""The retention page: from opening to closing, month by month, by cohort, and two kinds of rates."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metrics.queries.cohorts import Cohort
from metrics.queries.rates import fixing
from metrics.queries.retention_report import RetentionReport, retention_report
from metrics.rules import retention as rules
from metrics.rules.presentation import rounded
from metrics.rules.retention import Movements
from metrics.web.charts import Series, chart, steps
from metrics.web.decisions import section
from metrics.web.pages import base_of, exports, page, point
from metrics.web.views import View

DOWN, UP = "var(--st-down)", "var(--st-up)"
ACCENT = "var(--color-primary-600)"
# Steps of the heat map: a share of 100 % or more is the deepest.
DEEPEST = 10
# What is worth more than in its first year has colours of its own; 0 is without bound.
BEYOND = (
    (Fraction(5, 4), "more-1"),
    (Fraction(3, 2), "more-2"),
    (Fraction(2), "more-3"),
    (Fraction(0), "more-4"),
)
GAINS, LOSSES = ("new", "reactivation", "expansion"), ("contraction", "churn")


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Show what stayed and what moved in a window."""
    return page(request, "retention", content)


def content(request: HttpRequest, view: View) -> dict[str, Any]:
    """Return what the page shows."""
    base = base_of(view, fixing(view.question.opening_day))
    report = retention_report(view.question, base)
    return {
        "fixing": base.at,
        "left_out": report.unconverted,
        "tiles": tiles(report, view),
        "waterfall": waterfall(report, view),
        "periods": periods(report, view),
        "rates": rates(report, view),
        "maps": [heat_map(name, found, view) for name, found in sorted(report.cohorts.items())],
        "cohort_exports": exports(view, "cohorts"),
        "decisions": section(view.question),
    }


def names() -> dict[str, str]:
    """Return what the amounts between opening and closing are called."""
    return {
        "opening": _("Opening"),
        "new": _("New"),
        "reactivation": _("Come back"),
        "expansion": _("Expansion"),
        "contraction": _("Contraction"),
        "churn": _("Churn"),
        "closing": _("Closing"),
    }


def tiles(report: RetentionReport, view: View) -> list[dict[str, Any]]:
    """Return the figures at the top, each with its formula."""
    moves, opening = report.moves, report.moves.units_opening
    churn = rules.churn_rate(moves.units_churned, opening)
    return [
        {
            "name": _("NRR over the window"),
            "ratio": report.by_window.net,
            "note": _("(opening + expansion - contraction - churn) / opening"),
            "url": whole_rows(view, "NRR"),
        },
        {
            "name": _("GRR over the window"),
            "ratio": report.by_window.gross,
            "note": _("(opening - contraction - churn) / opening"),
            "url": whole_rows(view, "GRR"),
        },
        {
            "name": _("Kept, by number"),
            "ratio": report.by_window.logo,
            "note": _("%(kept)d of %(all)d") % {"kept": moves.units_kept, "all": opening},
            "url": whole_rows(view, "logo_retention"),
        },
        {
            "name": _("Churn rate"),
            "ratio": churn,
            "note": _("%(lost)d of %(all)d") % {"lost": moves.units_churned, "all": opening},
            "url": whole_rows(view, "churn_rate"),
            "flag": _("above 7 %") if rules.is_high_churn(churn) else "",
        },
    ]


def whole_rows(view: View, key: str) -> str:
    """Return the rows behind a figure of the whole window."""
    which = f"all_const_{view.base}" if view.is_converted else view.base
    return view.rows(f"retention_{view.unit}_{which}", key)


def waterfall(report: RetentionReport, view: View) -> dict[str, Any]:
    """Return how the opening became the closing."""
    titles, moves = names(), report.moves
    signed = [
        (titles[name], float(getattr(moves, name)) * (-1 if name in LOSSES else 1))
        for name in rules.AMOUNTS
    ]
    units = {
        "opening": moves.units_opening,
        "new": moves.units_new,
        "reactivation": moves.units_reactivated,
        "churn": moves.units_churned,
        "closing": moves.units_closing,
    }
    rows: list[dict[str, Any]] = [
        {
            "name": titles[name],
            "sign": "-" if name in LOSSES else "+" if name in GAINS else "",
            "value": rounded(getattr(moves, name), report.base.currency),
            "units": units.get(name),
            "url": whole_rows(view, name),
        }
        for name in rules.AMOUNTS
    ]
    colours = [UP if n in GAINS else DOWN if n in LOSSES else ACCENT for n in rules.AMOUNTS]
    links = [row["url"] or "#waterfall" for row in rows]
    series = Series(_("Amount per year"), steps(signed), colours, links)
    return {
        "rows": rows,
        "chart": chart([row["name"] for row in rows], [series], every_name=True),
        "exports": exports(view, "retention"),
    }


def periods(report: RetentionReport, view: View) -> dict[str, Any]:
    """Return the months, or quarters, each with its own waterfall and churn rate."""
    rows = [period_row(name, moves, report, view) for name, moves in report.periods.items()]
    found = list(report.periods.items())
    series = [
        Series(
            names()[step],
            [point((-1 if step in LOSSES else 1) * getattr(moves, step)) for _name, moves in found],
            colour,
            [row["url"] for row in rows],
            stack="moves",
        )
        for step, colour in (
            ("new", "var(--color-primary-600)"),
            ("reactivation", "var(--st-series-3)"),
            ("expansion", UP),
            ("contraction", "var(--st-series-2)"),
            ("churn", DOWN),
        )
    ]
    return {
        "rows": rows,
        "steps": names(),
        "chart": chart([name for name, _moves in found], series),
        "grain": report.grain,
        "exports": exports(view, "movements"),
    }


def period_row(name: str, moves: Movements, report: RetentionReport, view: View) -> dict[str, Any]:
    """Return a period; its amounts open where the figures file has them."""
    opens = not view.is_converted and report.grain == "month"
    churn = rules.churn_rate(moves.units_churned, moves.units_opening)
    amounts: list[tuple[Decimal, str]] = [
        (
            rounded(getattr(moves, step), report.base.currency),
            view.rows(f"movements_month_{view.base}", name, step) if opens else "",
        )
        for step in rules.AMOUNTS
    ]
    return {
        "label": name,
        "amounts": amounts,
        "churn": churn,
        "is_high": rules.is_high_churn(churn),
        "units": moves,
        "url": amounts[0][1] or f"#period-{name}",
    }


def rates(report: RetentionReport, view: View) -> dict[str, Any]:
    """Return renewal-based and period-based rates side by side, with what makes them differ."""
    tally, moves = report.renewals, report.moves
    figure = (
        f"renewal_rates_all_const_{view.base}"
        if view.is_converted
        else f"renewal_rates_{view.base}"
    )
    return {
        "rows": [
            (
                _("GRR"),
                "gross",
                report.by_renewal.gross,
                report.by_window.gross,
                report.by_flow.gross,
            ),
            (_("NRR"), "net", report.by_renewal.net, report.by_window.net, report.by_flow.net),
            (_("By number"), "logo", report.by_renewal.logo, report.by_window.logo, None),
        ],
        "links": {key: view.rows(figure, key) for key in ("due", "expiring", "renewed_value")},
        "opening": rounded(moves.opening, report.base.currency),
        "expiring": rounded(tally.expiring, report.base.currency),
        "renewed": rounded(tally.renewed_value, report.base.currency),
        "tally": tally,
        "share": Fraction(tally.expiring) / moves.opening if moves.opening else None,
        "exports": exports(view, "renewal-rates"),
    }


def heat_map(currency: str, cohorts: list[Cohort], view: View) -> dict[str, Any]:
    """Return the cohorts of a currency as two grids: who still pays, and how much."""
    width = max((len(cohort.logos) for cohort in cohorts), default=0)
    return {
        "currency": currency,
        "years": range(width),
        "rows": [
            {
                "year": cohort.year,
                "size": cohort.size,
                "logos": cells(cohort, "logos", currency, width, view),
                "value": cells(cohort, "value", currency, width, view),
            }
            for cohort in cohorts
        ],
    }


def cells(
    cohort: Cohort, kind: str, currency: str, width: int, view: View
) -> list[dict[str, Any] | None]:
    """Return the shares of a cohort year by year; years that are not over stay blank."""
    shares = getattr(cohort, kind)
    found: list[dict[str, Any] | None] = [
        {
            "share": share,
            "depth": depth(share, kind),
            "url": view.rows(f"cohorts_year_{currency}", cohort.year, kind, place),
        }
        for place, share in enumerate(shares)
    ]
    return found + [None] * (width - len(found))


def depth(share: Fraction | None, kind: str) -> str:
    """Return how a share is coloured: by its tenths, and apart from them where it passes 100 %."""
    if share is None:
        return "none"
    if kind == "value" and share > 1:
        return next(name for bound, name in BEYOND if share <= bound or bound == 0)
    return str(max(0, min(DEEPEST, round(share * DEEPEST))))
