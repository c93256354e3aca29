"""Price changes that somebody should look at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin, ReadOnlyAdmin
from contracts.admin.columns import amount
from contracts.models import PriceChange, PriceFlag
from contracts.templatetags.money import day, number, percent, price
from contracts.templatetags.tone import flag_badge


def contract_link(contract: Any) -> SafeString:
    """Return a link to a contract's page."""
    page = reverse("admin:contracts_contract_change", args=[contract.pk])
    return format_html('<a class="st-link" href="{}">{}</a>', page, contract)


@admin.register(PriceFlag)
class PriceFlagAdmin(HistoryAdmin):
    """Flags are raised by the terms; people say what they think of them."""

    list_display = ("flag", "contract", "vendor", "since", "measured", "allowed", "cost", "state")
    list_select_related = ("term__contract__vendor",)
    list_filter = ("kind", "severity", "state")
    search_fields = ("term__contract__title", "term__contract__vendor__name")
    date_hierarchy = "term__start_date"
    fields = (
        "term",
        "kind",
        "severity",
        "measured_pct",
        "allowed_pct",
        "amount",
        "state",
        "vendor_reason",
    )
    readonly_fields = ("term", "kind", "severity", "measured_pct", "allowed_pct", "amount")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the dashboard link to the flags of some months."""
        within = ("term__start_date__gte", "term__start_date__lte")
        return lookup in within or super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("Flag"), ordering="kind")
    def flag(self, row: PriceFlag) -> SafeString:
        return flag_badge(row)

    @admin.display(description=_("Contract"), ordering="term__contract__title")
    def contract(self, row: PriceFlag) -> SafeString:
        return contract_link(row.term.contract)

    @admin.display(description=_("Vendor"), ordering="term__contract__vendor__name")
    def vendor(self, row: PriceFlag) -> str:
        return str(row.term.contract.vendor)

    @admin.display(description=_("From"), ordering="term__start_date")
    def since(self, row: PriceFlag) -> str:
        return day(row.term.start_date)

    @admin.display(description=_("Measured"), ordering="measured_pct")
    def measured(self, row: PriceFlag) -> str:
        return percent(row.measured_pct)

    @admin.display(description=_("Allowed"), ordering="allowed_pct")
    def allowed(self, row: PriceFlag) -> str:
        return percent(row.allowed_pct)

    @admin.display(description=_("Cost per year"), ordering="amount")
    def cost(self, row: PriceFlag) -> str:
        return amount(row.amount, row.term.contract.currency)


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    """Each pair of consecutive terms: the part of price, the part of volume."""

    list_display = (
        "contract_shown",
        "since",
        "unit_before",
        "unit_after",
        "unit_change",
        "volume",
        "price_part",
        "volume_part",
    )
    list_select_related = ("contract__vendor", "after")
    search_fields = ("contract__title", "contract__vendor__name")

    @admin.display(description=_("Contract"), ordering="contract__title")
    def contract_shown(self, row: PriceChange) -> SafeString:
        return contract_link(row.contract)

    @admin.display(description=_("From"), ordering="after__start_date")
    def since(self, row: PriceChange) -> str:
        return day(row.after.start_date)

    @admin.display(description=_("Unit price before"), ordering="unit_price_before")
    def unit_before(self, row: PriceChange) -> str:
        return price(row.unit_price_before, row.contract.currency)

    @admin.display(description=_("Unit price after"), ordering="unit_price_after")
    def unit_after(self, row: PriceChange) -> str:
        return price(row.unit_price_after, row.contract.currency)

    @admin.display(description=_("Change"), ordering="unit_pct")
    def unit_change(self, row: PriceChange) -> str:
        return percent(row.unit_pct)

    @admin.display(description=_("Quantity"))
    def volume(self, row: PriceChange) -> str:
        return f"{number(row.quantity_before)} → {number(row.quantity_after)}"

    @admin.display(description=_("Price effect"), ordering="price_effect")
    def price_part(self, row: PriceChange) -> str:
        return amount(row.price_effect, row.contract.currency)

    @admin.display(description=_("Volume effect"), ordering="volume_effect")
    def volume_part(self, row: PriceChange) -> str:
        return amount(row.volume_effect, row.contract.currency)
