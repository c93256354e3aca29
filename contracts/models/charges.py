"""What was really paid, what was planned, and the rates between currencies."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import choices
from contracts.models.base import Record, VersionedRecord
from contracts.models.catalog import Vendor
from contracts.models.contracts import CURRENCY_CODE, Contract
from contracts.models.fields import DayField, MoneyField, RateField
from contracts.models.organisation import Department
from contracts.querysets.access import SharedQuerySet
from contracts.querysets.contracts import ChargeQuerySet


class Charge(Record):
    """A row of a ledger: append-only, corrected by a reversing row."""

    source = models.CharField(_("source"), max_length=50)
    external_id = models.CharField(_("external id"), max_length=150)
    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="charges",
        verbose_name=_("contract"),
    )
    vendor = models.ForeignKey(
        Vendor,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="charges",
        verbose_name=_("vendor"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="charges",
        verbose_name=_("department"),
    )
    charged_on = DayField(_("date"))
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY_CODE])
    gross = MoneyField(_("gross"))
    discount = MoneyField(_("discount"), default=0)
    allowance = MoneyField(_("allowance"), default=0)
    credit = MoneyField(_("credit"), default=0)
    tax = MoneyField(_("tax"), default=0)
    description = models.CharField(_("description"), max_length=500, blank=True)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    history = HistoricalRecords()
    objects: ClassVar = ChargeQuerySet["Charge"].as_manager()

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ("-charged_on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="charge_source_id",
                violation_error_message=_("This charge is recorded already."),
            ),
        )
        indexes = (
            # Actual spend over a window.
            models.Index(fields=["charged_on"], name="charge_day"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class FxRate(Record):
    """A fixing: one unit of `base` is `rate` units of `quote`. Never updated in place."""

    fixed_on = DayField(_("date"))
    base = models.CharField(_("base"), max_length=3, validators=[CURRENCY_CODE], default="EUR")
    quote = models.CharField(_("quote"), max_length=3, validators=[CURRENCY_CODE])
    rate = RateField(_("rate"))
    source = models.CharField(_("source"), max_length=50)
    objects: ClassVar = SharedQuerySet["FxRate"].as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ("-fixed_on", "quote")
        constraints = (
            models.UniqueConstraint(
                fields=["quote", "fixed_on", "base", "source"],
                name="fx_rate",
                violation_error_message=_("This fixing is recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="fx_rate_positive",
                violation_error_message=_("A rate is above zero."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.fixed_on}"


class Budget(VersionedRecord):
    """A plan for a fiscal year and one vendor, category, department or the total."""

    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    dimension = models.CharField(_("dimension"), max_length=20, choices=choices.BUDGET_DIMENSIONS)
    key = models.CharField(_("name"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY_CODE])
    amount = MoneyField(_("amount"))
    history = HistoricalRecords()
    objects: ClassVar = SharedQuerySet["Budget"].as_manager()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ("-fiscal_year", "id")
        constraints = (
            models.UniqueConstraint(
                "fiscal_year",
                "dimension",
                Lower("key"),
                "currency",
                name="budget",
                violation_error_message=_("This budget exists."),
            ),
            models.CheckConstraint(
                condition=Q(dimension="total", key="") | (~Q(dimension="total") & ~Q(key="")),
                name="budget_key",
                violation_error_message=_("A total has no name; every other budget has one."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.key or self.get_dimension_display()}"
