"""Alerts, the messages they became, and where those go."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from contracts.admin.base import HistoryAdmin, ReadOnlyAdmin, RecordInline, VersionedForm
from contracts.admin.columns import amount
from contracts.admin.oversight import OversightPages
from contracts.admin.prices import contract_link
from contracts.models import Alert, AlertPolicy, Delivery, Heartbeat, choices
from contracts.services import alerts
from contracts.templatetags.money import day
from contracts.templatetags.tone import alert_badge


class PolicyForm(VersionedForm):
    """Kinds by their names instead of a list to type."""

    kinds = forms.MultipleChoiceField(
        label=_("Kinds"),
        choices=choices.ALERT_KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all kinds."),
    )


@admin.register(AlertPolicy)
class AlertPolicyAdmin(HistoryAdmin):
    """Of the policies that match a contract one applies: the page says which."""

    form = PolicyForm
    list_display = ("name", "offsets", "scope", "escalation_days", "is_active")
    list_select_related = ("vendor", "department", "category")
    search_fields = ("name",)
    autocomplete_fields = ("vendor", "category")
    fieldsets = (
        (None, {"fields": ("name", "kinds", "offsets", "escalation_days", "is_active")}),
        (
            _("For which contracts"),
            {
                "fields": (
                    "vendor",
                    ("department", "category"),
                    ("minimum_value", "minimum_currency"),
                ),
                "description": _(
                    "A contract has to meet everything that is named here; nothing named: all "
                    "contracts. Of several policies that match, one alone applies: that of the "
                    "vendor before that of the nearest department, before that of the nearest "
                    "category, before that with the highest least value, before a general one; "
                    "what is still equal goes by the name. An amount in another currency counts "
                    "at the latest rate, and not at all without one."
                ),
            },
        ),
    )

    @admin.display(description=_("For"))
    def scope(self, row: AlertPolicy) -> str:
        named = [row.vendor, row.department, row.category]
        parts = [str(each) for each in named if each is not None]
        if row.minimum_value is not None:
            least = amount(row.minimum_value, row.minimum_currency)
            parts.append(_("from %(amount)s a year") % {"amount": least})
        return ", ".join(parts) or str(_("all contracts"))


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
    actions = ("acknowledge", "snooze", "wake")
    change_form_outer_before_template = "contracts/alert_actions.html"
    inlines = (DeliveryInline,)
    fields = (
        "term",
        "kind",
        "offset_days",
        "anchor_date",
        "due_on",
        "state",
        "reason",
        "snoozed_until",
        "acknowledged_by",
        "acknowledged_at",
        "level_shown",
    )
    readonly_fields = ("level_shown",)

    @admin.action(description=_("Acknowledge"))
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        mine = queryset.editable_by(request.user).values_list("pk", flat=True)  # type: ignore[attr-defined]  # the manager is ours
        seen = alerts.acknowledge(mine, by=request.user, now=timezone.now())
        text = ngettext("%d alert acknowledged.", "%d alerts acknowledged.", seen) % seen
        messages.success(request, text)

    @admin.action(description=_("Snooze"))
    def snooze(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        chosen = list(queryset.values_list("pk", flat=True))
        return HttpResponseRedirect(reverse("contracts:inbox-snooze", query={"alert": chosen}))

    @admin.action(description=_("Open again before the day they rest until"))
    def wake(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        mine = queryset.editable_by(request.user).values_list("pk", flat=True)  # type: ignore[attr-defined]  # the manager is ours
        woken = alerts.wake(mine, by=request.user, now=timezone.now())
        text = ngettext("%d alert is open again.", "%d alerts are open again.", woken) % woken
        messages.success(request, text)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        mine = Alert.objects.editable_by(request.user)
        may_act = object_id.isdecimal() and mine.filter(pk=object_id).exists()
        context = {**(extra_context or {}), "may_act": may_act}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("Taken to"))
    def level_shown(self, row: Alert) -> str:
        names = (_("the nearest recipients"), _("the next level as well"), _("administrators too"))
        name = str(names[min(row.level, len(names) - 1)])
        if row.level_since is None or not row.level:
            return name
        since = timezone.localtime(row.level_since).date()
        return _("%(level)s, since %(day)s") % {"level": name, "day": day(since)}

    @admin.display(description=_("Due on"), ordering="due_on")
    def due(self, row: Alert) -> str:
        return day(row.due_on)

    @admin.display(description=_("Contract"), ordering="term__contract__title")
    def contract(self, row: Alert) -> SafeString:
        return contract_link(row.term.contract)

    @admin.display(description=_("Days before"), ordering="offset_days")
    def ahead(self, row: Alert) -> str:
        if row.offset_days >= 0:
            return str(row.offset_days)
        return ngettext("%d day late", "%d days late", -row.offset_days) % -row.offset_days

    @admin.display(description=_("About"), ordering="anchor_date")
    def anchor(self, row: Alert) -> str:
        return day(row.anchor_date)

    @admin.display(description=_("State"), ordering="state")
    def state_shown(self, row: Alert) -> SafeString:
        return alert_badge(row)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("job", "started_at", "finished_at", "today", "saw")
