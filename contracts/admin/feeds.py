"""Calendar feeds: people make them for themselves, see the address once, and revoke them."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.admin.base import HistoryAdmin
from contracts.admin.rights import may_read
from contracts.models import CalendarFeed, Department
from contracts.queries.rights import departments_of_reader
from contracts.services import feeds
from contracts.templatetags.tone import badge


@admin.register(CalendarFeed)
class CalendarFeedAdmin(HistoryAdmin):
    list_display = ("name", "prefix", "owner", "shows", "standing", "last_used_at")
    list_select_related = ("owner", "department")
    search_fields = ("name", "prefix", "owner__email")
    actions = ("revoke",)
    fields = ("name", "department", "is_own_only")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.related_model is Department:
            kwargs["queryset"] = departments_of_reader(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("Shows"))
    def shows(self, row: CalendarFeed) -> str:
        place = str(row.department or _("Everything visible to the owner"))
        return f"{place}, {_('own contracts only')}" if row.is_own_only else place

    @admin.display(description=_("State"))
    def standing(self, row: CalendarFeed) -> SafeString:
        if row.revoked_at:
            return badge(_("Revoked"))
        return badge(_("Valid"), "good") if row.owner.is_active else badge(_("Owner inactive"))

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for feed in queryset:
            feeds.revoke(feed, now=timezone.now(), by=request.user)
        messages.success(
            request, _("The feeds are revoked: their addresses open nothing any more.")
        )

    def save_form(self, request: Any, form: Any, change: bool) -> Any:
        """Open the feed here: its secret exists only while this request is answered."""
        super().save_form(request, form, change)
        feed, request.new_secret = feeds.open_feed(
            request.user,
            name=form.cleaned_data["name"],
            department=form.cleaned_data["department"],
            is_own_only=form.cleaned_data["is_own_only"],
            by=request.user,
        )
        return feed

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing is left to store."""

    def response_add(
        self, request: Any, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        path = reverse("contracts:feed", args=[request.new_secret])
        address = f"{settings.BASE_URL}{path}"
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your new calendar feed"),
            "feed": obj,
            "address": address,
            "subscribe": f"webcal:{address.partition(':')[2]}",
        }
        return TemplateResponse(request, "admin/feed_created.html", context)
