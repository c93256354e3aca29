"""Policies, alerts, destinations, and what became of the messages."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from contracts.api import filters
from contracts.api.fields import DayField, ScopedRelatedField
from contracts.api.permissions import FOR_ADMINISTRATORS
from contracts.api.serializers import RecordSerializer, StrictSerializer
from contracts.api.viewsets import Editable, ReadOnly
from contracts.models import (
    Alert,
    AlertPolicy,
    Delivery,
    DeliveryAttempt,
    Department,
    Destination,
    Heartbeat,
    choices,
)
from contracts.queries import rights
from contracts.services import alerts, resending, trials

NOT_YOURS = _("Keep your own destinations, or those of a department that you edit.")


class AlertPolicySerializer(RecordSerializer):
    """Days before a deadline, the largest first."""

    offsets = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=730), max_length=20
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=choices.ALERT_KINDS),
        max_length=20,
        required=False,
        help_text=_("Empty: all kinds."),
    )

    class Meta:
        model = AlertPolicy
        fields = (
            "id", "name", "kinds", "vendor", "department", "category", "minimum_value",
            "minimum_currency", "offsets", "escalation_days", "is_active", "version", "created_at",
            "updated_at",
        )  # fmt: skip
        example: ClassVar = {
            "name": "Early",
            "kinds": ["notice_deadline"],
            "offsets": [180, 120, 90, 30],
            "minimum_value": "100000.00",
            "minimum_currency": "EUR",
            "escalation_days": 3,
            "is_active": True,
        }


class AlertPolicyViewSet(Editable):
    """How many days before a deadline alerts are raised, and for which contracts.

    Of the policies that match a contract the most specific one applies alone. Administrators change
    them.
    """

    model = AlertPolicy
    serializer_class = AlertPolicySerializer
    filterset_class = filters.filterset("PolicyFilters", active=filters.FlagFilter("is_active"))
    search_fields = ("name",)
    ordering_fields = ("id", "name")


class AlertSerializer(RecordSerializer):
    """One thing to be said about a term."""

    contract = serializers.IntegerField(source="term.contract_id", read_only=True)
    contract_title = serializers.CharField(source="term.contract.title", read_only=True)

    class Meta:
        model = Alert
        fields: tuple[str, ...] = (
            "id", "public_id", "term", "contract", "contract_title", "kind", "offset_days",
            "anchor_date", "due_on", "state", "reason", "acknowledged_by", "acknowledged_at",
            "snoozed_until", "level", "level_since", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields


class SnoozeSerializer(StrictSerializer):
    """The day on which an alert is open again, at the latest the day it is about."""

    until = DayField()

    class Meta:
        example: ClassVar = {"until": "2026-06-15"}


class AlertViewSet(ReadOnly):
    """What must be said about the terms. A scan raises alerts; people acknowledge them."""

    model = Alert
    serializer_class = AlertSerializer
    filterset_class = filters.filterset(
        "AlertFilters",
        term=filters.IdFilter("term_id"),
        contract=filters.IdFilter("term__contract_id"),
        department=filters.IdFilter("term__contract__department_id"),
        kind=filters.ChoiceFilter(choices=choices.ALERT_KINDS),
        state=filters.ChoiceFilter(choices=choices.ALERT_STATES),
        **filters.days("due_on"),
        **filters.days("anchor_date"),
    )
    search_fields = ("term__contract__title", "term__contract__vendor__name")
    ordering_fields = ("id", "due_on", "anchor_date", "offset_days", "state")

    @extend_schema(request=None, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that you have seen an alert; nothing more is sent about it. Repeating it changes nothing."""
        alert = self.get_editable()
        alerts.acknowledge([alert.pk], by=request.user, now=timezone.now())
        return self.answer(self.row(pk))

    @extend_schema(request=SnoozeSerializer, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Let an open alert rest until a day, never past the day it is about. Repeating it changes nothing.

        The codes of a refusal are `snooze_not_ahead` and `snooze_past_anchor`.
        """
        alert = self.get_editable()
        asked = SnoozeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        days = {"until": asked.validated_data["until"], "today": timezone.localdate()}
        alerts.snooze([alert.pk], **days, by=request.user, now=timezone.now())
        return self.answer(self.row(pk))

    @extend_schema(request=None, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def wake(self, request: Request, pk: str) -> Response:
        """Open a resting alert again before its day. Repeating it changes nothing."""
        alert = self.get_editable()
        alerts.wake([alert.pk], by=request.user, now=timezone.now())
        return self.answer(self.row(pk))


class DestinationSerializer(RecordSerializer):
    """An address on a channel. Of a web address only the host can be read again."""

    url = serializers.CharField(write_only=True, required=False, max_length=2000)
    secret = serializers.CharField(write_only=True, required=False, max_length=200)
    test_outcome = serializers.CharField(read_only=True)
    department = ScopedRelatedField(
        queryset=Department.objects.all(),
        within=rights.departments_of_editor,
        required=False,
        allow_null=True,
    )

    class Meta:
        model = Destination
        fields = (
            "id", "public_id", "kind", "address", "url", "secret", "owner", "department",
            "is_active", "tested_at", "test_outcome", "test_error", "failing_since", "marked_at",
            "last_failure", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "tested_at", "test_outcome", "test_error", "failing_since", "marked_at", "last_failure",
        )  # fmt: skip
        example: ClassVar = {"kind": "email", "address": "renewals@example.com"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        user = self.context["request"].user
        if self.instance is None and not attrs.get("department"):
            attrs.setdefault("owner", user)
        kept = {
            name: attrs[name] if name in attrs else getattr(self.instance, name, None)
            for name in ("owner", "department")
        }
        if not rights.may_keep(user, **kept):
            raise serializers.ValidationError({"owner": [NOT_YOURS]}, code="not_yours")
        return attrs


class DestinationViewSet(Editable):
    """Where messages go. People keep their own, editors those of their departments; administrators all.

    With `department` it is told about the contracts of that department and those below it; with neither
    owner nor department about all.
    """

    model = Destination
    serializer_class = DestinationSerializer
    filterset_class = filters.filterset(
        "DestinationFilters",
        owner=filters.IdFilter("owner_id"),
        department=filters.IdFilter("department_id"),
        kind=filters.ChoiceFilter(choices=choices.CHANNEL_KINDS),
        active=filters.FlagFilter("is_active"),
    )
    search_fields = ("address",)
    ordering_fields = ("id", "kind", "address")

    def may_add(self) -> bool:
        return True

    @extend_schema(request=None, responses=DestinationSerializer)
    @action(detail=True, methods=["post"], url_path="test")
    def send_test(self, request: Request, pk: str) -> Response:
        """Send a test message and read what became of it. At most one a minute per destination."""
        try:
            trials.send_test(self.get_editable(), now=timezone.now())
        except trials.TooSoon:
            raise Throttled(wait=trials.PAUSE.seconds) from None
        return self.answer(self.row(pk))

    @extend_schema(request=None, responses=DestinationSerializer)
    @action(detail=True, methods=["post"], url_path="end-rotation")
    def end_rotation(self, request: Request, pk: str) -> Response:
        """Sign with the newest secret alone. Until then the one before it signs too."""
        trials.end_rotation(self.get_editable(), by=request.user)
        return self.answer(self.row(pk))


class DeliverySerializer(RecordSerializer):
    """One message to one destination: about an alert, or a digest, whose alert is null."""

    address = serializers.CharField(source="destination.address", read_only=True)

    class Meta:
        model = Delivery
        fields = (
            "id", "alert", "carried_by", "destination", "address", "dedup_key", "state", "attempts",
            "next_at", "hold", "sent_at", "provider_id", "last_error", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class DeliveryViewSet(ReadOnly):
    """One message to one destination, and whether it went out; by itself or carried by a digest."""

    model = Delivery
    serializer_class = DeliverySerializer
    filterset_class = filters.filterset(
        "DeliveryFilters",
        alert=filters.IdFilter("alert_id"),
        carried_by=filters.IdFilter("carried_by_id"),
        destination=filters.IdFilter("destination_id"),
        state=filters.ChoiceFilter(choices=choices.DELIVERY_STATES),
        channel=filters.ChoiceFilter("destination__kind", choices=choices.CHANNEL_KINDS),
        **filters.days("created_at"),
        **filters.days("sent_at"),
    )
    search_fields = ("destination__address", "last_error")
    ordering_fields = ("id", "created_at", "next_at", "sent_at", "state")

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """Send an ended message again, under the same id; its receiver may know it. 12 attempts."""
        done = resending.resend([self.get_editable().pk], by=request.user, now=timezone.now())
        return self._acted(done, pk)

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take a waiting message back. If nobody else was told of its alert, somebody else is now."""
        done = resending.cancel([self.get_editable().pk], by=request.user, now=timezone.now())
        return self._acted(done, pk)

    def _acted(self, done: int, pk: str) -> Response:
        if not done:
            raise serializers.ValidationError(
                {"state": [_("Not possible in this state, or no longer wanted.")]}, code="state"
            )
        return self.answer(self.row(pk))


class AttemptSerializer(RecordSerializer):
    """One try to send a delivery."""

    class Meta:
        model = DeliveryAttempt
        fields = (
            "id", "delivery", "number", "started_at", "finished_at", "outcome", "milliseconds",
            "error",
        )  # fmt: skip
        read_only_fields = fields


class AttemptViewSet(ReadOnly):
    """Each try to send a message."""

    model = DeliveryAttempt
    serializer_class = AttemptSerializer
    filterset_class = filters.filterset(
        "AttemptFilters",
        delivery=filters.IdFilter("delivery_id"),
        outcome=filters.ChoiceFilter(choices=choices.ATTEMPT_OUTCOMES),
        **filters.days("started_at"),
    )
    ordering_fields = ("id", "started_at", "number")


class HeartbeatSerializer(RecordSerializer):
    """The last completed run of a job."""

    saw = serializers.DictField(read_only=True)

    class Meta:
        model = Heartbeat
        fields = ("id", "job", "started_at", "finished_at", "today", "saw")
        read_only_fields = fields


class HeartbeatViewSet(ReadOnly):
    """The last completed run of each job. Administrators read them."""

    model = Heartbeat
    serializer_class = HeartbeatSerializer
    permission_classes = FOR_ADMINISTRATORS
    ordering_fields = ("id", "job", "finished_at")
