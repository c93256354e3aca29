"""The rows behind a cell, as a page and as a file; and any family of figures as a file."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import conditional_page, require_safe

from metrics.queries.catalogue import METRICS, Metric
from metrics.queries.keys import of_fixing
from metrics.queries.question import Question
from metrics.queries.rows import metric_of, rows_of
from metrics.queries.rows_opened import Column, Opened, Row, UnknownFigureError, UnknownKeyError
from metrics.queries.snapshot import one_snapshot
from metrics.queries.tables import Table, of_figures, of_opened
from metrics.web.addresses import FORM, rows_address
from metrics.web.cells import Shown, shown, shown_total, shown_value, visible_columns
from metrics.web.files import FORMS, file
from metrics.web.question_form import Asking, CellForm, FamilyForm

PAGE = 100
SORT, PLACE = "sort", "p"
FORM_NAMES = (("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"))
UNITS = {
    "vendor": gettext_lazy("Vendor"),
    "contract": gettext_lazy("Contract"),
    "lineage": gettext_lazy("Contract with its successors"),
}


class Heading(NamedTuple):
    """A column with the way to sort by it."""

    column: Column
    url: str
    direction: str


@require_safe
@conditional_page
def show(request: HttpRequest) -> HttpResponse:
    """Show the rows that add up to a cell, or hand them out as a file."""
    form = CellForm(request.GET, user=request.user)
    asking = form.asking()
    if asking is None:
        return _page(request, {"title": _("Rows of a figure"), "form": form}, status=400)
    try:
        with one_snapshot(asking.question.believed_on):
            opened = rows_of(asking.question, asking.figure, asking.key)
    except (UnknownFigureError, UnknownKeyError):
        missing = {"title": _("Rows of a figure"), "asking": asking, "is_unknown": True}
        return _page(request, missing, status=404)
    metric = metric_of(asking.figure)
    if (form_name := request.GET.get(FORM)) in FORMS:
        return file(of_opened(metric, asking.question, opened), form_name)
    return _page(request, context_of(request, asking, metric, opened))


@require_safe
@conditional_page
def export(request: HttpRequest) -> HttpResponse:
    """Hand out a family of figures, by its own name or by that of one of its figures, as a file."""
    form = FamilyForm(request.GET, user=request.user)
    asking, form_name = form.asking(), request.GET.get(FORM, "csv")
    if asking is None or form_name not in FORMS:
        return _page(request, {"title": _("Figures as a file"), "form": form}, status=400)
    return file(_table(asking), form_name)


def context_of(
    request: HttpRequest, asking: Asking, metric: Metric, opened: Opened
) -> dict[str, Any]:
    """Return what the page shows."""
    sort = request.GET.get(SORT, "")
    places = Paginator(_places(opened, sort), PAGE).get_page(request.GET.get(PLACE))
    return {
        "title": metric.title,
        "asking": asking,
        "metric": metric,
        "opened": opened,
        "unit": UNITS[asking.question.by],
        "rates": None if opened.fixing is None else of_fixing(opened.fixing),
        "value": shown_value(opened),
        **_table_of(asking, opened, sort, places),
        "page": places,
        "sort": sort,
        "address": asking.address,
        "exports": [
            {"name": name, "url": f"{asking.address}&{FORM}={each}"} for each, name in FORM_NAMES
        ],
    }


def _table_of(asking: Asking, opened: Opened, sort: str, places: Iterable[int]) -> dict[str, Any]:
    """Return the table without the columns in which no row says anything."""
    kept = visible_columns(opened)
    columns = [opened.columns[place] for place in kept]
    totals = opened.printed_totals
    return {
        "headings": [_heading(asking, column, sort) for column in columns],
        "rows": [_cells(opened, kept, place) for place in places],
        "totals": [shown_total(opened, column, totals.get(column.name)) for column in columns],
    }


def _places(opened: Opened, sort: str) -> list[int]:
    """Return the rows in the order that is asked for; without one, the largest come first."""
    places = list(range(len(opened.rows)))
    name = sort.removeprefix("-")
    if name not in opened.places:
        return places
    at = opened.places[name]
    return sorted(
        places, key=lambda place: _rank(opened.rows[place], at), reverse=sort.startswith("-")
    )


def _rank(row: Row, at: int) -> tuple[bool, Any]:
    """Order a column whose rows may be empty: those come first."""
    value = row.values[at]
    return value is not None, value.isoformat() if isinstance(value, date) else value


def _heading(asking: Asking, column: Column, sort: str) -> Heading:
    is_up, is_down = sort == column.name, sort == f"-{column.name}"
    following = column.name if is_down else f"-{column.name}"
    direction = "ascending" if is_up else "descending" if is_down else ""
    return Heading(column, f"{asking.address}&{SORT}={following}", direction)


def _cells(opened: Opened, kept: Iterable[int], place: int) -> list[Shown]:
    row, printed = opened.rows[place], opened.printed_row(place)
    return [shown(opened, opened.columns[at], printed[at], row) for at in kept]


def _table(asking: Asking) -> Table:
    """Return a family of figures with the address of the rows behind each."""
    metric = METRICS.get(asking.figure)
    try:
        metric = metric or metric_of(asking.figure)
    except UnknownFigureError:
        raise Http404 from None
    question: Question = asking.question
    with one_snapshot(question.believed_on):
        found = metric.answer(question)["figures"]
    if asking.figure in found:
        found = {name: found[name] for name in {asking.figure, "fixing"} & found.keys()}
    return of_figures(metric, question, found, partial(rows_address, question))


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    request.current_app = admin.site.name
    everything = admin.site.each_context(request) | context
    return TemplateResponse(request, "metrics/rows.html", everything, status=status)
