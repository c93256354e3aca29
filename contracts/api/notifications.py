"""When people are told, and what waits for an administrator before it is sent."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from contracts.api import filters
from contracts.api.permissions import FOR_ADMINISTRATORS
from contracts.api.serializers import RecordSerializer
from contracts.api.viewsets import AppendOnly, ChangeRow, ReadOnly
from contracts.models import Hold, NotificationPreference, choices
from contracts.services import holds

HAVE_SOME = _("You have preferences already: change them.")


class PreferenceSerializer(RecordSerializer):
    """A person's rhythm, hour and quiet days, in their own time zone."""

    weekday = serializers.ChoiceField(choices=choices.WEEKDAYS, required=False)
    hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    quiet_days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), max_length=6, required=False
    )

    class Meta:
        model = NotificationPreference
        fields = (
            "id", "user", "rhythm", "weekday", "hour", "quiet_days", "quiet_from", "quiet_until",
            "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("user",)
        example: ClassVar = {"rhythm": "weekly", "weekday": 0, "hour": 8, "quiet_days": [5, 6]}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        user = self.context["request"].user
        if self.instance is None:
            if NotificationPreference.objects.filter(user=user).exists():
                raise serializers.ValidationError({"user": [HAVE_SOME]}, code="exists")
            attrs["user"] = user
        return attrs


class PreferenceViewSet(AppendOnly, ChangeRow):
    """When you are told; who has made none is told at once. Administrators see those of all."""

    model = NotificationPreference
    serializer_class = PreferenceSerializer
    filterset_class = filters.filterset(
        "PreferenceFilters",
        user=filters.IdFilter("user_id"),
        rhythm=filters.ChoiceFilter(choices=choices.RHYTHMS),
    )
    ordering_fields = ("id", "user")

    def may_add(self) -> bool:
        return True


class HoldSerializer(RecordSerializer):
    """Messages that wait because one scan brought too many, or the day jumped."""

    class Meta:
        model = Hold
        fields = (
            "id", "reason", "since", "today", "before", "alerts", "releases_at", "released_at",
            "released_by",
        )  # fmt: skip
        read_only_fields = fields


class HoldViewSet(ReadOnly):
    """What was or is held. Administrators read and release it."""

    model = Hold
    serializer_class = HoldSerializer
    permission_classes = FOR_ADMINISTRATORS
    ordering_fields = ("id", "since")

    @extend_schema(request=None, responses=HoldSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Send now what is held, and believe the day. Repeating it changes nothing."""
        holds.release(
            self.get_editable(), today=timezone.localdate(), now=timezone.now(), by=request.user
        )
        return self.answer(self.row(pk))
