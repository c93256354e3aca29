"""Where the links of a message lead: opening one shows what it would do, only the button does it."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from contracts.services import links
from contracts.services.links import Answer, Standing
from contracts.templatetags.money import day

STATUS = {Standing.NOT_YOURS: 403, Standing.NO_RIGHT: 403}
TITLES = {Answer.ACKNOWLEDGE: _("Acknowledge"), Answer.SNOOZE: _("Snooze")}


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link would do, or do it. Mail scanners only look, so looking changes nothing."""
    today, now = timezone.localdate(), timezone.now()
    try:
        link = links.read(token, now=now)
    except links.LinkBroken:
        return _page(request, {"title": _("This link is not valid"), "trouble": "broken"}, 404)
    except links.LinkExpired:
        return _page(request, {"title": _("This link has expired"), "trouble": "expired"}, 410)
    if request.method == "POST":
        found = links.follow(link, by=request.user, today=today, now=now)
        if found.standing == Standing.OPEN and found.alert is not None:
            messages.success(request, _done(found))
            return redirect("contracts:inbox")
    else:
        found = links.look(link, request.user, today=today)
    context = {"title": TITLES[link.answer], "found": found, "link": link, "today": today}
    context |= {"is_snooze": link.answer == Answer.SNOOZE}
    return _page(request, context, STATUS.get(found.standing, 200))


def _done(found: links.Look) -> Any:
    if found.until is None:
        return _("The alert is acknowledged. The decision is still open.")
    return _("The alert rests until %(day)s.") % {"day": day(found.until)}


def _page(request: Any, context: dict[str, Any], status: int) -> HttpResponse:
    request.current_app = admin.site.name
    whole = admin.site.each_context(request) | context
    return TemplateResponse(request, "contracts/answer.html", whole, status=status)
