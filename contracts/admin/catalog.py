"""Vendors, their other spellings and products, and what software is for."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin, RecordInline
from contracts.admin.columns import STATE_NAMES
from contracts.models import Category, Contract, Product, Vendor, VendorAlias
from contracts.queries.portfolio import with_standing

SHOWN = 50


class AliasInline(RecordInline):
    model = VendorAlias
    fields = ("name",)
    show_change_link = False


class ProductInline(RecordInline):
    model = Product
    fields = ("name", "category", "owner", "stage")
    autocomplete_fields = ("category", "owner")


@admin.register(Vendor)
class VendorAdmin(HistoryAdmin):
    """Who sells to us, under all their spellings."""

    list_display = ("name", "legal_name", "calendar", "contract_count", "contact_name")
    search_fields = ("name", "legal_name", "aliases__name", "contact_email")
    list_filter = ("fiscal_year_end_month",)
    inlines = (AliasInline, ProductInline)
    change_form_outer_before_template = "contracts/vendor_contracts.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "legal_name"),
                    ("calendar", "fiscal_year_end_month"),
                    ("contact_name", "contact_email"),
                    "website",
                    "note",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count only the contracts that this person sees."""
        seen = Contract.objects.visible_to(request.user).filter(vendor=OuterRef("pk")).order_by()
        counted = seen.values("vendor").annotate(rows=Count("pk")).values("rows")
        vendors: Any = super().get_queryset(request)
        counts: QuerySet[Any] = vendors.annotate(contracts_seen=Coalesce(Subquery(counted), 0))
        return counts

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        contracts = Contract.objects.visible_to(request.user).filter(vendor__pk=object_id)
        found = with_standing(contracts, timezone.localdate()).order_by("title")
        context = {"vendor_contracts": [(row, STATE_NAMES[row.state]) for row in found[:SHOWN]]}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    @admin.display(description=_("Contracts"), ordering="contracts_seen")
    def contract_count(self, row: Any) -> str:
        page = reverse("admin:contracts_contract_changelist")
        return format_html(
            '<a class="st-link" href="{}?vendor__id__exact={}">{}</a>',
            page,
            row.pk,
            row.contracts_seen,
        )


@admin.register(VendorAlias)
class VendorAliasAdmin(HistoryAdmin):
    list_display = ("name", "vendor", "normal_name")
    list_select_related = ("vendor",)
    search_fields = ("name", "vendor__name")
    autocomplete_fields = ("vendor",)
    fields = ("vendor", "name")


@admin.register(Product)
class ProductAdmin(HistoryAdmin):
    list_display = ("name", "vendor", "category", "stage", "owner")
    list_select_related = ("vendor", "category", "owner")
    list_filter = ("stage", "category")
    search_fields = ("name", "vendor__name")
    autocomplete_fields = ("vendor", "category", "owner")


@admin.register(Category)
class CategoryAdmin(HistoryAdmin):
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
