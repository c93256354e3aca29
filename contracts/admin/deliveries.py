"""What was sent, to whom, with which answer; what failed is sent again here, what waits taken back."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import ReadOnlyAdmin, RecordInline
from contracts.admin.outbox import OutboxPages
from contracts.admin.prices import contract_link
from contracts.models import Delivery, DeliveryAction, DeliveryAttempt
from contracts.models.choices import CHANNEL_KINDS
from contracts.rules.vocabulary import DeliveryState
from contracts.services import resending
from contracts.templatetags.tone import badge, delivery_badge, place_badge

if TYPE_CHECKING:
    Dropdown = admin.SimpleListFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter as Dropdown

TROUBLES = {
    "error": (_("With an error"), ~Q(last_error="")),
    "failing": (_("To a failing destination"), Q(destination__marked_at__isnull=False)),
    "held": (_("Held"), Q(hold__isnull=False)),
    "digest": (_("A digest, or in one"), Q(alert=None) | Q(carried_by__isnull=False)),
}


class ChannelFilter(Dropdown):
    """The kind of destination."""

    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        return CHANNEL_KINDS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind = self.value()
        return queryset.filter(destination__kind=kind) if kind else queryset


class TroubleFilter(Dropdown):
    """What is out of the ordinary."""

    title = _("standing")
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        return [(name, title) for name, (title, _query) in TROUBLES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        trouble = TROUBLES.get(self.value() or "")
        return queryset.filter(trouble[1]) if trouble else queryset


class LogInline(RecordInline):
    """Rows that only services write."""

    related: tuple[str, ...] = ("delivery__alert__term__contract", "delivery__destination")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(LogInline):
    model = DeliveryAttempt
    fields = ("number", "started_at", "finished_at", "outcome", "milliseconds", "error")
    readonly_fields = fields


class ActionInline(LogInline):
    model = DeliveryAction
    related = (*LogInline.related, "by")
    fields = ("at", "action", "by", "state_before", "error_before")
    readonly_fields = fields
    show_change_link = False


@admin.register(Delivery)
class DeliveryAdmin(OutboxPages, ReadOnlyAdmin):
    """One message to one destination, with every attempt to send it."""

    list_display = (
        "created_at",
        "contract",
        "destination",
        "state_shown",
        "attempts",
        "sent_at",
        "next_try",
        "last_error",
    )
    list_select_related = ("alert__term__contract", "destination", "hold")
    list_filter = ("state", ChannelFilter, TroubleFilter)
    search_fields = (
        "destination__address",
        "alert__term__contract__title",
        "dedup_key",
        "last_error",
    )
    date_hierarchy = "created_at"
    actions: Any = ("resend", "cancel")
    inlines = (AttemptInline, ActionInline)
    fields = (
        "alert",
        "carried_by",
        "destination",
        "dedup_key",
        "state",
        "attempts",
        "next_at",
        "sent_at",
        "provider_id",
        "last_error",
        "hold",
    )

    @admin.display(description=_("Contract"), ordering="alert__term__contract__title")
    def contract(self, row: Delivery) -> SafeString | str:
        return contract_link(row.alert.term.contract) if row.alert else str(_("Digest"))

    @admin.display(description=_("State"), ordering="state")
    def state_shown(self, row: Delivery) -> SafeString:
        shown = badge(_("Held"), "warn") if row.hold_id else delivery_badge(row)
        return shown + place_badge(row.destination) if row.destination.marked_at else shown

    @admin.display(description=_("Next attempt"), ordering="next_at")
    def next_try(self, row: Delivery) -> Any:
        if row.state != DeliveryState.PENDING:
            return ""
        return _("With its digest") if row.carried_by_id else row.next_at

    @admin.action(description=_("Send again…"))
    def resend(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._confirmed(request, queryset, "resend", resending.resend)

    @admin.action(description=_("Cancel…"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._confirmed(request, queryset, "cancel", resending.cancel)

    def _confirmed(
        self, request: Any, queryset: Any, action: str, run: Callable[..., int]
    ) -> HttpResponse | None:
        """Ask first and say what it means; then act on those that this person may change."""
        rows = queryset.editable_by(request.user)
        if not rows.exists():
            raise PermissionDenied
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Send again") if action == "resend" else _("Cancel messages"),
                "action": action,
                "rows": rows.select_related(*self.list_select_related),
            }
            request.current_app = self.admin_site.name
            return TemplateResponse(request, "contracts/delivery_confirm.html", context)
        done = run(rows.values_list("pk", flat=True), by=request.user, now=timezone.now())
        text = _("%(done)d of %(asked)d messages: done.") % {"done": done, "asked": rows.count()}
        if done:
            messages.success(request, text)
        else:
            messages.warning(request, _("Nothing to do: their state or their alert rules it out."))
        return HttpResponseRedirect(reverse("admin:contracts_delivery_changelist"))


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(ReadOnlyAdmin):
    list_display = ("delivery", "number", "started_at", "outcome", "milliseconds", "error")
    list_select_related = ("delivery__alert__term__contract", "delivery__destination")
    list_filter = ("outcome",)
    date_hierarchy = "started_at"
