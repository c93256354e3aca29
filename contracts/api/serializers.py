"""What every serializer of a table does."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contracts.api.fields import DayField, ExactField, MoneyTextField, ScopedRelatedField
from contracts.models import fields as exact

# Ten years in days, and every fiscal year: what is counted beyond is a typing error.
LARGEST_SMALL = 3660
UNKNOWN_FIELD = _("There is no such field.")


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know. Read-only ones may come back as they were read; they change nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {name: [UNKNOWN_FIELD] for name in sorted(unknown)}, code="unknown_field"
            )
        return super().to_internal_value(data)


class RecordSerializer(StrictSerializer, serializers.ModelSerializer[Any]):
    """Reads what a request may write to one table, and describes how its rows look.

    Uniqueness and the table's constraints are checked by the service that stores the row.
    `Meta.computed` names read-only fields that the view fills in.
    """

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        exact.ScaledDecimalField: ExactField,
        exact.MoneyField: MoneyTextField,
        models.DateField: DayField,
    }
    serializer_related_field = ScopedRelatedField

    def get_validators(self) -> list[Any]:
        return []

    def build_standard_field(
        self, field_name: str, model_field: "models.Field[Any, Any]"
    ) -> tuple[type[serializers.Field[Any, Any, Any, Any]], dict[str, Any]]:
        field, options = super().build_standard_field(field_name, model_field)
        if model_field.unique:
            options.pop("validators", None)
        if isinstance(model_field, models.PositiveSmallIntegerField):
            # The column's own bounds differ by engine.
            most = min(options.get("max_value", LARGEST_SMALL), LARGEST_SMALL)
            options |= {"min_value": max(options.get("min_value", 0), 0), "max_value": most}
        return field, options
