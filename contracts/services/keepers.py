"""Letters about the machinery itself: a destination that fails, sending that is held."""

import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import Destination, Hold
from contracts.queries import reach, recipients
from contracts.rules import messages
from contracts.rules.messages import Channel, Message, Refused
from contracts.rules.vocabulary import ChannelKind

logger = logging.getLogger(__name__)
NAMESPACE = uuid.uuid5(messages.NAMESPACE, "keepers")


def tell(*, now: datetime, ways: Mapping[str, Channel]) -> int:
    """Send what is to be said about failing destinations and holds; returns how many letters went out.

    The owner of a failing destination is told by e-mail at another address of theirs; where there
    is none, and of shared destinations, the administrators are. Each is told once: a letter that is
    refused stays in the log, the badge and the banner stay.

    Source: R11, R12.
    """
    sent = 0
    for place in Destination.objects.filter(marked_at__isnull=False, told_at=None):
        if Destination.objects.filter(pk=place.pk, told_at=None).update(told_at=now):
            sent += _send(_of_place(place), _keepers_of(place), ways)
    for hold in Hold.objects.filter(released_at=None, told_at=None):
        if Hold.objects.filter(pk=hold.pk, told_at=None).update(told_at=now):
            sent += _send(_of_hold(hold), _administrators(), ways)
    return sent


def _keepers_of(place: Destination) -> list[str]:
    if place.owner is None:
        return _administrators()
    addresses = {*reach.addresses_of([place.owner.pk])[place.owner.pk], place.owner.email}
    others = [one for one in addresses if one.casefold() != place.address.casefold()]
    return others if place.owner.is_active and others else _administrators()


def _administrators() -> list[str]:
    people = recipients.administrators().values_list("pk", flat=True)
    return [address for found in reach.addresses_of(people).values() for address in found]


def _of_place(place: Destination) -> tuple[str, str, list[str]]:
    page = reverse("admin:contracts_destination_change", args=[place.pk])
    lines = [
        _("Messages to %(place)s are not accepted: %(error)s")
        % {"place": place, "error": place.last_failure},
        _("It was switched off: the address is gone.")
        if not place.is_active
        else _("Until a test message is accepted, alerts go another way."),
        f"{settings.BASE_URL}{page}",
    ]
    return f"{place.public_id}|{place.marked_at}", _("%(place)s fails") % {"place": place}, lines


def _of_hold(hold: Hold) -> tuple[str, str, list[str]]:
    said = {"count": hold.alerts, "today": hold.today, "before": hold.before}
    if hold.before:
        why = _("The day jumped from %(before)s to %(today)s.") % said
    else:
        why = _("One scan brought %(count)d alerts.") % said
    if hold.releases_at:
        then = _("They wait for you and go out as digests 30 minutes after they came.")
    else:
        then = _("Nothing is sent until the day is right again or you say so.")
    page = f"{settings.BASE_URL}{reverse('admin:index')}"
    return f"hold|{hold.pk}|{hold.since}", _("Sending is held"), [why, then, page]


def _send(
    letter: tuple[str, str, list[str]], addresses: Iterable[str], ways: Mapping[str, Channel]
) -> int:
    key, subject, lines = letter
    channel = ways[ChannelKind.EMAIL.value]
    sent = 0
    for address in sorted(set(addresses)):
        message = Message(
            delivery_id=str(uuid.uuid5(NAMESPACE, f"{key}|{address}")),
            to=address,
            subject=subject,
            text="\n\n".join(lines) + "\n",
        )
        try:
            channel.send(message, timeout=settings.DELIVERY_SEND_TIMEOUT_SECONDS)
        except Refused as refusal:
            logger.warning("A letter about %s was refused: %s", subject, refusal.reason)
        else:
            sent += 1
    return sent
