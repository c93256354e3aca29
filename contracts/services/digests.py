"""What a digest says: one line for each alert that it carries, in the order of their days."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.models import Alert, Delivery, Destination
from contracts.queries import recipients
from contracts.queries.readers import today_of
from contracts.rules.messages import Message
from contracts.rules.vocabulary import AlertKind, DeliveryState, Rhythm
from contracts.services import addressing, notices, storms, unsubscribing
from contracts.services.links import Offer
from contracts.services.timing import rhythm_of

logger = logging.getLogger(__name__)

LISTED = (
    "alert__term__contract__vendor",
    "alert__term__contract__department",
    "destination__owner",
    "destination__department",
)
DAYS = {
    AlertKind.NOTICE_DEADLINE: gettext_lazy("last safe day to send notice %(day)s"),
    AlertKind.TERM_END: gettext_lazy("ends on %(day)s"),
    AlertKind.WINDOW_OPENS: gettext_lazy("notice window opens on %(day)s"),
    AlertKind.PRICE_ANNOUNCEMENT: gettext_lazy("vendor announces the price by %(day)s"),
    AlertKind.TRUE_UP_REPORT: gettext_lazy("true-up report due on %(day)s"),
    AlertKind.EVERGREEN_REVIEW: gettext_lazy("review of an endless contract on %(day)s"),
    AlertKind.DOCUMENT_EXPIRY: gettext_lazy("a document runs out on %(day)s"),
}
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One alert as a digest lists it."""

    title: str
    vendor: str
    said: str
    url: str
    offers: Sequence[Offer] = ()


def reason_to_wait(digest: Delivery, *, now: datetime) -> tuple[str, datetime | None]:
    """Say why a digest must not go out now, and from when on it may; ("", None) if it may go.

    What it carries and nobody must be told of any more is taken out first. A digest that carries
    nothing then never goes out: it has a reason and no instant.

    Source: R11.
    """
    _take_out_unwanted(digest, now)
    if not Delivery.objects.carried_along(digest.pk).exists():
        return _("Nothing is left to say."), None
    last = Delivery.objects.digests().filter(
        destination=digest.destination_id, sent_at__gt=now - storms.HOUR
    )
    sent_at = last.order_by("-sent_at").values_list("sent_at", flat=True).first()
    if sent_at is not None:
        return _("Another digest went out within the hour."), sent_at + storms.HOUR
    return "", None


def nearest_day(digest: Delivery, now: datetime) -> date | None:
    """Return the first day ahead that the digest tells of; None if all have passed.

    Source: delivery T4.
    """
    ahead = Delivery.objects.carried_along(digest.pk).filter(alert__anchor_date__gt=now.date())
    found: date | None = ahead.order_by().aggregate(day=Min("alert__anchor_date"))["day"]
    return found


def compose(digest: Delivery, *, now: datetime) -> Message:
    """Return the message of a digest, in the language of its recipient; every alert has a line.

    Source: R9, R10.
    """
    reader = digest.destination.owner
    today = today_of(reader, now)
    with translation.override(notices.language_of(reader.locale if reader else "")):
        facts = _facts(digest, today, now)
        subject = " ".join(render_to_string("messages/digest.subject.txt", facts).split())
        return Message(
            delivery_id=str(digest.dedup_key),
            to=digest.destination.address,
            subject=subject,
            text=render_to_string("messages/digest.txt", facts).strip() + "\n",
            html=render_to_string("messages/digest.html", facts | {"subject": subject}),
            headers=unsubscribing.headers(digest.destination),
            at=now,
            link=f"{settings.BASE_URL}{reverse('admin:index')}",
            event=_event(digest, facts, now),
            url=digest.destination.url,
            secrets=notices.secrets_of(digest.destination),
        )


