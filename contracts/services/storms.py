"""More messages to one destination than anybody reads in an hour become one: the storm breaker."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Aggregate, Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery

from contracts.models import Delivery, Destination
from contracts.rules.messages import digest_key
from contracts.rules.vocabulary import DeliveryState

HOUR = timedelta(hours=1)
# While a plan is being addressed its digests are not sent: its later batches join them. A planner
# that dies before it lets them go leaves that to the next one, or to this time.
HOLD = timedelta(minutes=10)
BATCH = 500
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
    return _carry(chosen, whole, now)


def release(*, now: datetime) -> None:
    """Set the time at which each digest goes out that still takes in more.

    That is when the first of what it carries may go; but one an hour: a digest that is being sent,
    or tried again, counts too, but holds another one up for an hour only.

    Source: R11.
    """
    # One that waits for longer has its time already.
    near = Delivery.objects.digests().filter(
        _collecting(), next_at__gt=now, next_at__lte=now + HOUR
    )
    times: defaultdict[datetime, list[int]] = defaultdict(list)
    for digest in _with_times(near):
        at = max(now, _earliest(digest, now), digest.wanted or now)
        if at != digest.next_at:
            times[at].append(digest.pk)
    for at, ids in times.items():
        Delivery.objects.filter(_collecting(), pk__in=ids).update(next_at=at, updated_at=now)


def _with_times(digests: QuerySet[Any]) -> QuerySet[Any]:
    """Add when the last other digest was sent, whether one is being sent, and the first wish."""
    others = (
        Delivery.objects.digests()
        .filter(destination=OuterRef("destination"))
        .exclude(pk=OuterRef("pk"))
        .order_by()
    )
    carried = Delivery.objects.filter(carried_by=OuterRef("pk"), state=DeliveryState.PENDING)
    timed: QuerySet[Any] = digests.order_by("pk").annotate(
        last=Subquery(_one_of(others, "destination", Max("sent_at"))),
        is_tried=Exists(others.filter(state__in=UNSENT, attempts__gt=0)),
        wanted=Subquery(_one_of(carried.order_by(), "carried_by", Min("next_at"))),
    )
    return timed


def _one_of(rows: QuerySet[Any], column: str, aggregate: Aggregate) -> QuerySet[Any]:
    grouped: QuerySet[Any] = rows.values(column).annotate(value=aggregate)
    return grouped.values("value")


def _earliest(digest: Any, now: datetime) -> datetime:
    """Return the first instant at which this digest leaves its receiver an hour after the last."""
    first: datetime = digest.last + HOUR if digest.last else now
    return max(first, digest.created_at + HOUR) if digest.is_tried else first


def _collecting() -> Q:
    return Q(state=DeliveryState.PENDING, attempts=0)


def _carry(chosen: set[int], whole: set[int], now: datetime) -> int:
    """Move what nobody has tried to send yet into the open digests of their destinations."""
    waiting = (
        Delivery.objects.single()
        .filter(_collecting(), destination__in=chosen, hold=None)
        .filter(Q(destination__in=whole) | Q(next_at__gt=now))
        .order_by()
    )
    places = set(waiting.values_list("destination", flat=True).distinct())
    if not places:
        return 0
    digests = _open_digests(places, now)
    own = Delivery.objects.digests().filter(_collecting(), destination=OuterRef("destination"))
    moved = waiting.filter(destination__in=places).update(
        carried_by=Subquery(own.order_by().values("pk")[:1]), updated_at=now
    )
    _name(digests)
    return moved


def _open_digests(places: set[int], now: datetime) -> list[int]:
    """Return the digests that still take in more, locked against a sender's claim, or new ones."""
    digests = Delivery.objects.digests().filter(_collecting(), destination__in=places)
    locked = digests.order_by("pk").select_for_update(of=("self",))
    found = dict(locked.values_list("pk", "destination"))
    digests.filter(pk__in=found).update(next_at=now + HOLD)
    missing = Destination.objects.filter(pk__in=places - set(found.values())).order_by("pk")
    sent = Delivery.objects.digests().filter(destination=OuterRef("pk")).order_by()
    numbered = missing.annotate(number=Subquery(_one_of(sent, "destination", Count("pk"))))
    new = Delivery.objects.bulk_create(
        Delivery(
            destination_id=pk, dedup_key=digest_key(public, number or 0, ()), next_at=now + HOLD
        )
        for pk, public, number in numbered.values_list("pk", "public_id", "number")
    )
    created = [digest.pk for digest in new]
    Delivery.objects.filter(pk__in=created).update(created_at=now, updated_at=now)
    return [*found, *created]


def _name(digest_ids: Iterable[int]) -> None:
    """Give each of these digests the id that follows from what it carries."""
    earlier = Delivery.objects.digests().filter(
        destination=OuterRef("destination"), pk__lt=OuterRef("pk")
    )
    number = Subquery(_one_of(earlier.order_by(), "destination", Count("pk")))
    digests: QuerySet[Any] = Delivery.objects.filter(pk__in=list(digest_ids))
    named = list(digests.annotate(number=number).select_related("destination").order_by("pk"))
    keys: defaultdict[int | None, list[uuid.UUID]] = defaultdict(list)
    carried = Delivery.objects.filter(carried_by__in=named).order_by()
    for row in carried.values_list("carried_by", "dedup_key", named=True):
        keys[row.carried_by].append(row.dedup_key)
    for digest in named:
        public, count = digest.destination.public_id, digest.number or 0
        digest.dedup_key = digest_key(public, count, keys[digest.pk])
    Delivery.objects.bulk_update(named, ["dedup_key"], batch_size=BATCH)
