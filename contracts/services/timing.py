"""When each waiting message may go out, as its reader chose."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from contracts.models import Delivery, Destination, NotificationPreference
from contracts.queries.readers import zone_of
from contracts.rules.rhythm import send_at
from contracts.rules.vocabulary import ChannelKind, DeliveryState, Rhythm
from contracts.services import storms

READ = ("alert", "destination__owner__notification_preference")


def arrange(waiting: QuerySet[Any], *, now: datetime) -> None:
    """Set the time of these messages about one alert each, where their reader has preferences.

    Promise: no message is timed later than the day on which it becomes urgent; what is urgent by
    its day, or was escalated, goes at once. Signed webhooks have programs for readers and go at
    once. A call repeated within the same minute changes nothing.

    Source: R11, R13.
    """
    failed = Delivery.objects.filter(alert=OuterRef("alert"), state=DeliveryState.FAILED)
    rows = (
        waiting.filter(destination__owner__notification_preference__isnull=False)
        .exclude(destination__kind=ChannelKind.WEBHOOK)
        .annotate(is_passed_on=Exists(failed))
        .select_related(*READ)
    )
    times: defaultdict[datetime, list[int]] = defaultdict(list)
    for row in rows:
        at = _time_of(row, now)
        if at != row.next_at and max(at, row.next_at) > now:
            times[at].append(row.pk)
    for at, ids in times.items():
        Delivery.objects.filter(pk__in=ids).update(next_at=at)


def rhythm_of(place: Destination) -> Rhythm:
    """Return how often messages to this destination are wanted; immediately by who chose nothing.

    Source: R11.
    """
    chosen = getattr(place.owner, "notification_preference", None)
    if chosen is None or place.kind == ChannelKind.WEBHOOK:
        return Rhythm.IMMEDIATE
    return Rhythm(chosen.rhythm)


def arrange_new(place_ids: Iterable[int], *, now: datetime) -> None:
    """Set the time of what was planned at `now` for these destinations.

    Source: R11, R13.
    """
    fresh = Delivery.objects.single().filter(
        state=DeliveryState.PENDING, attempts=0, next_at=now, destination__in=place_ids
    )
    arrange(fresh, now=now)


def rearrange(*, now: datetime) -> int:
    """Time anew what waits for people who changed their preferences; returns how many people.

    What was gathered for a digest stays in it; the digest goes when the first of it may.

    Source: R11.
    """
    changed = list(NotificationPreference.objects.exclude(applied_version=F("version")))
    for preference in changed:
        _apply(preference, now)
    return len(changed)


@transaction.atomic
def _apply(preference: NotificationPreference, now: datetime) -> None:
    owned = Destination.objects.filter(owner=preference.user_id)
    places = list(owned.order_by("pk").values_list("pk", flat=True))
    storms.take_turns(places)
    untried = Delivery.objects.filter(
        destination__in=places, state=DeliveryState.PENDING, attempts=0
    )
    arrange(untried.filter(alert__isnull=False), now=now)
    storms.gather(places, now=now)
    # The end of this plan run finds out when they go.
    untried.filter(alert=None, next_at__gt=now).update(next_at=now + storms.HOLD)
    same = NotificationPreference.objects.filter(pk=preference.pk, version=preference.version)
    same.update(applied_version=preference.version)


def _time_of(row: Any, now: datetime) -> datetime:
    owner = row.destination.owner
    urgent = row.is_passed_on or row.alert.level > 0
    local = now.astimezone(zone_of(owner))
    at = send_at(owner.notification_preference.timing, row.alert.anchor_date, local, urgent=urgent)
    return now if at == local else at
