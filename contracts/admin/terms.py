"""Terms and what each of them buys."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin, RecordInline
from contracts.admin.columns import amount
from contracts.models import LicenceLine, Term
from contracts.queries.proof import sentences
from contracts.templatetags.money import day
from contracts.templatetags.tone import badge

if TYPE_CHECKING:
    BooleanFilter = RangeFilter = admin.FieldListFilter
else:
    from unfold.contrib.filters.admin import BooleanRadioFilter as BooleanFilter
    from unfold.contrib.filters.admin import RangeDateFilter as RangeFilter


class LineInline(RecordInline):
    model = LicenceLine
    related = ("product__vendor",)
    fields = (
        "product",
        "sku",
        "description",
        "pricing_model",
        "unit",
        "quantity",
        "list_price",
        "discount_pct",
        "unit_price",
    )
    autocomplete_fields = ("product",)


@admin.register(Term)
class TermAdmin(HistoryAdmin):
    """The periods of all contracts; a term's page shows the proof of its deadline."""

    list_display = (
        "contract",
        "seq",
        "start",
        "end",
        "deadline",
        "send",
        "annual",
        "standing",
    )
    list_select_related = ("contract__vendor",)
    list_filter = (
        ("end_date", RangeFilter),
        ("is_open", BooleanFilter),
        ("is_assumed", BooleanFilter),
    )
    search_fields = (
        "contract__title",
        "contract__external_reference",
        "contract__vendor__name",
        "contract__vendor__aliases__name",
    )
    autocomplete_fields = ("contract",)
    inlines = (LineInline,)
    change_form_outer_before_template = "contracts/term_proof.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "contract",
                    ("start_date", "end_date"),
                    ("annual_value", "quantity"),
                    ("unit_price", "list_price"),
                    ("signed_on", "is_assumed"),
                )
            },
        ),
    )

    @admin.display(description=_("Start"), ordering="start_date")
    def start(self, row: Term) -> str:
        return day(row.start_date)

    @admin.display(description=_("End"), ordering="end_date")
    def end(self, row: Term) -> str:
        return day(row.end_date)

    @admin.display(description=_("Notice deadline"), ordering="notice_deadline")
    def deadline(self, row: Term) -> str:
        return day(row.notice_deadline)

    @admin.display(description=_("Send notice by"), ordering="send_by")
    def send(self, row: Term) -> str:
        return day(row.send_by)

    @admin.display(description=_("Annual value"), ordering="annual_value")
    def annual(self, row: Term) -> str:
        return amount(row.annual_value, row.contract.currency)

    @admin.display(description=_("Standing"))
    def standing(self, row: Term) -> str:
        if row.is_void:
            return badge(_("Void"), "quiet")
        if row.is_assumed:
            return badge(_("Assumed"), "warn")
        return badge(_("Awaits a decision"), "info") if row.is_open else badge(_("Decided"), "good")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("contract",) if obj else ()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        term = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if term is not None:
            context["term"] = term
            context["proof"] = sentences(term.proof)
        return super().change_view(request, object_id, form_url, context)


@admin.register(LicenceLine)
class LicenceLineAdmin(HistoryAdmin):
    """All lines of all order forms."""

    list_display = ("line", "contract", "product", "quantity_shown", "price_shown", "pricing_model")
    list_select_related = ("term__contract", "product__vendor")
    list_filter = ("pricing_model",)
    search_fields = ("sku", "description", "product__name", "term__contract__title")
    autocomplete_fields = ("term", "product")

    @admin.display(description=_("Line"))
    def line(self, row: LicenceLine) -> str:
        return str(row)

    @admin.display(description=_("Contract"), ordering="term__contract__title")
    def contract(self, row: LicenceLine) -> str:
        return str(row.term)

    @admin.display(description=_("Quantity"), ordering="quantity")
    def quantity_shown(self, row: LicenceLine) -> str:
        return f"{row.quantity.normalize():f} {row.unit}"

    @admin.display(description=_("Net unit price"), ordering="unit_price")
    def price_shown(self, row: LicenceLine) -> str:
        return amount(row.unit_price, row.term.contract.currency)
