"""Price changes from term to term, and the ones that somebody should look at."""

from typing import ClassVar

from rest_framework import serializers

from contracts.api import filters
from contracts.api.serializers import RecordSerializer
from contracts.api.viewsets import ChangeRow, ReadOnly
from contracts.models import PriceChange, PriceFlag, choices


class PriceChangeSerializer(RecordSerializer):
    """What changed from one term to the next."""

    contract_title = serializers.CharField(source="contract.title", read_only=True)
    currency = serializers.CharField(source="contract.currency", read_only=True)
    changed_on = serializers.DateField(source="after.start_date", read_only=True)
    signs = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = PriceChange
        fields = (
            "id", "contract", "contract_title", "currency", "before", "after", "changed_on",
            "value_before", "value_after", "unit_price_before", "unit_price_after",
            "quantity_before", "quantity_after", "unit_pct", "price_effect", "volume_effect",
            "signs", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class PriceChangeViewSet(ReadOnly):
    """What changed from each term to the next: price and volume, adding up exactly."""

    model = PriceChange
    serializer_class = PriceChangeSerializer
    filterset_class = filters.filterset(
        "PriceChangeFilters",
        contract=filters.IdFilter("contract_id"),
        vendor=filters.IdFilter("contract__vendor_id"),
        department=filters.IdFilter("contract__department_id"),
        changed_on_gte=filters.DateFilter("after__start_date", lookup_expr="gte"),
        changed_on_lte=filters.DateFilter("after__start_date", lookup_expr="lte"),
    )
    search_fields = ("contract__title", "contract__vendor__name")
    ordering_fields = ("id", ("changed_on", "after__start_date"), "unit_pct", "price_effect")


class PriceFlagSerializer(RecordSerializer):
    """A price change that somebody should look at."""

    contract = serializers.IntegerField(source="term.contract_id", read_only=True)
    contract_title = serializers.CharField(source="term.contract.title", read_only=True)
    currency = serializers.CharField(source="term.contract.currency", read_only=True)

    class Meta:
        model = PriceFlag
        fields = (
            "id", "term", "contract", "contract_title", "currency", "kind", "severity",
            "measured_pct", "allowed_pct", "amount", "state", "vendor_reason", "version",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("term", "kind", "severity", "measured_pct", "allowed_pct", "amount")
        example: ClassVar = {"state": "disputed", "vendor_reason": "New packaging."}


class PriceFlagViewSet(ReadOnly, ChangeRow):
    """Price changes that somebody should look at. People change state and reason."""

    model = PriceFlag
    serializer_class = PriceFlagSerializer
    filterset_class = filters.filterset(
        "PriceFlagFilters",
        term=filters.IdFilter("term_id"),
        contract=filters.IdFilter("term__contract_id"),
        vendor=filters.IdFilter("term__contract__vendor_id"),
        department=filters.IdFilter("term__contract__department_id"),
        kind=filters.ChoiceFilter(choices=choices.FLAG_KINDS),
        severity=filters.ChoiceFilter(choices=choices.SEVERITIES),
        state=filters.ChoiceFilter(choices=choices.FLAG_STATES),
        **filters.days("created_at"),
    )
    search_fields = ("term__contract__title", "term__contract__vendor__name")
    ordering_fields = ("id", "severity", "measured_pct", "amount", "created_at")
