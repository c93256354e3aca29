"""The periods of a contract, and what each of them buys."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import choices
from contracts.models.base import VersionedRecord
from contracts.models.catalog import Product
from contracts.models.contracts import Contract
from contracts.models.fields import DayField, MoneyField, PercentField, QuantityField
from contracts.querysets.contracts import TermPartQuerySet, TermQuerySet
from contracts.rules.vocabulary import PricingModel

# Written by services.ledger alone and re-added by `manage.py check_ledger`.
DERIVED_FIELDS = (
    "notice_deadline",
    "window_opens",
    "send_by",
    "decide_by",
    "proof",
    "anchor_kind",
    "anchor_date",
    "is_void",
    "is_open",
    "whole_years",
    "part_days",
    "part_year_days",
)


class Term(VersionedRecord):
    """A period of a contract at one price. A renewal adds a term; history is never overwritten."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="terms", verbose_name=_("contract")
    )
    seq = models.PositiveIntegerField(
        _("number"), default=0, blank=True, help_text=_("Empty or 0: the next one.")
    )
    start_date = DayField(_("start"))
    end_date = DayField(
        _("end"), null=True, blank=True, help_text=_("The last day of service. Empty: evergreen.")
    )
    signed_on = DayField(_("signed on"), null=True, blank=True)
    annual_value = MoneyField(_("annual value"))
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    unit_price = MoneyField(_("unit price per year"), null=True, blank=True)
    list_price = MoneyField(_("list price per year"), null=True, blank=True)
    is_assumed = models.BooleanField(
        _("assumed"), default=False, help_text=_("Renewed by itself; the price is not confirmed.")
    )

    notice_deadline = models.DateField(_("notice deadline"), null=True, editable=False)
    window_opens = models.DateField(_("notice window opens"), null=True, editable=False)
    send_by = models.DateField(_("send notice by"), null=True, editable=False)
    decide_by = models.DateField(_("decide by"), null=True, editable=False)
    proof = models.JSONField(_("proof"), default=list, editable=False)
    anchor_kind = models.CharField(
        max_length=20, choices=choices.ALERT_KINDS, blank=True, editable=False
    )
    anchor_date = models.DateField(_("alert anchor"), null=True, editable=False)
    is_void = models.BooleanField(_("void"), default=False, editable=False)
    is_open = models.BooleanField(_("awaits a decision"), default=False, editable=False)
    whole_years = models.PositiveSmallIntegerField(default=0, editable=False)
    part_days = models.PositiveSmallIntegerField(default=0, editable=False)
    part_year_days = models.PositiveSmallIntegerField(default=365, editable=False)
    history = HistoricalRecords(excluded_fields=list(DERIVED_FIELDS))
    objects: ClassVar = TermQuerySet["Term"].as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ("contract", "seq")
        constraints = (
            models.UniqueConstraint(
                fields=["contract", "seq"],
                name="term_seq",
                violation_error_message=_("This contract has a term with this number."),
            ),
            models.CheckConstraint(
                condition=Q(end_date=None) | Q(end_date__gte=F("start_date")),
                name="term_end_not_before_start",
                violation_error_message=_("A term does not end before it starts."),
            ),
            models.CheckConstraint(
                condition=(Q(quantity=None) | Q(quantity__gte=0))
                & (Q(unit_price=None) | Q(unit_price__gte=0))
                & (Q(list_price=None) | Q(list_price__gte=0))
                & Q(annual_value__gte=0),
                name="term_not_negative",
                violation_error_message=_("Quantities and prices are not negative."),
            ),
        )
        indexes = (
            # The alert plan and the attention list: open terms by their anchor.
            models.Index(
                fields=["anchor_date"], condition=Q(is_open=True), name="term_open_anchor"
            ),
            # Renewal rates: the terms that end inside a window.
            models.Index(fields=["end_date"], name="term_end"),
        )

    def __str__(self) -> str:
        return f"{self.contract} #{self.seq}"


class LicenceLine(VersionedRecord):
    """One line of an order form: what is bought, how many, at which price."""

    term = models.ForeignKey(
        Term, models.CASCADE, related_name="licence_lines", verbose_name=_("term")
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="licence_lines",
        verbose_name=_("product"),
    )
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    description = models.CharField(_("description"), max_length=250, blank=True)
    pricing_model = models.CharField(
        _("pricing model"),
        max_length=20,
        choices=choices.PRICING_MODELS,
        default=PricingModel.PER_SEAT.value,
    )
    unit = models.CharField(_("unit"), max_length=50, default="seat")
    quantity = QuantityField(_("quantity"))
    list_price = MoneyField(_("list price per year"), null=True, blank=True)
    discount_pct = PercentField(_("discount in percent"), null=True, blank=True)
    unit_price = MoneyField(_("net unit price per year"))
    start_date = DayField(_("start"), null=True, blank=True)
    end_date = DayField(_("end"), null=True, blank=True)
    history = HistoricalRecords()
    objects: ClassVar = TermPartQuerySet["LicenceLine"].as_manager()

    class Meta:
        verbose_name = _("licence line")
        verbose_name_plural = _("licence lines")
        ordering = ("term", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(quantity__gte=0)
                & Q(unit_price__gte=0)
                & (Q(list_price=None) | Q(list_price__gte=0)),
                name="licence_line_not_negative",
                violation_error_message=_("Quantities and prices are not negative."),
            ),
            models.CheckConstraint(
                condition=Q(start_date=None) | Q(end_date=None) | Q(end_date__gte=F("start_date")),
                name="licence_line_end_not_before_start",
                violation_error_message=_("A line does not end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(discount_pct=None) | Q(discount_pct__range=(0, 100)),
                name="licence_line_discount",
                violation_error_message=_("A discount is 0 to 100 percent."),
            ),
        )

    def __str__(self) -> str:
        return self.description or self.sku or str(self.product or self.pk)
