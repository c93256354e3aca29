"""Documents that run out, and the days of a term that are worth an alert besides its anchor."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import choices
from contracts.models.base import VersionedRecord
from contracts.models.contracts import Contract
from contracts.models.fields import DayField
from contracts.models.terms import Term
from contracts.querysets.contracts import ContractPartQuerySet, TermPartQuerySet
from contracts.rules.vocabulary import DocumentKind


class Document(VersionedRecord):
    """A paper that belongs to a contract: where it is kept, and when it runs out."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="documents", verbose_name=_("contract")
    )
    title = models.CharField(_("title"), max_length=250)
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=choices.DOCUMENT_KINDS,
        default=DocumentKind.CONTRACT.value,
    )
    reference = models.CharField(
        _("reference"), max_length=500, blank=True, help_text=_("Where it is kept.")
    )
    expires_on = DayField(_("expires on"), null=True, blank=True)
    history = HistoricalRecords()
    objects: ClassVar = ContractPartQuerySet["Document"].as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("contract", "title", "id")

    def __str__(self) -> str:
        return self.title


class KeyDate(models.Model):
    """A day of a term that alerts count down to, besides its anchor. Written by services.ledger alone.

    It is there for as long as the day counts: a decision removes what it makes idle.
    """

    term = models.ForeignKey(Term, models.CASCADE, related_name="key_dates")
    kind = models.CharField(_("kind"), max_length=20, choices=choices.ALERT_KINDS)
    date = models.DateField(_("day"))
    objects: ClassVar = TermPartQuerySet["KeyDate"].as_manager()

    class Meta:
        verbose_name = _("key date")
        verbose_name_plural = _("key dates")
        ordering = ("date", "term", "kind")
        constraints = (
            models.UniqueConstraint(fields=["term", "kind", "date"], name="key_date_once"),
        )
        indexes = (
            # The alert plan: the days near today.
            models.Index(fields=["date"], name="key_date_day"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.date}"
