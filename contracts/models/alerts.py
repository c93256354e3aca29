"""What must be said (alerts) and to whom it was said (deliveries)."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import choices
from contracts.models.base import Record, VersionedRecord
from contracts.models.organisation import Department
from contracts.models.secrets import SecretField
from contracts.models.terms import Term
from contracts.querysets.access import AdministeredQuerySet
from contracts.querysets.alerts import (
    AlertQuerySet,
    AttemptQuerySet,
    DeliveryQuerySet,
    ReadingQuerySet,
)
from contracts.querysets.destinations import DestinationQuerySet
from contracts.rules.alerts import MAX_ATTEMPTS
from contracts.rules.occasions import DEFAULT_OFFSETS
from contracts.rules.vocabulary import AlertKind, AlertState, ChannelKind, DeliveryState


def default_offsets() -> list[int]:
    """Return the days before the anchor on which an alert is raised (R9)."""
    return list(DEFAULT_OFFSETS)


def validate_offsets(value: Any) -> None:
    """Refuse anything but a falling list of different whole days from 0 to 730."""
    whole = isinstance(value, list) and all(type(day) is int and 0 <= day <= 730 for day in value)
    if not whole or not value or sorted(set(value), reverse=True) != value:
        raise ValidationError(_("Offsets are different whole days, the largest first: [120, 90]."))


def validate_kinds(value: Any) -> None:
    """Refuse anything but a list of different kinds of alerts."""
    known = {kind.value for kind in AlertKind}
    is_list = isinstance(value, list) and all(isinstance(kind, str) for kind in value)
    if not is_list or len(set(value)) != len(value) or not set(value) <= known:
        text = _("A list of different kinds of alerts: %(kinds)s. Empty: all of them.")
        raise ValidationError(text, params={"kinds": ", ".join(sorted(known))})


class Alert(Record):
    """One thing to be said about a term: kind, days before the anchor, and the anchor itself."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Its index is the one that makes an alert unique: a plan writes many rows at once.
    term = models.ForeignKey(
        Term, models.CASCADE, db_index=False, related_name="alerts", verbose_name=_("term")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=choices.ALERT_KINDS)
    offset_days = models.SmallIntegerField(
        _("days before"), help_text=_("Negative: days after a missed day.")
    )
    anchor_date = models.DateField(_("anchor"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(
        _("state"), max_length=20, choices=choices.ALERT_STATES, default=AlertState.OPEN.value
    )
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="acknowledged_alerts",
        verbose_name=_("acknowledged by"),
    )
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    # Whom it has been taken to: 0 the nearest level of recipients, then one more each time.
    level = models.PositiveSmallIntegerField(_("level"), default=0, editable=False)
    level_since = models.DateTimeField(_("at this level since"), null=True, editable=False)
    history = HistoricalRecords()
    objects: ClassVar = AlertQuerySet["Alert"].as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("-due_on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["term", "kind", "offset_days", "anchor_date"], name="alert_once"
            ),
            models.CheckConstraint(
                condition=Q(state="snoozed", snoozed_until__isnull=False)
                | (~Q(state="snoozed") & Q(snoozed_until=None)),
                name="alert_snoozed_until",
            ),
        )
        indexes = (
            # The attention list: open alerts of terms.
            models.Index(fields=["due_on"], condition=Q(state="open"), name="alert_open_due"),
            # The plan: what somebody let rest.
            models.Index(fields=["term"], condition=Q(state="snoozed"), name="alert_resting"),
            # Who leaves: what they acknowledged.
            models.Index(
                fields=["acknowledged_by"],
                condition=Q(acknowledged_by__isnull=False),
                name="alert_seen_by",
            ),
        )

    def __str__(self) -> str:
        return f"{self.term} -{self.offset_days}"


class AlertReading(models.Model):
    """A person has looked at an alert in the inbox."""

    alert = models.ForeignKey(
        Alert, models.CASCADE, related_name="readings", verbose_name=_("alert")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="alert_readings",
        verbose_name=_("person"),
    )
    read_at = models.DateTimeField(_("read at"))
    objects: ClassVar = ReadingQuerySet["AlertReading"].as_manager()

    class Meta:
        verbose_name = _("read alert")
        verbose_name_plural = _("read alerts")
        ordering = ("-read_at", "-id")
        constraints = (models.UniqueConstraint(fields=["alert", "user"], name="alert_read_once"),)

    def __str__(self) -> str:
        return f"{self.alert} ({self.user})"


