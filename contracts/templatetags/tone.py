"""Small labels whose colour repeats what their text says."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.rules.vocabulary import ContractState, Severity

register = template.Library()
URGENT_DAYS, SOON_DAYS = 14, 60
STATES = {
    ContractState.UPCOMING.value: "info",
    ContractState.ACTIVE.value: "good",
    ContractState.IN_NOTICE_WINDOW.value: "warn",
    ContractState.NOTICE_GIVEN.value: "info",
    ContractState.LOCKED_IN.value: "bad",
}
SEVERITIES = {
    Severity.LOW.value: "info",
    Severity.MEDIUM.value: "warn",
    Severity.HIGH.value: "bad",
}
ALERTS = {"open": "warn", "acknowledged": "good", "resolved": "good"}
DELIVERIES = {"pending": "info", "leased": "info", "sent": "good", "failed": "bad"}


def badge(text: Any, tone: str = "quiet") -> SafeString:
    """Return a label."""
    return format_html('<span class="st-badge st-{}">{}</span>', tone, text)


@register.filter
def days_left(days: int | None) -> SafeString | str:
    """Say how many days are left; the fewer, the more alarming."""
    if days is None:
        return ""
    if days < 0:
        return badge(ngettext("%d day late", "%d days late", -days) % -days, "bad")
    tone = "bad" if days <= URGENT_DAYS else "warn" if days <= SOON_DAYS else "quiet"
    return badge(ngettext("%d day", "%d days", days) % days, tone)


@register.filter
def state_badge(state: str, name: Any) -> SafeString:
    """Name the state of a contract."""
    return badge(name, STATES.get(state, "quiet"))


@register.filter
def flag_badge(flag: Any) -> SafeString:
    """Name a price flag in the colour of its severity."""
    return badge(flag.get_kind_display(), SEVERITIES.get(flag.severity, "quiet"))


@register.filter
def alert_badge(alert: Any) -> SafeString:
    """Name the state of an alert."""
    return badge(alert.get_state_display(), ALERTS.get(alert.state, "quiet"))


@register.filter
def delivery_badge(delivery: Any) -> SafeString:
    """Name the state of a delivery."""
    return badge(delivery.get_state_display(), DELIVERIES.get(delivery.state, "quiet"))


@register.filter
def place_badge(place: Any) -> SafeString:
    """Say whether a destination works."""
    if not place.is_active:
        return badge(_("Switched off"))
    if place.marked_at:
        return badge(_("Failing"), "bad")
    return badge(_("Had failures"), "warn") if place.failing_since else badge(_("Works"), "good")
