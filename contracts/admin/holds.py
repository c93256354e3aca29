"""What waits for an administrator before it is sent."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from contracts.admin.base import ReadOnlyAdmin
from contracts.admin.rights import administers
from contracts.models import Hold
from contracts.services import holds
from contracts.templatetags.tone import badge


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """Every hold that there was, and who let it go; without a name it was the machine."""

    list_display = ("since", "reason", "alerts", "standing", "released_at", "released_by")
    list_select_related = ("released_by",)
    list_filter = ("reason",)
    fields = (
        "reason",
        "since",
        "before",
        "today",
        "alerts",
        "releases_at",
        "released_at",
        "released_by",
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.release_view)
        return [
            path("<int:object_id>/release/", view, name="contracts_hold_release"),
            *super().get_urls(),
        ]

    def release_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send what is held."""
        hold = self.get_object(request, str(object_id))
        if hold is None:
            raise Http404
        if not administers(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sent = holds.release(hold, today=timezone.localdate(), now=timezone.now(), by=request.user)
        text = ngettext("%d message is let go.", "%d messages are let go.", sent) % sent
        messages.success(request, text)
        return Redirect(reverse("admin:index"))

    @admin.display(description=_("State"))
    def standing(self, row: Hold) -> SafeString:
        if row.released_at is None:
            return badge(_("Open"), "warn")
        return badge(_("Let go"), "good")