def _event(digest: Delivery, facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return what a program is told: each alert by the id that it has in a message of its own."""
    carried = _listed(digest).values_list("alert__public_id", flat=True)
    return {
        "type": "alert.digest",
        "timestamp": now.isoformat(),
        "data": {"count": facts["count"], "alerts": [str(alert) for alert in carried]},
    }


def _listed(digest: Delivery) -> QuerySet[Delivery]:
    carried: QuerySet[Delivery] = Delivery.objects.carried_along(digest.pk)
    return carried.select_related(*LISTED).prefetch_related("destination__department__below")


def _take_out_unwanted(digest: Delivery, now: datetime) -> None:
    """Cancel what a digest must not tell any more, and let others be told where that is due."""
    everyone = set(recipients.administrators().values_list("pk", flat=True))
    unwanted: defaultdict[str, list[int]] = defaultdict(list)
    for delivery in _listed(digest):
        if reason := notices.reason_to_skip(delivery, everyone):
            unwanted[reason].append(delivery.pk)
    if not unwanted:
        return
    with transaction.atomic():
        for reason, ids in unwanted.items():
            Delivery.objects.filter(pk__in=ids, state=DeliveryState.PENDING).update(
                state=DeliveryState.CANCELLED, last_error=reason, updated_at=now
            )
        ids = [pk for of_reason in unwanted.values() for pk in of_reason]
        addressing.address_open(now=now, alerts=Alert.objects.filter(deliveries__in=ids))


def _facts(digest: Delivery, today: date, now: datetime) -> dict[str, Any]:
    groups: dict[str, list[Line]] = {"late": [], "week": [], "month": [], "later": []}
    nearest: date | None = None
    carried = list(_listed(digest))
    # Nobody answers a flood line by line.
    is_short = len(carried) <= settings.STORM_MESSAGES_PER_HOUR
    for delivery in carried:
        alert = delivery.subject_alert
        line = _line_or_less(delivery, today, now, is_answered=is_short)
        groups[_urgency(alert, today)].append(line)
        if nearest is None and alert.anchor_date >= today:
            nearest = alert.anchor_date
    return {
        "groups": {name: lines for name, lines in groups.items() if lines},
        "count": sum(len(lines) for lines in groups.values()),
        "late": len(groups["late"]),
        "soon": len(groups["week"]),
        "nearest": notices.day_text(nearest),
        "limit": settings.STORM_MESSAGES_PER_HOUR,
        "why": why(digest.destination, sum(len(lines) for lines in groups.values())),
        "is_answered": any(line.offers for lines in groups.values() for line in lines),
        "inbox_url": f"{settings.BASE_URL}{reverse('contracts:inbox')}",
        "preferences_url": unsubscribing.page_for(digest.destination),
        "message_id": digest.dedup_key,
        "language": translation.get_language(),
    }


def why(place: Destination, count: int) -> str:
    """Say why these alerts come together: daily or weekly as chosen, too many at once, or waiting.

    Source: R11.
    """
    rhythm = rhythm_of(place)
    if rhythm != Rhythm.IMMEDIATE:
        return str(rhythm.value)
    return "flood" if count > settings.STORM_MESSAGES_PER_HOUR else "waited"


def _urgency(alert: Alert, today: date) -> str:
    if notices.is_late(alert, today):
        return "late"
    left = alert.anchor_date - today
    return "week" if left <= WEEK else "month" if left <= MONTH else "later"


def _line_or_less(delivery: Delivery, today: date, now: datetime, *, is_answered: bool) -> Line:
    """Return the line of an alert; one that cannot be made must not stop the others."""
    alert = delivery.subject_alert
    try:
        offers = notices.offers_of(delivery, today, now) if is_answered else []
        return _line(alert, today, offers)
    except Exception:
        logger.exception("Alert %s could not be written in full", alert.pk)
        contract = alert.term.contract
        return Line(contract.title, "?", alert.anchor_date.isoformat(), notices.page_of(contract))


def _line(alert: Alert, today: date, offers: Sequence[Offer]) -> Line:
    term, contract = alert.term, alert.term.contract
    said = {
        "day": _day(alert, notices.day_text(alert.anchor_date)),
        "left": _left((alert.anchor_date - today).days, is_late=notices.is_late(alert, today)),
        "stake": notices.money_text(term.annual_value, contract.currency),
    }
    text = _("%(day)s (%(left)s), %(stake)s a year") % said
    if alert.level:
        text = _("%(text)s; escalated: nobody has acted yet") % {"text": text}
    return Line(
        title=contract.title,
        vendor=contract.vendor.name,
        said=text,
        url=notices.page_of(contract),
        offers=offers,
    )


def _day(alert: Alert, day: str) -> str:
    return DAYS[AlertKind(alert.kind)] % {"day": day}


def _left(days: int, *, is_late: bool) -> str:
    if days == 0:
        return _("today")
    if days < 0 and not is_late:
        return ngettext("%d day ago", "%d days ago", -days) % -days
    if days < 0:
        return ngettext("%d day late", "%d days late", -days) % -days
    return ngettext("%d day left", "%d days left", days) % days
