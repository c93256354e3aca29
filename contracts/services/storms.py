"""More messages to one destination than anybody reads in an hour become one: the storm breaker."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet

from contracts.models import Delivery, Destination
from contracts.rules.messages import digest_key
from contracts.rules.vocabulary import DeliveryState

HOUR = timedelta(hours=1)
# While a plan is being addressed its digests are not sent: its later batches join them. A planner
# that dies before it lets them go leaves that to the next one, or to this time.
HOLD = timedelta(minutes=10)
UNSENT = (DeliveryState.PENDING, DeliveryState.LEASED)


def take_turns(place_ids: Iterable[int]) -> None:
    """Let one planner at a time write to these destinations; SQLite's own lock does so already."""
    places = Destination.objects.filter(pk__in=place_ids).order_by("pk")
    list(places.select_for_update(no_key=True).values_list("pk", flat=True))


def gather(place_ids: Iterable[int], *, now: datetime, most: int | None = None) -> int:
    """Let a digest carry what waits for each destination that would get too much within an hour.

    Promise: of the messages about one alert no more than STORM_MESSAGES_PER_HOUR (or `most`) go to
    one destination in any hour, and one digest; each waiting delivery is carried by one digest.
    While a digest has not been claimed, what is new for its destination joins it, but what goes at
    once never waits for one that goes out later than in an hour. What waits for the time that its
    reader chose is gathered too. What is held is left alone. Call it in a transaction, after
    `take_turns`. Returns how many deliveries were put into digests.

    Source: R11.
    """
    limit = settings.STORM_MESSAGES_PER_HOUR if most is None else most
    lately = Q(state__in=UNSENT) | Q(sent_at__gt=now - HOUR)
    single = Delivery.objects.single().filter(destination__in=place_ids, hold=None).order_by()
    flooded = (
        single.filter(lately)
        .values_list("destination", flat=True)
        .annotate(messages=Count("pk"))
        .filter(messages__gt=limit)
    )
    digests = Delivery.objects.digests().filter(_collecting(), destination__in=place_ids).order_by()
    soon = digests.filter(next_at__lte=now + HOUR)
    whole = {*flooded, *soon.values_list("destination", flat=True)}
    later = single.filter(
        _collecting(),
        next_at__gt=now,
        destination__owner__notification_preference__isnull=False,
    )
    chosen = {*digests.values_list("destination", flat=True), *whole}
    chosen |= set(later.values_list("destination", flat=True))
    places = Destination.objects.filter(pk__in=chosen).order_by("pk")
    return sum(_carry(place, now, everything=place.pk in whole) for place in places)


def release(*, now: datetime) -> None:
    """Set the time at which each digest goes out that still takes in more.

    That is when the first of what it carries may go; but one an hour.

    Source: R11.
    """
    # One that waits for longer has its time already.
    near = Delivery.objects.digests().filter(
        _collecting(), next_at__gt=now, next_at__lte=now + HOUR
    )
    for digest in near.order_by("pk"):
        at = max(now, earliest(digest, now=now), _wanted(digest, now))
        if at != digest.next_at:
            Delivery.objects.filter(_collecting(), pk=digest.pk).update(next_at=at, updated_at=now)


def earliest(digest: Delivery, *, now: datetime) -> datetime:
    """Return the first instant at which this digest leaves its receiver an hour after the last one.

    One that is being sent, or tried again, counts too, but holds this one up for an hour only.

    Source: R11.
    """
    others = Delivery.objects.digests().filter(destination=digest.destination_id)
    others = others.exclude(pk=digest.pk)
    sent_at: datetime | None = others.aggregate(last=Max("sent_at"))["last"]
    first = sent_at + HOUR if sent_at else now
    if others.filter(state__in=UNSENT, attempts__gt=0).exists():
        return max(first, digest.created_at + HOUR)
    return first


def _collecting() -> Q:
    return Q(state=DeliveryState.PENDING, attempts=0)


def _wanted(digest: Delivery, now: datetime) -> datetime:
    carried = Delivery.objects.filter(carried_by=digest, state=DeliveryState.PENDING)
    first: datetime | None = carried.aggregate(first=Min("next_at"))["first"]
    return first or now


def _carry(place: Destination, now: datetime, *, everything: bool) -> int:
    """Move what nobody has tried to send yet into the destination's open digest."""
    waiting = Delivery.objects.single().filter(_collecting(), destination=place, hold=None)
    if not everything:
        waiting = waiting.filter(next_at__gt=now)
    if not waiting.exists():
        return 0
    digest = _open_digest(place, now)
    moved = waiting.update(carried_by=digest, updated_at=now)
    carried = Delivery.objects.filter(carried_by=digest)
    digest.dedup_key = digest_key(
        place.public_id,
        _earlier(digest).count(),
        carried.values_list("dedup_key", flat=True),
    )
    digest.save(update_fields=["dedup_key"])
    return moved


def _open_digest(place: Destination, now: datetime) -> Delivery:
    """Return the digest that still takes in more, locked against a sender's claim, or a new one."""
    digests = Delivery.objects.digests().filter(_collecting(), destination=place)
    digest: Delivery | None = digests.select_for_update(of=("self",)).first()
    if digest is None:
        number = Delivery.objects.digests().filter(destination=place).count()
        key = digest_key(place.public_id, number, ())
        digest = Delivery.objects.create(destination=place, dedup_key=key, next_at=now + HOLD)
        Delivery.objects.filter(pk=digest.pk).update(created_at=now, updated_at=now)
        return digest
    digest.next_at = now + HOLD
    digest.save(update_fields=["next_at"])
    return digest


def _earlier(digest: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.digests().filter(destination=digest.destination_id, pk__lt=digest.pk)
