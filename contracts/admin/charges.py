"""What was paid, what was planned, and the rates between currencies."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import AppendOnlyAdmin, HistoryAdmin
from contracts.admin.columns import amount
from contracts.models import Budget, Charge, FxRate, IndexValue
from contracts.templatetags.money import day, number

if TYPE_CHECKING:
    RangeFilter = admin.FieldListFilter
else:
    from unfold.contrib.filters.admin import RangeDateFilter as RangeFilter


@admin.register(Charge)
class ChargeAdmin(AppendOnlyAdmin):
    """A ledger: rows are added; a wrong one is reversed by another."""

    list_display = ("date", "vendor", "contract", "net", "tax_shown", "source", "external_id")
    list_select_related = ("vendor", "contract")
    list_filter = (("charged_on", RangeFilter), "source", "currency", "department")
    search_fields = ("external_id", "description", "vendor__name", "contract__title")
    autocomplete_fields = ("contract", "vendor", "reverses")

    @admin.display(description=_("Date"), ordering="charged_on")
    def date(self, row: Charge) -> str:
        return day(row.charged_on)

    @admin.display(description=_("Net"), ordering="gross")
    def net(self, row: Charge) -> str:
        net: Decimal = row.gross - row.discount - row.allowance - row.credit
        return amount(net, row.currency)

    @admin.display(description=_("Tax"), ordering="tax")
    def tax_shown(self, row: Charge) -> str:
        return amount(row.tax, row.currency)


@admin.register(FxRate)
class FxRateAdmin(AppendOnlyAdmin):
    """Fixings, never changed."""

    list_display = ("date", "base", "quote", "rate_shown", "source")
    list_filter = (("fixed_on", RangeFilter), "quote", "source")
    search_fields = ("quote", "source")

    @admin.display(description=_("Date"), ordering="fixed_on")
    def date(self, row: FxRate) -> str:
        return day(row.fixed_on)

    @admin.display(description=_("Rate"), ordering="rate")
    def rate_shown(self, row: FxRate) -> str:
        return number(row.rate)


@admin.register(IndexValue)
class IndexValueAdmin(HistoryAdmin):
    """Published indices, which may be revised."""

    list_display = ("name", "shown_month", "shown_value", "source")
    list_filter = ("name",)
    search_fields = ("name",)

    @admin.display(description=_("Month"), ordering="month")
    def shown_month(self, row: IndexValue) -> str:
        return f"{row.month:%Y-%m}"

    @admin.display(description=_("Value"), ordering="value")
    def shown_value(self, row: IndexValue) -> str:
        return number(row.value)


@admin.register(Budget)
class BudgetAdmin(HistoryAdmin):
    list_display = ("fiscal_year", "dimension", "key", "planned")
    list_filter = ("fiscal_year", "dimension")
    search_fields = ("key",)

    @admin.display(description=_("Amount"), ordering="amount")
    def planned(self, row: Budget) -> str:
        return amount(row.amount, row.currency)
