"""What the pages of figures share: the head, the way between them, and what a view is made of."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract
from metrics.queries.amounts import Base, Line
from metrics.queries.belief import as_believed
from metrics.queries.question import Scope
from metrics.web.heads import HeadForm
from metrics.web.views import View

PAGES = (
    ("spend", gettext_lazy("Spend")),
    ("retention", gettext_lazy("Retention")),
    ("prices", gettext_lazy("Prices")),
    ("quality", gettext_lazy("Data quality")),
)
# Pages with a form of their own; a view hands them its days.
OTHERS = (
    ("forecast", gettext_lazy("Forecast")),
    ("decisions", gettext_lazy("Silent renewals")),
)
FORMS = (("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"))
Content = Callable[[HttpRequest, View], dict[str, Any]]


def page(request: HttpRequest, name: str, content: Content) -> HttpResponse:
    """Show the page of a name with what `content` finds for the view that is asked for."""
    form = HeadForm(
        request.GET, user=request.user, today=timezone.localdate(), scope=Scope.of(request.user)
    )
    view = form.view()
    context = admin.site.each_context(request) | {
        "title": dict(PAGES)[name],
        "page": name,
        "pages": neighbours(name, view),
        "form": form,
        "view": view,
        "is_empty": not Contract.objects.visible_to(request.user).exists(),
        "is_narrowed": any(request.GET.get(each) for each in ("department", "category", "vendor")),
    }
    if view is not None and not context["is_empty"]:
        with as_believed(view.question.believed_on):
            context |= {"base": view.base} | content(request, view)
    request.current_app = admin.site.name
    return TemplateResponse(request, f"metrics/{name}.html", context)


def exports(view: View, family: str) -> list[dict[str, str]]:
    """Return the addresses of a family of figures as files."""
    return [{"name": shown, "url": view.export(family, form)} for form, shown in FORMS]


def parts_of(line: Line, view: View, figure: str) -> list[dict[str, Any]]:
    """Return the figures that a row is made of, each with the address of its rows."""
    return [
        {
            "value": part.value,
            "currency": part.currency,
            "label": part.label,
            "url": view.rows(figure, part.key),
        }
        for part in line.parts
    ]


def row_of(line: Line, view: View, figure: str, name: str = "") -> dict[str, Any]:
    """Return a row of a table; its point on a chart opens its rows, or its row where there are many."""
    parts = parts_of(line, view, figure)
    return {
        "name": name or line.name or _("None"),
        "value": line.money.converted,
        "parts": parts,
        "url": parts[0]["url"] if len(parts) == 1 else "",
    }


def point(value: Any) -> float | None:
    """Return a value as a chart takes it."""
    return None if value is None else float(value)


def unconverted(lines: Iterable[Line | None]) -> list[str]:
    """Return the currencies without a rate, which are left out of what is converted."""
    return sorted({code for line in lines if line for code in line.money.unconverted})


def base_of(view: View, at: Any) -> Base:
    """Return the currency of a view at a fixing."""
    return Base(view.base, at)


def neighbours(name: str, view: View | None = None) -> list[dict[str, Any]]:
    """Return all pages of figures for the tabs above them, with the same view where there is one."""
    return [
        {"title": title, "url": _address(each, view), "is_here": each == name}
        for each, title in (*PAGES, *OTHERS)
    ]


def _address(name: str, view: View | None) -> str:
    page = reverse(f"metrics:{name}")
    if view is None:
        return page
    if name in dict(PAGES):
        return f"{page}?{view.address}"
    days = {"as_of": view.as_of}
    if name == "decisions":
        days |= {"first": view.window.start, "last": view.window.end}
    return f"{page}?{urlencode(days)}"
