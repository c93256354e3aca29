"""What follows from the terms, kept beside them: written by services.ledger in the same transaction."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import choices
from contracts.models.base import Record, VersionedRecord
from contracts.models.contracts import Contract
from contracts.models.fields import MoneyField, PercentField, QuantityField
from contracts.models.terms import Term
from contracts.querysets.contracts import ContractPartQuerySet, TermPartQuerySet
from contracts.rules.vocabulary import FlagState, Severity


class LedgerEntry(models.Model):
    """The days on which one term is the term of its contract, cut at the term's anniversaries (C1, C2, C3).

    Days are day numbers (`date.toordinal()`): the same integer arithmetic on both engines. On any day a contract has
    at most one entry; that day costs `annual_value / year_days`.
    """

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="ledger")
    term = models.ForeignKey(Term, models.CASCADE, related_name="ledger")
    first_day = models.IntegerField()
    last_day = models.IntegerField()
    year_days = models.PositiveSmallIntegerField()
    annual_value = MoneyField()
    objects: ClassVar = ContractPartQuerySet["LedgerEntry"].as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ("contract", "first_day")
        constraints = (
            models.UniqueConstraint(fields=["contract", "first_day"], name="ledger_contract_day"),
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="ledger_days"
            ),
        )
        indexes = (
            # Spend over a window: entries that reach into it.
            models.Index(fields=["last_day", "first_day"], name="ledger_days_covered"),
        )

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.first_day}..{self.last_day}"


class PriceChange(Record):
    """A pair of consecutive terms of a contract: what changed in price and in volume (R22)."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="price_changes")
    before = models.OneToOneField(Term, models.CASCADE, related_name="change_after")
    after = models.OneToOneField(Term, models.CASCADE, related_name="change_before")
    value_before = MoneyField(_("annual value before"))
    value_after = MoneyField(_("annual value after"))
    unit_price_before = MoneyField(_("unit price before"), null=True)
    unit_price_after = MoneyField(_("unit price after"), null=True)
    quantity_before = QuantityField(_("quantity before"), null=True)
    quantity_after = QuantityField(_("quantity after"), null=True)
    # The like-for-like change, rounded to six places for lists; the flags were decided on the exact ratio.
    unit_pct = PercentField(_("unit price change in percent"), null=True)
    price_effect = MoneyField(_("price effect"), null=True)
    volume_effect = MoneyField(_("volume effect"), null=True)
    signs = models.JSONField(_("signs"), default=list)
    objects: ClassVar = ContractPartQuerySet["PriceChange"].as_manager()

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ("-after__start_date", "id")

    def __str__(self) -> str:
        return f"{self.after}"


class PriceFlag(VersionedRecord):
    """A price change that somebody should look at."""

    term = models.ForeignKey(
        Term, models.CASCADE, related_name="price_flags", verbose_name=_("term")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=choices.FLAG_KINDS)
    severity = models.CharField(
        _("severity"), max_length=10, choices=choices.SEVERITIES, default=Severity.INFO.value
    )
    measured_pct = PercentField(_("measured in percent"), null=True, blank=True)
    allowed_pct = PercentField(_("allowed in percent"), null=True, blank=True)
    amount = MoneyField(_("cost per year"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=choices.FLAG_STATES, default=FlagState.OPEN.value
    )
    vendor_reason = models.CharField(_("reason given by the vendor"), max_length=250, blank=True)
    history = HistoricalRecords()
    objects: ClassVar = TermPartQuerySet["PriceFlag"].as_manager()

    class Meta:
        verbose_name = _("price flag")
        verbose_name_plural = _("price flags")
        ordering = ("-term__start_date", "kind")
        constraints = (models.UniqueConstraint(fields=["term", "kind"], name="price_flag"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.term}"
