"""Export of the selected contracts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from contracts.queries.exports import contract_rows, csv_lines, xlsx_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ContractExports:
    """Two actions of the contract list."""

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> StreamingHttpResponse:
        lines = csv_lines(contract_rows(_selected(request, queryset), timezone.localdate()))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="contracts.csv"'
        return response

    @admin.action(description=_("Export as XLSX"), permissions=["view"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> FileResponse:
        file = xlsx_file(contract_rows(_selected(request, queryset), timezone.localdate()))
        return FileResponse(file, as_attachment=True, filename="contracts.xlsx", content_type=XLSX)


def _selected(request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the selection without the list's own annotations, scoped once more."""
    chosen = queryset.order_by().values("pk")
    return Contract.objects.visible_to(request.user).filter(pk__in=chosen)
