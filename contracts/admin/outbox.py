"""The outbox of an installation without a mail server: what was sent, as its reader would see it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from contracts.admin.rights import administers
from contracts.queries import outbox
from contracts.queries.outbox import OutboxMessage


class OutboxPages:
    """Adds the outbox to the admin of deliveries."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("outbox/", wrap(self.outbox_view), name="contracts_outbox"),
            path("outbox/<str:key>/", wrap(self.message_view), name="contracts_outbox_message"),
            *super().get_urls(),  # type: ignore[misc]  # a mixin beside the theme
        ]

    def outbox_view(self, request: HttpRequest) -> HttpResponse:
        """List the newest messages that this person may read."""
        messages = [message for message in outbox.latest() if may_read_message(request, message)]
        context = {"title": _("Outbox"), "letters": messages, "by_mail": bool(settings.SMTP_URL)}
        return self._shown(request, "contracts/outbox.html", context)

    def message_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show one message: its HTML in a frame that runs nothing, and its text."""
        message = outbox.message(key)
        if message is None or not may_read_message(request, message):
            raise Http404
        context = {"title": message.subject, "letter": message}
        return self._shown(request, "contracts/outbox_message.html", context)

    def _shown(self, request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context)


def may_read_message(request: HttpRequest, message: OutboxMessage) -> bool:
    """Say whether this person administers the organisation or is the one it was sent to."""
    reader: Any = request.user
    return administers(request) or message.to.casefold() == reader.email.casefold()
