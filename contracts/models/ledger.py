"""What follows from the terms, kept beside them: written by services.ledger in the same transaction."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import choices
from contracts.models.base import Record, VersionedRecord
from contracts.models.catalog import Category, Vendor
from contracts.models.contracts import Contract
from contracts.models.fields import MoneyField, PercentField, QuantityField
from contracts.models.organisation import Department
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

    # What the contract says, so that a figure reads one index and joins nothing.
    currency = models.CharField(max_length=3)
    vendor = models.ForeignKey(
        Vendor, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    department = models.ForeignKey(
        Department,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    signed_day = models.IntegerField(null=True)
    # A term without an end binds nobody: it goes on, but it is not committed.
    is_bound = models.BooleanField()
    is_draft = models.BooleanField()
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
            # Spend on a day or over a window, by any name: answered from the index alone.
            models.Index(
                fields=[
                    "last_day",
                    "first_day",
                    "currency",
                    "vendor",
                    "category",
                    "department",
                    "year_days",
                    "annual_value",
                    "is_draft",
                ],
                condition=Q(is_draft=False),
                name="ledger_days_covered",
            ),
            # What was signed after an as-of day.
            models.Index(
                fields=["signed_day"], condition=Q(signed_day__isnull=False), name="ledger_signed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.first_day}..{self.last_day}"


class SpendStep(models.Model):
    """By how much the annual value in force changes on a day, or in a whole month, all contracts together.

    Written by triggers in the transaction that writes the ledger entries, drafts left out. `high` and `low` are the
    halves of a sum of integers of 10^-4; `high_days` and `low_days` of that sum times the days since the month began.
    On PostgreSQL every transaction adds to a shard of its own, so that writers never wait for each other; the shards
    are added up from time to time.
    """

    is_month = models.BooleanField()
    day = models.IntegerField()
    currency = models.CharField(max_length=3)
    year_days = models.PositiveSmallIntegerField()
    is_bound = models.BooleanField()
    shard = models.BigIntegerField(default=0)
    high = models.BigIntegerField()
    low = models.BigIntegerField()
    high_days = models.BigIntegerField(default=0)
    low_days = models.BigIntegerField(default=0)
    objects: ClassVar = models.Manager["SpendStep"]()

    class Meta:
        verbose_name = _("spend step")
        verbose_name_plural = _("spend steps")
        ordering = ("is_month", "day", "currency")
        constraints = (
            models.UniqueConstraint(
                fields=["is_month", "day", "currency", "year_days", "is_bound", "shard"],
                name="spend_step",
            ),
        )

    def __str__(self) -> str:
        return f"{self.currency}: {self.day}"


class TermOutcome(models.Model):
    """What became of a term: its successor's value, the part kept, what price and volume did (C6, R22).

    One row for each term that is neither void nor of a draft. Days are day numbers, months are year x 12 + month - 1.
    The effects are exact: integers of 10^-4, and in `rests` what is left over of 10^-8: of price x 10^4 + of volume.
    """

    term = models.OneToOneField(Term, models.CASCADE, primary_key=True, related_name="outcome")
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="outcomes")
    currency = models.CharField(max_length=3)
    value = MoneyField()
    end_day = models.IntegerField(null=True)
    end_month = models.IntegerField(null=True)
    # Days without a term before the successor starts, below zero if it starts early.
    gap = models.IntegerField(null=True)
    next_value = MoneyField(null=True)
    kept_value = MoneyField(null=True)
    # The last day in force if the contract was cancelled by the end of the term.
    cancelled_day = models.IntegerField(null=True)
    deadline_day = models.IntegerField(null=True)
    is_followed = models.BooleanField()
    change_day = models.IntegerField(null=True)
    change_month = models.IntegerField(null=True)
    price_effect = MoneyField(null=True)
    volume_effect = MoneyField(null=True)
    rests = models.IntegerField(default=0)
    objects: ClassVar = ContractPartQuerySet["TermOutcome"].as_manager()

    class Meta:
        verbose_name = _("term outcome")
        verbose_name_plural = _("term outcomes")
        ordering = ("contract", "term")
        indexes = (
            # Renewal rates: answered from the index alone.
            models.Index(
                fields=[
                    "end_month",
                    "currency",
                    "end_day",
                    "value",
                    "next_value",
                    "kept_value",
                ],
                condition=Q(value__gt=0),
                name="outcome_ended",
            ),
            models.Index(
                fields=["end_month", "gap"],
                condition=Q(value__gt=0, gap__gt=0),
                name="outcome_late",
            ),
            # Price and volume: likewise.
            models.Index(
                fields=[
                    "change_month",
                    "currency",
                    "change_day",
                    "price_effect",
                    "volume_effect",
                    "value",
                    "next_value",
                ],
                condition=Q(change_day__isnull=False),
                name="outcome_changed",
            ),
            models.Index(fields=["change_day"], condition=Q(rests__gt=0), name="outcome_rests"),
            # What must be decided in the next days.
            models.Index(
                fields=["deadline_day", "currency", "value"],
                condition=Q(is_followed=False, cancelled_day=None),
                name="outcome_undecided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.term}"


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
