"""Papers of contracts and the days on which they run out."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin, RecordInline
from contracts.admin.prices import contract_link
from contracts.models import Document
from contracts.templatetags.money import day

if TYPE_CHECKING:
    ChoicesFilter = RangeFilter = admin.FieldListFilter
else:
    from unfold.contrib.filters.admin import ChoicesDropdownFilter as ChoicesFilter
    from unfold.contrib.filters.admin import RangeDateFilter as RangeFilter


class DocumentInline(RecordInline):
    model = Document
    tab = True
    fields = ("title", "kind", "reference", "expires_on")


@admin.register(Document)
class DocumentAdmin(HistoryAdmin):
    """All documents, the next to run out first."""

    list_display = ("title", "contract_shown", "kind", "reference", "expires")
    list_select_related = ("contract",)
    list_filter = (("kind", ChoicesFilter), ("expires_on", RangeFilter))
    search_fields = ("title", "reference", "contract__title", "contract__vendor__name")
    autocomplete_fields = ("contract",)
    ordering = ("expires_on", "id")
    fields = ("contract", ("title", "kind"), "reference", "expires_on")

    @admin.display(description=_("Contract"), ordering="contract__title")
    def contract_shown(self, row: Document) -> SafeString:
        return contract_link(row.contract)

    @admin.display(description=_("Expires on"), ordering="expires_on")
    def expires(self, row: Document) -> str:
        return day(row.expires_on)
