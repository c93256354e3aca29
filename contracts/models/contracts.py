"""A contract and its links to others."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models import choices
from contracts.models.base import Record, VersionedRecord
from contracts.models.catalog import Category, Vendor
from contracts.models.fields import DayField, LengthField, PercentField
from contracts.models.organisation import Department
from contracts.querysets.contracts import ContractQuerySet, LinkQuerySet
from contracts.rules import vocabulary as words

CURRENCY_CODE = RegexValidator(r"^[A-Z]{3}$", _("Write a currency by its three letters: EUR."))


class Contract(VersionedRecord):
    """What was agreed with a vendor; its periods and prices are its terms."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    external_reference = models.CharField(
        _("external reference"),
        max_length=100,
        blank=True,
        help_text=_("The number this contract has in another system."),
    )
    title = models.CharField(_("title"), max_length=250)
    vendor = models.ForeignKey(
        Vendor, models.PROTECT, related_name="contracts", verbose_name=_("vendor")
    )
    category = models.ForeignKey(
        Category,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("category"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("department"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("owner"),
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY_CODE])
    is_draft = models.BooleanField(_("draft"), default=False)

    renewal_kind = models.CharField(
        _("renewal"),
        max_length=20,
        choices=choices.RENEWAL_KINDS,
        default=words.RenewalKind.AUTO.value,
    )
    initial_months = LengthField(_("initial length in months"), null=True, blank=True)
    renewal_months = LengthField(_("renewal length in months"), null=True, blank=True)
    notice_value = LengthField(_("notice period"), null=True, blank=True)
    notice_unit = models.CharField(
        _("notice unit"),
        max_length=20,
        choices=choices.NOTICE_UNITS,
        default=words.NoticeUnit.DAYS.value,
    )
    notice_rule = models.CharField(
        _("notice is counted"),
        max_length=20,
        choices=choices.NOTICE_RULES,
        default=words.NoticeRule.BEFORE_RENEWAL.value,
    )
    window_opens_value = LengthField(_("notice not earlier than"), null=True, blank=True)
    window_opens_unit = models.CharField(
        _("unit"), max_length=20, choices=choices.NOTICE_UNITS, default=words.NoticeUnit.DAYS.value
    )
    notice_method = models.CharField(
        _("notice by"),
        max_length=20,
        choices=choices.NOTICE_METHODS,
        default=words.NoticeMethod.EMAIL.value,
    )
    delivery_lead_days = LengthField(
        _("delivery lead in business days"),
        null=True,
        blank=True,
        help_text=_("Empty: the usual lead of the method."),
    )
    announcement_days = LengthField(
        _("vendor announces prices, days before renewal"), null=True, blank=True
    )
    true_up_months = LengthField(
        _("true-up every n months"),
        null=True,
        blank=True,
        help_text=_("Counted from the start of a term, usually 12. Empty: no true-up."),
    )
    true_up_report_days = LengthField(
        _("true-up report, days before"), null=True, blank=True, help_text=_("Empty: 30.")
    )
    billing_frequency = models.CharField(
        _("billing"),
        max_length=20,
        choices=choices.BILLING_FREQUENCIES,
        default=words.BillingFrequency.YEARLY.value,
    )
    payment_terms_days = LengthField(_("payment terms in days"), null=True, blank=True)
    cap_kind = models.CharField(
        _("price cap"), max_length=20, choices=choices.CAP_KINDS, default=words.CapKind.NONE.value
    )
    cap_pct = PercentField(
        _("cap in percent"), null=True, blank=True, help_text=_("Once per renewal; 5 means 5 %.")
    )

    signed_on = DayField(_("signed on"), null=True, blank=True)
    notice_given_on = DayField(_("notice given on"), null=True, blank=True)
    cancelled_on = DayField(
        _("cancelled on"), null=True, blank=True, help_text=_("The last day in force.")
    )
    leaving_reason = models.CharField(_("reason of leaving"), max_length=250, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    note = models.TextField(_("note"), blank=True)
    history = HistoricalRecords()
    objects: ClassVar = ContractQuerySet["Contract"].as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ("vendor__name", "title", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["external_reference"],
                condition=~Q(external_reference=""),
                name="contract_external_reference",
                violation_error_message=_("A contract with this external reference exists."),
            ),
            models.CheckConstraint(
                condition=Q(cap_kind=words.CapKind.NONE.value, cap_pct=None)
                | Q(cap_kind=words.CapKind.FIXED.value, cap_pct__isnull=False, cap_pct__gte=0),
                name="contract_cap",
                violation_error_message=_("A fixed cap needs its percentage; no cap has none."),
            ),
            models.CheckConstraint(
                condition=Q(renewal_kind__in=[k.value for k in words.RenewalKind])
                & Q(notice_unit__in=[u.value for u in words.NoticeUnit])
                & Q(notice_rule__in=[r.value for r in words.NoticeRule]),
                name="contract_words",
                violation_error_message=_("Choose one of the listed values."),
            ),
            models.CheckConstraint(
                condition=(Q(initial_months=None) | Q(initial_months__range=(1, 600)))
                & (Q(renewal_months=None) | Q(renewal_months__range=(1, 600)))
                & (Q(true_up_months=None) | Q(true_up_months__range=(1, 600))),
                name="contract_lengths",
                violation_error_message=_("A length is 1 to 600 months."),
            ),
        )
        indexes = (
            # The list page: everything of one department, by vendor.
            models.Index(fields=["department", "vendor"], name="contract_department_vendor"),
        )

    def __str__(self) -> str:
        return self.title


class ContractLink(Record):
    """One contract continues another; joined contracts are one lineage."""

    from_contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="links_onward", verbose_name=_("from")
    )
    to_contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="links_back", verbose_name=_("to")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=choices.LINK_KINDS)
    history = HistoricalRecords()
    objects: ClassVar = LinkQuerySet["ContractLink"].as_manager()

    class Meta:
        verbose_name = _("contract link")
        verbose_name_plural = _("contract links")
        ordering = ("from_contract", "to_contract")
        constraints = (
            models.UniqueConstraint(
                fields=["from_contract", "to_contract"],
                name="contract_link",
                violation_error_message=_("These contracts are linked already."),
            ),
            models.CheckConstraint(
                condition=~Q(from_contract=F("to_contract")),
                name="contract_link_not_to_itself",
                violation_error_message=_("A contract is not linked to itself."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_contract} → {self.to_contract}"
