"""Vendors, their other spellings, their products, and categories."""

from typing import ClassVar

from rest_framework import serializers

from contracts.api import filters
from contracts.api.serializers import RecordSerializer
from contracts.api.viewsets import AppendOnly, Editable, RemoveRow
from contracts.models import Category, Product, Vendor, VendorAlias, choices


class CategorySerializer(RecordSerializer):
    """What software is for."""

    parent_name = serializers.CharField(source="parent.name", read_only=True, allow_null=True)

    class Meta:
        model = Category
        fields = ("id", "name", "parent", "parent_name", "version", "created_at", "updated_at")
        example: ClassVar = {"name": "Design", "parent": None}


class CategoryViewSet(Editable):
    """What software is for; a tree."""

    model = Category
    serializer_class = CategorySerializer
    filterset_class = filters.filterset("CategoryFilters", parent=filters.IdFilter("parent_id"))
    search_fields = ("name",)
    ordering_fields = ("id", "name")


class VendorSerializer(RecordSerializer):
    """Who sells to us."""

    class Meta:
        model = Vendor
        fields = (
            "id", "name", "legal_name", "calendar", "website", "fiscal_year_end_month",
            "contact_name", "contact_email", "note", "version", "created_at", "updated_at",
        )  # fmt: skip
        example: ClassVar = {
            "name": "Atlassian",
            "legal_name": "Atlassian Pty Ltd",
            "calendar": "AU-NSW",
            "fiscal_year_end_month": 6,
        }


class VendorViewSet(Editable):
    """Who sells to us. A changed calendar moves the deadlines of the vendor's contracts."""

    model = Vendor
    serializer_class = VendorSerializer
    filterset_class = filters.filterset(
        "VendorFilters", calendar=filters.CharFilter(), **filters.days("updated_at")
    )
    search_fields = ("name", "legal_name", "aliases__name")
    ordering_fields = ("id", "name", "updated_at")


class VendorAliasSerializer(RecordSerializer):
    """Another spelling of a vendor."""

    vendor_name = serializers.CharField(source="vendor.name", read_only=True)

    class Meta:
        model = VendorAlias
        fields = ("id", "vendor", "vendor_name", "name", "created_at", "updated_at")
        example: ClassVar = {"vendor": 1, "name": "ATLASSIAN PTY LIMITED"}


class VendorAliasViewSet(AppendOnly, RemoveRow):
    """Other spellings under which imports find a vendor."""

    model = VendorAlias
    serializer_class = VendorAliasSerializer
    filterset_class = filters.filterset("VendorAliasFilters", vendor=filters.IdFilter("vendor_id"))
    search_fields = ("name", "vendor__name")
    ordering_fields = ("id", "name", ("vendor_name", "vendor__name"))


class ProductSerializer(RecordSerializer):
    """Something a vendor sells."""

    vendor_name = serializers.CharField(source="vendor.name", read_only=True)
    category_name = serializers.CharField(source="category.name", read_only=True, allow_null=True)

    class Meta:
        model = Product
        fields = (
            "id", "vendor", "vendor_name", "name", "category", "category_name", "owner", "stage",
            "version", "created_at", "updated_at",
        )  # fmt: skip
        example: ClassVar = {"vendor": 1, "name": "Jira", "stage": "active"}


class ProductViewSet(Editable):
    """What vendors sell."""

    model = Product
    serializer_class = ProductSerializer
    filterset_class = filters.filterset(
        "ProductFilters",
        vendor=filters.IdFilter("vendor_id"),
        category=filters.IdFilter("category_id"),
        owner=filters.IdFilter("owner_id"),
        stage=filters.ChoiceFilter(choices=choices.PRODUCT_STAGES),
    )
    search_fields = ("name", "vendor__name", "vendor__aliases__name")
    ordering_fields = ("id", "name", "stage", ("vendor_name", "vendor__name"))
