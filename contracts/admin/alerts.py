"""Alerts, the messages they became, and where those go."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from contracts.admin.base import HistoryAdmin, ReadOnlyAdmin, RecordInline
from contracts.admin.oversight import OversightPages
from contracts.admin.prices import contract_link
from contracts.models import Alert, AlertPolicy, Delivery, Heartbeat
from contracts.services import alerts
from contracts.templatetags.money import day
from contracts.templatetags.tone import alert_badge


@admin.register(AlertPolicy)
class AlertPolicyAdmin(HistoryAdmin):
    list_display = ("name", "offsets", "is_active")
    search_fields = ("name",)
    fields = ("name", "offsets", "is_active")


class DeliveryInline(RecordInline):
    model = Delivery
    related = ("alert__term__contract", "destination")
    fields = ("destination", "state", "attempts", "sent_at", "last_error")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Alert)
class AlertAdmin(OversightPages, ReadOnlyAdmin):
    """What had to be said; people acknowledge, the machine does the rest."""

    list_display = ("due", "contract", "kind", "ahead", "anchor", "state_shown", "acknowledged_by")
    list_select_related = ("term__contract__vendor", "acknowledged_by")
    list_filter = ("state", "kind")
    search_fields = ("term__contract__title", "term__contract__vendor__name")
    date_hierarchy = "due_on"
    actions = ("acknowledge",)
    inlines = (DeliveryInline,)
    fields = (
        "term",
        "kind",
        "offset_days",
        "anchor_date",
        "due_on",
        "state",
        "reason",
        "acknowledged_by",
        "acknowledged_at",
    )

    @admin.action(description=_("Acknowledge"))
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        mine = queryset.editable_by(request.user).values_list("pk", flat=True)  # type: ignore[attr-defined]  # the manager is ours
        seen = alerts.acknowledge(mine, by=request.user, now=timezone.now())
        text = ngettext("%d alert acknowledged.", "%d alerts acknowledged.", seen) % seen
        messages.success(request, text)

    @admin.display(description=_("Due on"), ordering="due_on")
    def due(self, row: Alert) -> str:
        return day(row.due_on)

    @admin.display(description=_("Contract"), ordering="term__contract__title")
    def contract(self, row: Alert) -> SafeString:
        return contract_link(row.term.contract)

    @admin.display(description=_("Days before"), ordering="offset_days")
    def ahead(self, row: Alert) -> str:
        return str(row.offset_days) if row.offset_days >= 0 else str(_("missed"))

    @admin.display(description=_("About"), ordering="anchor_date")
    def anchor(self, row: Alert) -> str:
        return day(row.anchor_date)

    @admin.display(description=_("State"), ordering="state")
    def state_shown(self, row: Alert) -> SafeString:
        return alert_badge(row)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("job", "started_at", "finished_at", "today", "saw")
