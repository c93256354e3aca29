"""What was paid, what was planned, and rates."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from contracts.api import filters
from contracts.api.fields import DayField
from contracts.api.serializers import RecordSerializer, StrictSerializer
from contracts.api.terms import editable_contracts
from contracts.api.viewsets import AppendOnly, Editable
from contracts.models import Budget, Charge, FxRate, IndexValue
from contracts.models.choices import BUDGET_DIMENSIONS
from contracts.queries import rights
from contracts.services import charges

NO_DEPARTMENT = _("Name a contract or a department that you work for.")


class ChargeSerializer(RecordSerializer):
    """A row of the ledger."""

    vendor_name = serializers.CharField(source="vendor.name", read_only=True, allow_null=True)

    class Meta:
        model = Charge
        fields = (
            "id", "source", "external_id", "contract", "vendor", "vendor_name", "department",
            "charged_on", "currency", "gross", "discount", "allowance", "credit", "tax",
            "description", "reverses", "created_at",
        )  # fmt: skip
        read_only_fields = ("reverses",)
        extra_kwargs: ClassVar = {
            "contract": {"within": editable_contracts},
            "department": {"within": rights.departments_of_editor},
        }
        example: ClassVar = {
            "source": "ledger",
            "external_id": "INV-2026-0001",
            "contract": 1,
            "charged_on": "2026-01-31",
            "currency": "EUR",
            "gross": "1000.00",
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        placed = attrs.get("contract") or attrs.get("department")
        if not placed and not rights.edits_everywhere(self.context["request"].user):
            raise serializers.ValidationError({"department": [NO_DEPARTMENT]}, code="required")
        if attrs.get("contract"):
            attrs.setdefault("vendor", attrs["contract"].vendor)
        return attrs


class ReversalSerializer(StrictSerializer):
    """When and why a charge is taken back."""

    charged_on = DayField(
        required=False, help_text=_("The day of the reversal; today if left out.")
    )
    description = serializers.CharField(required=False, max_length=500, allow_blank=True)


class ChargeViewSet(AppendOnly):
    """Rows of the ledger. They are added and reversed, never changed."""

    model = Charge
    serializer_class = ChargeSerializer
    filterset_class = filters.filterset(
        "ChargeFilters",
        contract=filters.IdFilter("contract_id"),
        vendor=filters.IdFilter("vendor_id"),
        department=filters.IdFilter("department_id"),
        currency=filters.CharFilter(),
        source=filters.CharFilter(),
        external_id=filters.CharFilter(),
        **filters.days("charged_on"),
    )
    search_fields = ("external_id", "description", "vendor__name", "contract__title")
    ordering_fields = ("id", "charged_on", "gross", "source")

    @extend_schema(request=ReversalSerializer, responses={201: ChargeSerializer})
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: str) -> Response:
        """Add the row that takes a charge back; a charge is reversed once."""
        charge = self.get_editable()
        asked = ReversalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = {"charged_on": timezone.localdate(), **asked.validated_data}
        reversal = charges.reverse(charge, by=request.user, **values)
        return self.answer(self.row(reversal.pk), status.HTTP_201_CREATED)


class FxRateSerializer(RecordSerializer):
    """One unit of `base` is `rate` units of `quote`."""

    class Meta:
        model = FxRate
        fields = ("id", "fixed_on", "base", "quote", "rate", "source", "created_at")
        example: ClassVar = {
            "fixed_on": "2026-03-02",
            "base": "EUR",
            "quote": "USD",
            "rate": "1.0834",
            "source": "ecb",
        }


class FxRateViewSet(AppendOnly):
    """Fixings: one unit of `base` is `rate` units of `quote`. They are never changed."""

    model = FxRate
    serializer_class = FxRateSerializer
    filterset_class = filters.filterset(
        "FxRateFilters",
        base=filters.CharFilter(),
        quote=filters.CharFilter(),
        source=filters.CharFilter(),
        **filters.days("fixed_on"),
    )
    ordering_fields = ("id", "fixed_on", "quote")


class IndexValueSerializer(RecordSerializer):
    """The value of a published index; `month` is the first day of the month."""

    class Meta:
        model = IndexValue
        fields = (
            "id", "name", "month", "value", "source", "version", "created_at", "updated_at",
        )  # fmt: skip
        example: ClassVar = {
            "name": "Consumer prices",
            "month": "2026-03-01",
            "value": "121.4",
            "source": "statistics office",
        }


class IndexValueViewSet(Editable):
    """Published price indices, month by month; a revised value is written over the old one."""

    model = IndexValue
    serializer_class = IndexValueSerializer
    filterset_class = filters.filterset(
        "IndexValueFilters", name=filters.CharFilter(), **filters.days("month")
    )
    search_fields = ("name",)
    ordering_fields = ("id", "name", "month")


class BudgetSerializer(RecordSerializer):
    """A plan for a fiscal year; `key` is the name of the vendor, category or department."""

    class Meta:
        model = Budget
        fields = (
            "id", "fiscal_year", "dimension", "key", "currency", "amount", "version", "created_at",
            "updated_at",
        )  # fmt: skip
        example: ClassVar = {
            "fiscal_year": 2026,
            "dimension": "vendor",
            "key": "Atlassian",
            "currency": "EUR",
            "amount": "50000.00",
        }


class BudgetViewSet(Editable):
    """Plans for a fiscal year."""

    model = Budget
    serializer_class = BudgetSerializer
    filterset_class = filters.filterset(
        "BudgetFilters",
        fiscal_year=filters.IdFilter(),
        dimension=filters.ChoiceFilter(choices=BUDGET_DIMENSIONS),
        key=filters.CharFilter(),
        currency=filters.CharFilter(),
    )
    search_fields = ("key",)
    ordering_fields = ("id", "fiscal_year", "dimension", "key", "amount")
