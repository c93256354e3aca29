"""Filters of the contract list; the dashboard's figures lead to them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, Term
from contracts.models.choices import CONTRACT_STATES
from contracts.queries.attention import WINDOWS, decidable
from contracts.queries.missing import GAPS, lacking
from contracts.queries.portfolio import in_state
from contracts.templatetags.money import day

if TYPE_CHECKING:
    Dropdown = admin.SimpleListFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter as Dropdown

IN_FORCE = "in_force"
GAP_NAMES = {
    "owner": _("No owner"),
    "notice": _("No notice period"),
    "end": _("No end date"),
    "price": _("Price not confirmed"),
    "department": _("No department"),
    "category": _("No category"),
    "term": _("No term"),
}


class StateFilter(Dropdown):
    """The state of R30, today."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        return [(IN_FORCE, _("In force, whatever the state")), *CONTRACT_STATES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        state = self.value()
        if state == IN_FORCE:
            running = Contract.objects.active_on(timezone.localdate()).order_by()
            return queryset.filter(pk__in=running.values("pk"))
        if state not in dict(CONTRACT_STATES):
            return queryset
        return in_state(queryset, str(state), timezone.localdate())


class DayFilter(Dropdown):
    """The contracts in force on a day that a link names; offered in no menu."""

    title = _("in force on")
    parameter_name = "on"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        asked = asked_day(request)
        return [] if asked is None else [(asked.isoformat(), day(asked))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = asked_day(request)
        if asked is None:
            return queryset
        running = Contract.objects.active_on(asked).order_by()
        return queryset.filter(pk__in=running.values("pk"))


def asked_day(request: HttpRequest) -> date | None:
    """Return the day as of which a list is asked for, None for anything that is no day."""
    try:
        return date.fromisoformat(request.GET.get(DayFilter.parameter_name, ""))
    except ValueError:
        return None


class DecideFilter(Dropdown):
    """What must be decided within some days, and still can be."""

    title = _("decide within")
    parameter_name = "decide"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        return [(str(days), _("%(days)d days") % {"days": days}) for days in WINDOWS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.value()
        if days not in {str(window) for window in WINDOWS}:
            return queryset
        terms = decidable(Term.objects.all(), timezone.localdate(), int(str(days)))
        return queryset.filter(pk__in=terms.values("contract_id"))


class MissingFilter(Dropdown):
    """Running contracts that lack something."""

    title = _("missing data")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        return list(GAP_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        gap = self.value()
        return lacking(queryset, gap, timezone.localdate()) if gap in GAPS else queryset
