"""Vendors, their other spellings, their products, and what software is for."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.base import Record, VersionedRecord
from contracts.models.choices import PRODUCT_STAGES
from contracts.models.fields import FoldedNameField, NormalNameField
from contracts.querysets.access import SharedQuerySet
from contracts.rules.vocabulary import ProductStage

CALENDAR_CODE = RegexValidator(
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$", _("Write a country or region such as DE or DE-BY.")
)


class Category(VersionedRecord):
    """What software is for; a tree."""

    name = models.CharField(_("name"), max_length=150)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    history = HistoricalRecords()
    objects: ClassVar = SharedQuerySet["Category"].as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                "parent",
                name="category_name_in_parent",
                violation_error_message=_("This category exists here."),
            ),
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(parent=None),
                name="category_name_at_top",
                violation_error_message=_("This category exists here."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Vendor(VersionedRecord):
    """Who sells to us."""

    name = models.CharField(_("name"), max_length=200)
    name_key = FoldedNameField(_("name"))
    normal_name = NormalNameField(db_index=True)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    calendar = models.CharField(
        _("holiday calendar"),
        max_length=6,
        blank=True,
        validators=[CALENDAR_CODE],
        help_text=_("Country or region of the vendor, such as DE or US-CA."),
    )
    website = models.URLField(_("website"), blank=True)
    fiscal_year_end_month = models.PositiveSmallIntegerField(
        _("last month of the fiscal year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    contact_name = models.CharField(_("contact"), max_length=150, blank=True)
    contact_email = models.EmailField(_("contact's e-mail address"), blank=True)
    note = models.TextField(_("note"), blank=True)
    history = HistoricalRecords(excluded_fields=["name_key", "normal_name"])
    objects: ClassVar = SharedQuerySet["Vendor"].as_manager()

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=["name_key"],
                name="vendor_name",
                violation_error_message=_("A vendor with this name exists."),
            ),
            models.CheckConstraint(
                condition=models.Q(fiscal_year_end_month=None)
                | models.Q(fiscal_year_end_month__range=(1, 12)),
                name="vendor_fiscal_month",
                violation_error_message=_("A month is 1 to 12."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class VendorAlias(Record):
    """Another spelling of a vendor seen in a ledger or register."""

    vendor = models.ForeignKey(
        Vendor, models.CASCADE, related_name="aliases", verbose_name=_("vendor")
    )
    name = models.CharField(_("spelling"), max_length=200)
    normal_name = NormalNameField(_("normal form"))
    history = HistoricalRecords(excluded_fields=["normal_name"])
    objects: ClassVar = SharedQuerySet["VendorAlias"].as_manager()

    class Meta:
        verbose_name = _("vendor alias")
        verbose_name_plural = _("vendor aliases")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=["normal_name"],
                name="vendor_alias_normal_name",
                violation_error_message=_("This spelling belongs to a vendor already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Product(VersionedRecord):
    """Something a vendor sells."""

    vendor = models.ForeignKey(
        Vendor, models.PROTECT, related_name="products", verbose_name=_("vendor")
    )
    name = models.CharField(_("name"), max_length=200)
    category = models.ForeignKey(
        Category,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("category"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("owner"),
    )
    stage = models.CharField(
        _("stage"), max_length=20, choices=PRODUCT_STAGES, default=ProductStage.ACTIVE.value
    )
    history = HistoricalRecords()
    objects: ClassVar = SharedQuerySet["Product"].as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ("vendor__name", "name")
        constraints = (
            models.UniqueConstraint(
                "vendor",
                Lower("name"),
                name="product_of_vendor",
                violation_error_message=_("This vendor has a product with this name."),
            ),
        )

    def __str__(self) -> str:
        return self.name
