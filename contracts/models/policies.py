"""How many days before a day alerts are raised, and for which contracts."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.alerts import default_offsets, validate_kinds, validate_offsets
from contracts.models.base import VersionedRecord
from contracts.models.catalog import Category, Vendor
from contracts.models.contracts import CURRENCY_CODE
from contracts.models.fields import MoneyField
from contracts.models.organisation import Department
from contracts.querysets.access import AdministeredQuerySet


class AlertPolicy(VersionedRecord):
    """How many days before an anchor alerts are raised, and for which contracts.

    Of all that match a contract the most specific one applies alone (rules.policies).
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    kinds = models.JSONField(
        _("kinds"),
        default=list,
        blank=True,
        validators=[validate_kinds],
        help_text=_("Empty: all kinds."),
    )
    vendor = models.ForeignKey(
        Vendor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alert_policies",
        verbose_name=_("vendor"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alert_policies",
        verbose_name=_("department"),
        help_text=_("And all departments below it."),
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alert_policies",
        verbose_name=_("category"),
        help_text=_("And all categories below it."),
    )
    minimum_value = MoneyField(_("from an annual value of"), null=True, blank=True)
    minimum_currency = models.CharField(
        _("currency of that value"), max_length=3, blank=True, validators=[CURRENCY_CODE]
    )
    offsets = models.JSONField(
        _("offsets in days"), default=default_offsets, validators=[validate_offsets]
    )
    escalation_days = models.PositiveSmallIntegerField(
        _("escalate after days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Without a reaction the next person is told. Empty: the usual number."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords()
    objects: ClassVar = AdministeredQuerySet["AlertPolicy"].as_manager()

    class Meta:
        verbose_name = _("alert policy")
        verbose_name_plural = _("alert policies")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(minimum_value=None, minimum_currency="")
                | Q(minimum_value__isnull=False, minimum_value__gte=0) & ~Q(minimum_currency=""),
                name="alert_policy_minimum",
                violation_error_message=_("A least value has a currency, and is not negative."),
            ),
        )

    def __str__(self) -> str:
        return self.name
