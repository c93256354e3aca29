"""The inbox: what was taken to a person, and what they can do about it without leaving the page."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from contracts.models import Alert
from contracts.queries import inbox
from contracts.rules.vocabulary import AlertState
from contracts.services import alerts, readings
from contracts.templatetags.money import day

PAGE = 50
CHOICES = {"3": timedelta(days=3), "7": timedelta(days=7), "14": timedelta(days=14)}
RELATED = ("term__contract__vendor", "term__contract__department", "acknowledged_by")
ONE_DAY = timedelta(days=1)
NAMES = {"open": _("Open"), "snoozed": _("Snoozed"), "done": _("Done")}


class DayInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # the theme ships no types
    """The browser's own choice of a day."""

    input_type = "date"


class SnoozeForm(forms.Form):
    """The day until which alerts rest."""

    until = forms.DateField(label=_("Snooze until"), widget=DayInput)


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """List the alerts of one tab."""
    now, today = timezone.now(), timezone.localdate()
    asked = request.GET.get("tab")
    tab: inbox.Tab = next((known for known in inbox.TABS if known == asked), "open")
    rows = inbox.inbox(request.user, tab, now=now).select_related(*RELATED)
    page = Paginator(rows, PAGE).get_page(request.GET.get("p"))
    counts = inbox.counts(request.user, now=now)
    context = {
        "title": _("Inbox"),
        "tab": tab,
        "tabs": [(name, NAMES[name], counts[name]) for name in inbox.TABS],
        "page": page,
        "rows": inbox.shown(list(page.object_list), request.user, today=today),
        "unread": inbox.unread_count(request.user),
    }
    return _page(request, "contracts/inbox.html", context)


@require_GET
def open_alert(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark an alert as read and go on to its contract."""
    rows = Alert.objects.visible_to(request.user).select_related("term")
    alert: Alert = get_object_or_404(rows, public_id=public_id)
    readings.mark_read([alert.pk], by=request.user, now=timezone.now())
    return redirect("admin:contracts_contract_change", alert.term.contract_id)


@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Acknowledge the chosen alerts."""
    seen = alerts.acknowledge(_editable(request), by=request.user, now=timezone.now())
    _say(request, seen, ngettext("%d alert acknowledged.", "%d alerts acknowledged.", seen))
    return _back(request)


@require_POST
def wake(request: HttpRequest) -> HttpResponse:
    """Open the chosen alerts again before the day they rest until."""
    woken = alerts.wake(_editable(request), by=request.user, now=timezone.now())
    _say(request, woken, ngettext("%d alert is open again.", "%d alerts are open again.", woken))
    return _back(request)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark the chosen alerts as read, all open ones where none is chosen."""
    now = timezone.now()
    chosen = _chosen(request) or inbox.inbox(request.user, "open", now=now).values_list(
        "pk", flat=True
    )
    readings.mark_read(chosen, by=request.user, now=now)
    return _back(request)


@require_http_methods(["GET", "POST"])
def snooze(request: HttpRequest) -> HttpResponse:
    """Ask for the day until which the chosen alerts rest, then let them rest."""
    today, chosen = timezone.localdate(), _editable(request)
    rows = Alert.objects.filter(pk__in=chosen, state=AlertState.OPEN)
    found = list(rows.select_related("term__contract__vendor").order_by("anchor_date", "pk"))
    if not found:
        messages.warning(request, _("Choose open alerts that you may change."))
        return _back(request)
    form = SnoozeForm(request.POST if "until" in request.POST else None)
    if form.is_valid() and _snoozed(request, form, chosen, today):
        return _back(request)
    context = {
        "title": _("Snooze"),
        "form": form,
        "found": found,
        "last": found[0].anchor_date,
        "choices": _quick_choices(found[0].anchor_date, today),
        "back": _way_back(request),
    }
    return _page(request, "contracts/snooze.html", context)


def _quick_choices(anchor: date, today: date) -> list[tuple[Any, date]]:
    """Return the usual days that lie before the anchor, and the day before it."""
    names = {"3": _("3 days"), "7": _("1 week"), "14": _("2 weeks")}
    days = [(names[key], today + rest) for key, rest in CHOICES.items()]
    found = [(name, until) for name, until in days if until < anchor - ONE_DAY]
    if anchor - ONE_DAY > today:
        found.append((_("The day before the deadline"), anchor - ONE_DAY))
    return found


def _snoozed(request: HttpRequest, form: SnoozeForm, chosen: list[int], today: date) -> bool:
    until, now = form.cleaned_data["until"], timezone.now()
    try:
        rested = alerts.snooze(chosen, until=until, by=request.user, today=today, now=now)
    except ValidationError as refusal:
        form.add_error("until", refusal)
        return False
    text = ngettext("%d alert rests until %s.", "%d alerts rest until %s.", rested)
    messages.success(request, text % (rested, day(until)))
    return True


def _chosen(request: HttpRequest) -> list[int]:
    """Return the ids that a button stands for: its own row, else the ticked rows."""
    sent = request.POST if request.method == "POST" else request.GET
    found = sent.getlist("only") or sent.getlist("alert")
    return [int(pk) for pk in found if pk.isascii() and pk.isdecimal() and len(pk) < 19]


def _editable(request: HttpRequest) -> list[int]:
    rows = Alert.objects.editable_by(request.user).filter(pk__in=_chosen(request))
    return list(rows.values_list("pk", flat=True))


def _say(request: HttpRequest, count: int, text: str) -> None:
    if count:
        messages.success(request, text % count)
    else:
        messages.warning(request, _("Nothing was changed."))


def _way_back(request: HttpRequest) -> str:
    """Return the page of the alert that was acted on, where the button stood there; else the inbox."""
    sent = request.POST if request.method == "POST" else request.GET
    number = sent.get("back", "")
    return number if number.isascii() and number.isdecimal() and len(number) < 19 else ""


def _back(request: HttpRequest) -> HttpResponseRedirect:
    if number := _way_back(request):
        return redirect("admin:contracts_alert_change", number)
    sent = request.POST if request.method == "POST" else request.GET
    tab = sent.get("tab", "")
    query = {"tab": tab} if tab in inbox.TABS else None
    return redirect(reverse("contracts:inbox", query=query))


def _page(request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.each_context(request) | context)