class Destination(VersionedRecord):
    """Where messages go: an address on a channel.

    A web address is a secret as a whole: `address` is then its host, all that anybody sees.
    """

    kind = models.CharField(
        _("channel"),
        max_length=20,
        choices=choices.CHANNEL_KINDS,
        default=ChannelKind.EMAIL.value,
    )
    address = models.CharField(
        _("address"),
        max_length=320,
        blank=True,
        help_text=_("An e-mail address. Of a web address its host is shown here."),
    )
    url = SecretField(_("web address"), blank=True)
    secret = SecretField(_("signing secret"), blank=True)
    previous_secret = SecretField(_("previous signing secret"), blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="destinations",
        verbose_name=_("owner"),
        help_text=_("Without owner and department: told about every contract."),
    )
    department = models.ForeignKey(
        Department,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="destinations",
        verbose_name=_("department"),
        help_text=_("Told about its contracts and those below it, beside the people responsible."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tested_at = models.DateTimeField(_("tested at"), null=True, editable=False)
    test_outcome = models.CharField(
        _("last test"), max_length=20, choices=choices.ATTEMPT_OUTCOMES, blank=True, editable=False
    )
    test_error = models.CharField(
        _("error of the test"), max_length=500, blank=True, editable=False
    )
    # Unsuccessful since, messages given up in a row, taken for broken since, its keeper told.
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    marked_at = models.DateTimeField(_("passed over since"), null=True, editable=False)
    told_at = models.DateTimeField(_("keeper told at"), null=True, editable=False)
    last_failure = models.CharField(_("last failure"), max_length=500, blank=True, editable=False)
    history = HistoricalRecords(
        excluded_fields=[
            "url",
            "secret",
            "previous_secret",
            "tested_at",
            "test_outcome",
            "test_error",
            "failing_since",
            "failures",
            "marked_at",
            "told_at",
            "last_failure",
        ]
    )
    objects: ClassVar = DestinationQuerySet["Destination"].as_manager()

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        ordering = ("kind", "address")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "address"],
                condition=Q(kind="email"),
                name="destination",
                violation_error_message=_("This destination exists."),
            ),
            models.CheckConstraint(
                condition=Q(owner=None) | Q(department=None),
                name="destination_one_keeper",
                violation_error_message=_("A destination has an owner or a department, not both."),
            ),
        )

    def __str__(self) -> str:
        if self.kind == ChannelKind.EMAIL:
            return self.address
        return f"{self.get_kind_display()}: {self.address}"


class Delivery(Record):
    """One message to one destination; claimed by a lease, finished only by the lease's holder.

    It is about one alert, or a digest without an alert of its own: it carries the deliveries that
    name it in `carried_by`, which wait for it and end as it does.
    """

    alert = models.ForeignKey(
        Alert,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("alert"),
    )
    carried_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="carried",
        verbose_name=_("in digest"),
    )
    destination = models.ForeignKey(
        Destination,
        models.PROTECT,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("destination"),
    )
    # Computed from what it is about, never random: a restored backup sends the same id again.
    dedup_key = models.UUIDField(_("message id"), unique=True, editable=False)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=choices.DELIVERY_STATES,
        default=DeliveryState.PENDING.value,
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    provider_id = models.CharField(_("provider's id"), max_length=200, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    # Attempts before somebody sent it again: `attempts` counts anew, their numbers go on.
    earlier_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # Somebody took it back: no plan sends it after all.
    is_withdrawn = models.BooleanField(
        _("taken back"), default=False, db_default=False, editable=False
    )
    hold = models.ForeignKey(
        "contracts.Hold",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("held by"),
    )
    objects: ClassVar = DeliveryQuerySet["Delivery"].as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["alert", "destination"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(attempts__range=(0, MAX_ATTEMPTS)), name="delivery_attempts"
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease__isnull=False, lease_until__isnull=False)
                | (~Q(state="leased") & Q(lease=None)),
                name="delivery_lease",
            ),
            models.CheckConstraint(
                condition=Q(alert__isnull=False) | Q(carried_by=None), name="delivery_about"
            ),
            # A digest takes in more only until it is first claimed; there is one such at a time.
            models.UniqueConstraint(
                fields=["destination"],
                condition=Q(alert=None, state="pending", attempts=0),
                name="digest_collecting",
            ),
        )
        indexes = (
            # The claim: pending and due; what a digest carries does not go out by itself.
            models.Index(
                fields=["next_at"],
                condition=Q(state="pending", carried_by=None),
                name="delivery_pending",
            ),
            # What one destination got lately.
            models.Index(fields=["destination", "sent_at"], name="delivery_of_place"),
            # What is let go together.
            models.Index(fields=["hold"], condition=Q(hold__isnull=False), name="delivery_held"),
            # The claim: abandoned leases.
            models.Index(
                fields=["lease_until"], condition=Q(state="leased"), name="delivery_leased"
            ),
        )

    def __str__(self) -> str:
        return f"{self.alert or _('Digest')} → {self.destination}"

    @property
    def subject_alert(self) -> Alert:
        """Return the one alert it is about; ask only a delivery that is not a digest."""
        if self.alert is None:
            raise ValueError("a digest is about many alerts")
        return self.alert


class DeliveryAttempt(models.Model):
    """One try to send a delivery, written before it is made."""

    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="attempt_log", verbose_name=_("delivery")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    lease = models.UUIDField(editable=False)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=choices.ATTEMPT_OUTCOMES)
    milliseconds = models.PositiveIntegerField(_("duration in ms"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    objects: ClassVar = AttemptQuerySet["DeliveryAttempt"].as_manager()

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        ordering = ("delivery", "number")
        constraints = (
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number"),
        )

    def __str__(self) -> str:
        return f"{self.delivery} ({self.number})"


class Heartbeat(models.Model):
    """The last completed run of a job, and what it saw."""

    job = models.CharField(_("job"), max_length=50, unique=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    today = models.DateField(_("its day"))
    saw = models.JSONField(_("what it saw"), default=dict)
    objects: ClassVar = AdministeredQuerySet["Heartbeat"].as_manager()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering = ("job",)

    def __str__(self) -> str:
        return self.job
