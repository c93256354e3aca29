"""Published price indices, month by month: what one's own prices are held against."""

from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.base import VersionedRecord
from contracts.models.fields import DayField, RateField
from contracts.querysets.access import SharedQuerySet


def first_of_month(day: date) -> None:
    """Refuse every day but the one that names its month."""
    if day.day != 1:
        raise ValidationError(_("Name a month by its first day."), code="first_of_month")


class IndexValue(VersionedRecord):
    """The value of a published index in a month, such as consumer prices; it may be revised."""

    name = models.CharField(_("index"), max_length=150)
    month = DayField(
        _("month"), validators=[first_of_month], help_text=_("The first day of the month.")
    )
    value = RateField(_("value"))
    source = models.CharField(_("source"), max_length=50, blank=True)
    history = HistoricalRecords()
    objects: ClassVar = SharedQuerySet["IndexValue"].as_manager()

    class Meta:
        verbose_name = _("index value")
        verbose_name_plural = _("index values")
        ordering = ("name", "-month")
        constraints = (
            models.UniqueConstraint(
                fields=["name", "month"],
                name="index_month",
                violation_error_message=_("This month of the index is recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0),
                name="index_value_positive",
                violation_error_message=_("An index is above zero."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.month:%Y-%m}"
