"""The filters of the list of contracts."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters.rest_framework import FilterSet

from contracts.api import filters
from contracts.models import Term, choices
from contracts.queries.portfolio import in_state


class ContractFilters(FilterSet):  # type: ignore[misc]  # no types shipped
    """By what a contract says, and by where it stands on a day."""

    vendor = filters.IdFilter("vendor_id")
    category = filters.IdFilter("category_id")
    department = filters.IdFilter("department_id")
    owner = filters.IdFilter("owner_id")
    external_reference = filters.CharFilter()
    currency = filters.CharFilter()
    renewal_kind = filters.ChoiceFilter(choices=choices.RENEWAL_KINDS)
    draft = filters.FlagFilter("is_draft")
    signed_on_gte = filters.DateFilter("signed_on", lookup_expr="gte")
    signed_on_lte = filters.DateFilter("signed_on", lookup_expr="lte")
    cancelled_on_gte = filters.DateFilter("cancelled_on", lookup_expr="gte")
    cancelled_on_lte = filters.DateFilter("cancelled_on", lookup_expr="lte")
    updated_at_gte = filters.InstantFilter("updated_at", lookup_expr="gte")
    updated_at_lte = filters.InstantFilter("updated_at", lookup_expr="lte")
    state = filters.ChoiceFilter(choices=choices.CONTRACT_STATES, method="by_state")
    active_on = filters.DateFilter(method="by_active_day")
    open = filters.FlagFilter(method="by_open")
    decide_within = filters.DaysFilter(method="by_days_left")

    def by_state(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep contracts in a state today."""
        return in_state(queryset, value, timezone.localdate())

    def by_active_day(self, queryset: Any, _name: str, value: Any) -> QuerySet[Any]:
        """Keep contracts with a term in force on a day."""
        active: QuerySet[Any] = queryset.active_on(value)
        return active

    def by_open(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep contracts that await a decision, or those that do not."""
        waiting = Term.objects.open().values("contract")
        if value == "true":
            return queryset.filter(pk__in=waiting)
        return queryset.exclude(pk__in=waiting)

    def by_days_left(self, queryset: Any, _name: str, value: Any) -> QuerySet[Any]:
        """Keep contracts to be decided within so many days, and those overdue."""
        decidable: QuerySet[Any] = queryset.decide_within(int(value), timezone.localdate())
        return decidable
