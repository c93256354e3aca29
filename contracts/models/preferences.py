"""When somebody wants to hear of alerts."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.base import VersionedRecord
from contracts.models.choices import RHYTHMS, WEEKDAYS
from contracts.querysets.destinations import PreferenceQuerySet
from contracts.rules.rhythm import DEFAULT_HOUR, Timing
from contracts.rules.vocabulary import Rhythm


def validate_quiet_days(value: Any) -> None:
    """Refuse anything but different weekdays from 0 (Monday) to 6; one day of the week is left."""
    whole = isinstance(value, list) and all(type(day) is int and 0 <= day <= 6 for day in value)
    if not whole or len(set(value)) != len(value):
        raise ValidationError(_("Quiet days are different weekdays from 0 (Monday) to 6."))
    if len(value) > 6:
        raise ValidationError(_("Leave one day of the week on which messages may come."))


class NotificationPreference(VersionedRecord):
    """A person's rhythm and quiet days; who has none is told at once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notification_preference",
        verbose_name=_("person"),
    )
    rhythm = models.CharField(
        _("rhythm"), max_length=20, choices=RHYTHMS, default=Rhythm.IMMEDIATE.value
    )
    weekday = models.PositiveSmallIntegerField(
        _("day of the weekly digest"), choices=WEEKDAYS, default=0
    )
    hour = models.PositiveSmallIntegerField(
        _("hour"),
        default=DEFAULT_HOUR,
        validators=[MaxValueValidator(23)],
        help_text=_("0 to 23, in your own time zone: when digests, and what waited, are sent."),
    )
    quiet_days = models.JSONField(
        _("quiet days"), default=list, blank=True, validators=[validate_quiet_days]
    )
    quiet_from = models.DateField(_("quiet from"), null=True, blank=True)
    quiet_until = models.DateField(
        _("quiet until"), null=True, blank=True, help_text=_("The last quiet day.")
    )
    # What waits was timed by this version; the next plan times it anew after a change.
    applied_version = models.PositiveIntegerField(default=0, editable=False)
    history = HistoricalRecords(excluded_fields=["applied_version"])
    objects: ClassVar = PreferenceQuerySet["NotificationPreference"].as_manager()

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        ordering = ("user",)
        constraints = (
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(
                    quiet_from__isnull=False,
                    quiet_until__isnull=False,
                    quiet_until__gte=F("quiet_from"),
                ),
                name="preference_quiet_time",
                violation_error_message=_(
                    "A quiet time has a first and a last day, in this order."
                ),
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="preference_hour"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_rhythm_display()}"

    @property
    def timing(self) -> Timing:
        """Return it as the rules read it."""
        return Timing(
            Rhythm(self.rhythm),
            self.weekday,
            self.hour,
            frozenset(self.quiet_days),
            self.quiet_from,
            self.quiet_until,
        )
