"""Links in messages with which their reader acknowledges or snoozes one alert, after signing in."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import Alert
from contracts.rules.vocabulary import AlertState
from contracts.services import alerts

SALT = "contracts.alert-link"
WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)


class Answer(StrEnum):
    """What one link can do, and nothing else."""

    ACKNOWLEDGE = "a"
    SNOOZE = "s"


class Standing(StrEnum):
    """Where a link stands for the person who opened it."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"
    TOO_NEAR = "too_near"
    REFUSED = "refused"
    NOT_YOURS = "not_yours"
    NO_RIGHT = "no_right"


class LinkBroken(Exception):
    """The link was cut off or made up."""


class LinkExpired(Exception):
    """The link is older than ALERT_LINK_DAYS."""


@dataclass(frozen=True, slots=True)
class Link:
    """One answer of one person to one alert; `made_at` is the second in which it was made."""

    answer: Answer
    alert: uuid.UUID
    user: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A link as a message shows it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the page of a link shows; `alert` is None where its reader is not to know it.

    `until` is the day until which the alert would rest, `reason` why it may not.
    """

    standing: Standing
    alert: Alert | None = None
    until: date | None = None
    reason: str = ""


def offers(alert: Alert, reader: Any, *, today: date, now: datetime) -> list[Offer]:
    """Return the answers that a message offers its reader; no snoozing where no day is left for it."""
    found = [Offer(_("Acknowledge"), _address(Answer.ACKNOWLEDGE, alert, reader, now))]
    if until := rest_until(alert, today):
        week = until == today + WEEK
        label = _("Snooze a week") if week else _("Snooze until the day before")
        found.append(Offer(label, _address(Answer.SNOOZE, alert, reader, now)))
    return found


def rest_until(alert: Alert, today: date) -> date | None:
    """Return a week from `today`, at the latest the day before the anchor; None if that is no day ahead.

    Source: R9.
    """
    until: date = min(today + WEEK, alert.anchor_date - ONE_DAY)
    return until if until > today else None


def token_of(link: Link) -> str:
    """Return a link as signed text."""
    alert = urlsafe_b64encode(link.alert.bytes).decode().rstrip("=")
    made = int(link.made_at.timestamp())
    return _signer().sign(f"{link.answer}.{alert}.{link.user}.{made}")


def read(token: str, *, now: datetime) -> Link:
    """Return the link that a text stands for.

    Raises `LinkBroken` for any text that was not signed here and `LinkExpired` after ALERT_LINK_DAYS.
    """
    try:
        answer, alert, user, made = _signer().unsign(token).split(".")
    except (BadSignature, ValueError):
        raise LinkBroken from None
    made_at = datetime.fromtimestamp(int(made), UTC)
    if now - made_at > timedelta(days=settings.ALERT_LINK_DAYS):
        raise LinkExpired
    key = uuid.UUID(bytes=urlsafe_b64decode(f"{alert}=="))
    return Link(Answer(answer), key, int(user), made_at)


def look(link: Link, user: Any, *, today: date) -> Look:
    """Return where the link stands for the person who is signed in; nothing is changed."""
    if link.user != user.pk:
        return Look(Standing.NOT_YOURS)
    related = ("term__contract__vendor", "acknowledged_by")
    rows = Alert.objects.editable_by(user).select_related(*related)
    alert = rows.filter(public_id=link.alert).first()
    if alert is None:
        return Look(Standing.NO_RIGHT)
    until = rest_until(alert, today) if link.answer == Answer.SNOOZE else None
    return Look(_standing(link, alert, until), alert, until)


def follow(link: Link, *, by: Any, today: date, now: datetime) -> Look:
    """Do what the link stands for, if it is open to `by`; returns where it stood.

    A second time it stands as done and changes nothing.

    Source: R9.
    """
    found = look(link, by, today=today)
    if found.standing != Standing.OPEN or found.alert is None:
        return found
    chosen, until = [found.alert.pk], found.until
    try:
        if until is None:
            changed = alerts.acknowledge(chosen, by=by, now=now)
        else:
            changed = alerts.snooze(chosen, until=until, by=by, today=today, now=now)
    except ValidationError as refusal:
        return Look(Standing.REFUSED, found.alert, until, " ".join(refusal.messages))
    return found if changed else look(link, by, today=today)


def _standing(link: Link, alert: Alert, until: date | None) -> Standing:
    done = AlertState.SNOOZED if link.answer == Answer.SNOOZE else AlertState.ACKNOWLEDGED
    if alert.state == done or _was_followed(link, alert, done):
        return Standing.DONE
    if alert.state != AlertState.OPEN:
        return Standing.CLOSED
    if link.answer == Answer.SNOOZE and until is None:
        return Standing.TOO_NEAR
    return Standing.OPEN


def _was_followed(link: Link, alert: Alert, done: AlertState) -> bool:
    """Say whether the link's reader has done this since it was made; an alert may have woken since."""
    entries: Any = alert.history
    since = entries.filter(state=done, history_user=link.user, history_date__gte=link.made_at)
    return bool(since.exists())


def _address(answer: Answer, alert: Alert, reader: Any, now: datetime) -> str:
    token = token_of(Link(answer, alert.public_id, reader.pk, now))
    return f"{settings.BASE_URL}{reverse('contracts:answer', args=[token])}"


def _signer() -> Signer:
    return Signer(salt=SALT, sep="~")
