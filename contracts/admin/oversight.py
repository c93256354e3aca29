"""Two pages that show the machine from outside: who is covered, and what would be sent on a day."""

from datetime import date, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.admin.widgets import DayField
from contracts.models import Contract, Term
from contracts.queries.coverage import coverage, share
from contracts.queries.simulation import simulate

PAGE = 100
SHOWN = 500
LONGEST = timedelta(days=366)


class SimulationForm(forms.Form):
    """The day to look at, or the first and the last of up to twelve months."""

    on = DayField(label=_("Day"))
    until = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        on = values.get("on")
        if on and on < self.today:
            self.add_error("on", _("Only today and the days to come can be simulated."))
        if on and (values.get("until") or on) > on + LONGEST:
            self.add_error("until", _("At most twelve months."))
        return values


class OversightPages:
    """Adds coverage and preview to the admin of alerts; both show what this person may see."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("coverage/", wrap(self.coverage_view), name="contracts_coverage"),
            path("simulation/", wrap(self.simulation_view), name="contracts_simulation"),
            *super().get_urls(),  # type: ignore[misc]  # a mixin beside the theme
        ]

    def coverage_view(self, request: HttpRequest) -> HttpResponse:
        """List every live contract with its next alert or the reason why it has none."""
        mine: Any = Contract.objects.visible_to(request.user)
        rows = list(coverage(mine, today=timezone.localdate()))
        without = request.GET.get("only") == "without"
        covered = sum(not row.is_gap for row in rows)
        shown = sorted((row for row in rows if row.word or not without), key=_gaps_first)
        context = {
            "title": _("Coverage"),
            "page": Paginator(shown, PAGE).get_page(request.GET.get("p")),
            "without": without,
            "covered": covered,
            "total": len(rows),
            "share": share(covered, len(rows)),
        }
        return self._page(request, "contracts/coverage.html", context)

    def simulation_view(self, request: HttpRequest) -> HttpResponse:
        """Show what would be sent on a day or in the months to come; writes nothing."""
        today = timezone.localdate()
        form = SimulationForm(request.GET or {"on": today.isoformat()}, today=today)
        found = []
        if form.is_valid():
            asked, mine = form.cleaned_data, Term.objects.visible_to(request.user)
            messages = simulate(mine, on=asked["on"], until=asked["until"], today=today)
            found = list(islice(messages, SHOWN + 1))
        context = {
            "title": _("Preview"),
            "form": form,
            "found": found[:SHOWN],
            "has_more": len(found) > SHOWN,
            "shown": SHOWN,
            "year": {"on": today, "until": today + LONGEST - timedelta(days=1)},
        }
        return self._page(request, "contracts/simulation.html", context)

    def _page(self, request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context)


def _gaps_first(row: Any) -> tuple[bool, date, str, str]:
    return not row.is_gap, row.next_on or date.max, row.vendor, row.title
