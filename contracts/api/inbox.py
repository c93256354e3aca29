"""The inbox of the person who asks."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from contracts.api import filters
from contracts.api.alerts import AlertSerializer
from contracts.api.serializers import StrictSerializer
from contracts.api.viewsets import ListRows
from contracts.models import Alert, choices
from contracts.queries.inbox import MOST_COUNTED, taken_to, unread_count, with_reading
from contracts.services import readings

Pages: Any = cast("Any", api_settings).DEFAULT_PAGINATION_CLASS


class InboxSerializer(AlertSerializer):
    """An alert that was taken to you."""

    is_unread = serializers.BooleanField(read_only=True)

    class Meta(AlertSerializer.Meta):
        fields: tuple[str, ...] = (*AlertSerializer.Meta.fields, "is_unread")
        read_only_fields: tuple[str, ...] = fields


class UnreadSerializer(StrictSerializer):
    """How many open alerts of your inbox you have not read; counted up to 100."""

    unread = serializers.IntegerField(min_value=0, max_value=MOST_COUNTED)


class ReadSerializer(StrictSerializer):
    """The ids of alerts that you have read."""

    alerts = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), max_length=200
    )

    class Meta:
        example: ClassVar = {"alerts": [1, 2]}


class InboxPages(Pages):  # type: ignore[misc]  # named by a setting
    """Pages that say how many alerts are unread."""

    def get_paginated_response(self, data: Any) -> Response:
        answer: Response = super().get_paginated_response(data)
        answer.data["unread"] = unread_count(self.request.user)
        return answer

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = super().get_paginated_response_schema(schema)
        unread = {"type": "integer", "minimum": 0, "maximum": MOST_COUNTED}
        found["properties"]["unread"] = unread
        found["required"] = [*found.get("required", []), "unread"]
        return found


class InboxViewSet(ListRows):
    """The alerts that were taken to you: as owner, as manager once they went further, as administrator at last.

    Open ones, unless you ask for another `state`. Acknowledge and snooze them at /alerts/.
    """

    model = Alert
    serializer_class = InboxSerializer
    pagination_class = InboxPages
    filterset_class = filters.filterset(
        "InboxFilters",
        state=filters.ChoiceFilter(choices=choices.ALERT_STATES),
        contract=filters.IdFilter("term__contract_id"),
        unread=filters.FlagFilter("is_unread"),
        **filters.days("anchor_date"),
    )
    search_fields = ("term__contract__title", "term__contract__vendor__name")
    ordering_fields = ("id", "due_on", "anchor_date")
    ordering = ("anchor_date", "id")

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return Alert.objects.none()
        rows = with_reading(taken_to(self.request.user), self.request.user)
        if self.request.query_params.get("state"):
            return rows.order_by("anchor_date", "id")
        return rows.filter(state="open").order_by("anchor_date", "id")

    @extend_schema(request=ReadSerializer, responses=UnreadSerializer, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def read(self, request: Request) -> Response:
        """Mark alerts as read; of those you do not see nothing is kept. Repeating it changes nothing."""
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        readings.mark_read(asked.validated_data["alerts"], by=request.user, now=timezone.now())
        return Response({"unread": unread_count(request.user)})
