"""Contracts and the links between them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin, RecordInline
from contracts.admin.columns import ContractColumns
from contracts.admin.decisions import MOVES, DecisionPages
from contracts.admin.documents import DocumentInline
from contracts.admin.exporting import ContractExports
from contracts.admin.filters import DayFilter, DecideFilter, MissingFilter, StateFilter, asked_day
from contracts.models import (
    Alert,
    Contract,
    ContractLink,
    Delivery,
    DeliveryAttempt,
    KeyDate,
    PriceFlag,
    Term,
)
from contracts.queries.portfolio import with_standing
from contracts.queries.timeline import standing
from contracts.rules.vocabulary import ContractState
from contracts.templatetags.money import NOTHING
from contracts.templatetags.tone import days_left

if TYPE_CHECKING:
    ChoicesFilter = RelatedFilter = admin.FieldListFilter
else:
    from unfold.contrib.filters.admin import AutocompleteSelectFilter as RelatedFilter
    from unfold.contrib.filters.admin import ChoicesDropdownFilter as ChoicesFilter

LINKED_LOOKUPS = ("vendor__name", "category__name")
# What the machine wrote about a contract goes with it.
WRITTEN_BY_MACHINE = {
    model._meta.verbose_name for model in (Alert, Delivery, DeliveryAttempt, KeyDate, PriceFlag)
}


class TermInline(RecordInline):
    model = Term
    related = ("contract",)
    tab = True
    hide_title = False
    fields = (
        "seq",
        "start_date",
        "end_date",
        "annual_value",
        "quantity",
        "unit_price",
        "is_assumed",
        "send_by",
    )
    readonly_fields = ("seq", "send_by")
    ordering = ("-seq",)


class LinkInline(RecordInline):
    model = ContractLink
    related = ("from_contract", "to_contract")
    tab = True
    fk_name = "from_contract"
    fields = ("to_contract", "kind")
    autocomplete_fields = ("to_contract",)
    verbose_name_plural = _("continued by")


@admin.register(Contract)
class ContractAdmin(DecisionPages, ContractExports, ContractColumns, HistoryAdmin):
    """The list people work from, and the page of one contract."""

    list_display = (
        "title",
        "vendor_name",
        "state",
        "left",
        "send",
        "deadline",
        "end",
        "annual_value",
        "owner",
        "department",
    )
    list_filter = (
        DecideFilter,
        StateFilter,
        ("renewal_kind", ChoicesFilter),
        ("department", RelatedFilter),
        ("category", RelatedFilter),
        ("vendor", RelatedFilter),
        MissingFilter,
        DayFilter,
    )
    list_select_related = ("vendor", "owner", "department")
    search_fields = (
        "title",
        "external_reference",
        "vendor__name",
        "vendor__legal_name",
        "vendor__aliases__name",
    )
    search_help_text = _("Title, reference, vendor or another spelling of the vendor")
    autocomplete_fields = ("vendor", "category", "owner")
    actions = ("export_csv", "export_xlsx")
    inlines = (TermInline, LinkInline, DocumentInline)
    change_form_outer_before_template = "contracts/standing.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "external_reference"),
                    ("vendor", "category"),
                    ("department", "owner"),
                    ("currency", "is_draft"),
                )
            },
        ),
        (
            _("Renewal and notice"),
            {
                "classes": ["tab"],
                "fields": (
                    ("renewal_kind", "notice_rule"),
                    ("initial_months", "renewal_months"),
                    ("notice_value", "notice_unit"),
                    ("window_opens_value", "window_opens_unit"),
                    ("notice_method", "delivery_lead_days"),
                ),
            },
        ),
        (
            _("Price and billing"),
            {
                "classes": ["tab"],
                "fields": (
                    ("billing_frequency", "payment_terms_days"),
                    ("cap_kind", "cap_pct"),
                    "announcement_days",
                    ("true_up_months", "true_up_report_days"),
                ),
            },
        ),
        (
            _("Signature and end"),
            {
                "classes": ["tab"],
                "fields": (
                    ("signed_on", "notice_given_on"),
                    ("cancelled_on", "leaving_reason"),
                ),
            },
        ),
        (_("Notes"), {"classes": ["tab"], "fields": ("tags", "note")}),
    )

    @admin.display(description=_("Vendor"), ordering="vendor__name")
    def vendor_name(self, row: Any) -> str:
        return str(row.vendor)

    @admin.display(description=_("Days left"), ordering="anchor_date")
    def left(self, row: Any) -> str:
        if row.anchor_date is None or row.state == ContractState.EXPIRED:
            return NOTHING
        return days_left((row.anchor_date - timezone.localdate()).days)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the dashboard link to the rows behind a name."""
        return lookup in LINKED_LOOKUPS or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        on = asked_day(request) or timezone.localdate()
        return with_standing(super().get_queryset(request), on)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        contract = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if contract is not None:
            context["standing"] = standing(contract, today=timezone.localdate())
            context["moves"] = MOVES
        return super().change_view(request, object_id, form_url, context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(lacking) - WRITTEN_BY_MACHINE, protected


@admin.register(ContractLink)
class ContractLinkAdmin(HistoryAdmin):
    """Which contract continues which."""

    list_display = ("from_contract", "to_contract", "kind")
    list_select_related = ("from_contract", "to_contract")
    list_filter = (("kind", ChoicesFilter),)
    search_fields = ("from_contract__title", "to_contract__title")
    autocomplete_fields = ("from_contract", "to_contract")
