"""Departments and who works for them in which role."""

from django.contrib import admin

from contracts.admin.base import HistoryAdmin, RecordInline
from contracts.models import Department, Membership


class MembershipInline(RecordInline):
    model = Membership
    related = ("user", "department")
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    show_change_link = False


@admin.register(Department)
class DepartmentAdmin(HistoryAdmin):
    list_display = ("name", "cost_centre", "parent", "manager")
    list_select_related = ("parent", "manager")
    search_fields = ("name", "cost_centre")
    autocomplete_fields = ("manager",)
    fields = ("name", "cost_centre", "parent", "manager")
    inlines = (MembershipInline,)


@admin.register(Membership)
class MembershipAdmin(HistoryAdmin):
    list_display = ("user", "department", "role")
    list_select_related = ("user", "department")
    list_filter = ("role", "department")
    search_fields = ("user__email", "user__name", "department__name")
    autocomplete_fields = ("user",)
