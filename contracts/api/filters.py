"""Filters of lists. A parameter that no filter knows is an error: a typo must not return everything."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.request import Request
from rest_framework.views import APIView

ChoiceFilter = django_filters.ChoiceFilter
CharFilter = django_filters.CharFilter
DateFilter = django_filters.DateFilter
LARGEST_ID = 2**63 - 1
MAX_SEARCH_LENGTH = 200
PAGING = ("page", "page_size")


class IdField(forms.IntegerField):
    """A whole number that fits an id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST_ID, **kwargs})


class InstantField(IsoDateTimeField):  # type: ignore[misc]  # no types shipped
    """An instant, in UTC from here on: databases differ in the offsets they know."""

    def clean(self, value: Any) -> datetime | None:
        instant: datetime | None = super().clean(value)
        try:
            return instant.astimezone(UTC) if instant else None
        except OverflowError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class InstantFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]  # no types shipped
    """Rows by an instant."""

    field_class = InstantField


@extend_schema_field({"type": "integer", "minimum": 1})
class IdFilter(django_filters.NumberFilter):  # type: ignore[misc]  # no types shipped
    """Rows of one id. An unknown id has no rows: whether it exists elsewhere is nobody's business."""

    field_class = IdField

    def get_max_validator(self) -> None:
        """Leave the bounds to the field."""


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": 3660})
class DaysFilter(django_filters.NumberFilter):  # type: ignore[misc]  # no types shipped
    """A whole number of days."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"min_value": 0, "max_value": 3660, **kwargs})

    def get_max_validator(self) -> None:
        """Leave the bounds to the field."""


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # no types shipped
    """True or false, in these words; anything else is an error, not "both"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=(("true", "true"), ("false", "false")), **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        filtered: QuerySet[Any] = qs if not value else super().filter(qs, value == "true")
        return filtered


def filterset(name: str, /, **filters: django_filters.Filter) -> type[FilterSet]:
    """Return a filter set of these parameters."""
    return type(name, (FilterSet,), filters)


def days(field_name: str) -> dict[str, django_filters.Filter]:
    """Return the filters `<name>_gte` and `<name>_lte` of a day."""
    name = field_name.rsplit("__", 1)[-1]
    return {
        f"{name}_{bound}": (InstantFilter if name.endswith("_at") else DateFilter)(
            field_name, lookup_expr=bound
        )
        for bound in ("gte", "lte")
    }


class KnownParameters:
    """Refuses query parameters that nothing here reads."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        known = known_parameters(view)
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            message = _("There is no such parameter. Known: %(known)s.") % {
                "known": ", ".join(sorted(known))
            }
            raise ValidationError({name: [message] for name in unknown}, code="unknown_parameter")
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return []


def known_parameters(view: Any) -> set[str]:
    """Return the names a list reads."""
    known = set(PAGING)
    if getattr(view, "ordering_fields", None):
        known.add("ordering")
    if getattr(view, "search_fields", None):
        known.add("search")
    filterset = getattr(view, "filterset_class", None)
    return known | set(filterset.base_filters if filterset else ())


class ListFilters(DjangoFilterBackend):  # type: ignore[misc]  # no types shipped
    """django-filter, built only where a request filters: a form of twenty fields costs a millisecond."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        filterset = getattr(view, "filterset_class", None)
        if filterset is None or not set(filterset.base_filters) & set(request.query_params):
            return queryset
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


class BoundedSearch(SearchFilter):
    """Every word is found in one of the view's fields, in any case."""

    def get_search_terms(self, request: Request) -> list[str]:
        if len(request.query_params.get(self.search_param, "")) > MAX_SEARCH_LENGTH:
            message = _("A search has at most %(most)s characters.") % {"most": MAX_SEARCH_LENGTH}
            raise ValidationError({self.search_param: [message]}, code="too_long")
        return super().get_search_terms(request)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            parameter["schema"]["maxLength"] = MAX_SEARCH_LENGTH
        return parameters


class ListedOrdering(OrderingFilter):
    """Ordering by an allow-list, the id last so that pages never overlap; other names are an error."""

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> list[str] | None:
        asked = request.query_params.get(self.ordering_param, "")
        allowed = dict(self.allowed(view))
        terms = [term.strip() for term in asked.split(",") if term.strip()]
        unknown = [term for term in terms if term.removeprefix("-") not in allowed]
        if unknown:
            message = _("Order by one of: %(known)s.") % {"known": ", ".join(allowed)}
            raise ValidationError({self.ordering_param: [message]}, code="unknown_ordering")
        columns = [
            "-" * term.startswith("-") + allowed[term.removeprefix("-")] for term in terms
        ] or list(getattr(view, "ordering", ()))
        return columns if "id" in columns or "-id" in columns else [*columns, "id"]

    def allowed(self, view: Any) -> list[tuple[str, str]]:
        """Return the public names with the ORM's."""
        return [
            (each, each) if isinstance(each, str) else each
            for each in getattr(view, "ordering_fields", None) or ()
        ]

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        names = [name for name, _column in self.allowed(view)]
        if not names:
            return []
        description = _("Names with commas between them, `-` for descending: %(names)s.")
        return [
            {
                "name": self.ordering_param,
                "required": False,
                "in": "query",
                "description": str(description) % {"names": ", ".join(names)},
                "schema": {"type": "string"},
            }
        ]


BACKENDS = (KnownParameters, ListFilters, BoundedSearch, ListedOrdering)
