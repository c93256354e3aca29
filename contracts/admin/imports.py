"""Uploaded files and saved column mappings."""

from django.contrib import admin

from contracts.admin.base import HistoryAdmin, ReadOnlyAdmin
from contracts.models import ImportMapping, ImportRun


@admin.register(ImportMapping)
class ImportMappingAdmin(HistoryAdmin):
    list_display = ("name", "updated_at")
    search_fields = ("name",)
    fields = ("name", "columns", "options")


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """What was uploaded, by whom, and what came of it."""

    list_display = (
        "file_name",
        "stage",
        "preset",
        "rows_done",
        "rows_total",
        "owner",
        "created_at",
    )
    list_select_related = ("owner",)
    list_filter = ("stage", "preset")
    date_hierarchy = "created_at"
    fields = (
        "file_name",
        "stage",
        "preset",
        "mapping",
        "rows_done",
        "rows_total",
        "owner",
        "report",
    )
