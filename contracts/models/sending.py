"""What stops sending, and what people did to single messages."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from contracts.models.alerts import Delivery
from contracts.models.choices import DELIVERY_ACTIONS, DELIVERY_STATES, HOLD_REASONS
from contracts.querysets.access import AdministeredQuerySet
from contracts.querysets.alerts import AttemptQuerySet


class Hold(models.Model):
    """A plan that nobody expected waits for an administrator; at most one is open at a time.

    Without `releases_at` it waits for consent, else until then at the latest.
    """

    reason = models.CharField(_("reason"), max_length=20, choices=HOLD_REASONS)
    since = models.DateTimeField(_("since"))
    today = models.DateField(_("its day"))
    before = models.DateField(_("the day before it"), null=True)
    alerts = models.PositiveIntegerField(_("alerts"), default=0)
    releases_at = models.DateTimeField(_("sends by itself at"), null=True)
    told_at = models.DateTimeField(_("administrators told at"), null=True, editable=False)
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("released by"),
    )
    objects: ClassVar = AdministeredQuerySet["Hold"].as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ("-since", "-id")
        constraints = (
            models.UniqueConstraint(Value(1), condition=Q(released_at=None), name="hold_open_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.today})"


class DeliveryAction(models.Model):
    """Somebody sent a message again, or took it back."""

    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="action_log", verbose_name=_("delivery")
    )
    action = models.CharField(_("action"), max_length=20, choices=DELIVERY_ACTIONS)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    state_before = models.CharField(_("state before"), max_length=20, choices=DELIVERY_STATES)
    error_before = models.CharField(_("error before"), max_length=500, blank=True)
    objects: ClassVar = AttemptQuerySet["DeliveryAction"].as_manager()

    class Meta:
        verbose_name = _("action on a delivery")
        verbose_name_plural = _("actions on deliveries")
        ordering = ("delivery", "-at", "-id")

    def __str__(self) -> str:
        return f"{self.delivery}: {self.get_action_display()}"
