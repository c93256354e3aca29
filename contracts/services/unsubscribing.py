"""The way out of digests that mail programs show: it changes the rhythm and never stops an alert."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import Destination, NotificationPreference
from contracts.rules.vocabulary import ChannelKind, Rhythm
from contracts.services import records
from contracts.services.timing import rhythm_of

# Signatures for this purpose open nothing else, and those for other purposes do not open this.
PURPOSE = "contracts.digest-off"


def page_for(place: Destination) -> str:
    """Return the address of the preferences where the reader has some; empty for shared places.

    Source: R11.
    """
    return (
        f"{settings.BASE_URL}{reverse('admin:contracts_notifications')}" if place.owner_id else ""
    )


def headers(place: Destination) -> dict[str, str]:
    """Return what a digest by e-mail says about leaving (RFC 2369), with one click (RFC 8058).

    One click is offered over https alone, and only to somebody who asked for digests: it ends them.
    Otherwise the header leads to the preferences.

    Source: R11.
    """
    page = page_for(place)
    if place.kind != ChannelKind.EMAIL or not page:
        return {}
    is_chosen = rhythm_of(place) != Rhythm.IMMEDIATE
    if not (is_chosen and settings.BASE_URL.startswith("https://")):
        return {"List-Unsubscribe": f"<{page}>"}
    preference: NotificationPreference = place.owner.notification_preference  # type: ignore[union-attr]  # it was chosen
    click = reverse("contracts:digest-off", args=[token_of(preference)])
    return {
        "List-Unsubscribe": f"<{settings.BASE_URL}{click}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def token_of(preference: NotificationPreference) -> str:
    """Return what ends these digests once: any later change of the preferences makes it worthless.

    Source: R11.
    """
    return signing.dumps([preference.pk, preference.version], salt=PURPOSE, compress=False)


def digest_off(token: str) -> bool:
    """Go back to a message for each alert, at once; says whether the token was one of ours.

    Promise: it changes the rhythm alone, and no alert is left out. Repeating it, or using it after
    the preferences were changed otherwise, changes nothing.

    Source: R11.
    """
    try:
        pk, version = signing.loads(token, salt=PURPOSE)
    except signing.BadSignature:
        return False
    preference: Any = NotificationPreference.objects.filter(pk=pk, version=version).first()
    if preference is None or preference.rhythm == Rhythm.IMMEDIATE:
        return True
    preference.rhythm = Rhythm.IMMEDIATE.value
    preference._change_reason = _("With the unsubscribe button of a mail program.")
    try:
        records.store(preference, expected_version=version, by=preference.user)
    except records.StaleError:
        return True
    return True
