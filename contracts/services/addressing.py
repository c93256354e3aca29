"""From an open alert to its deliveries: one row per destination, found by its key on a second run."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from contracts.models import Alert, Delivery, Destination
from contracts.queries import recipients
from contracts.querysets.alerts import AlertQuerySet
from contracts.rules.alerts import PATIENCE, URGENT
from contracts.rules.messages import NAMESPACE
from contracts.rules.vocabulary import AlertState, ChannelKind, DeliveryState
from contracts.services import alert_sql, storms

BATCH = 2000
ASTRAY = (DeliveryState.CANCELLED, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class Addressed:
    """How many deliveries were created, and how many open alerts have nobody to go to."""

    created: int = 0
    without_recipient: int = 0

    def __add__(self, other: "Addressed") -> "Addressed":
        """Add two batches."""
        return Addressed(
            self.created + other.created, self.without_recipient + other.without_recipient
        )


class Waiting(NamedTuple):
    """An open alert that reaches nobody, as one statement reads thousands of them."""

    pk: int
    contract_id: int
    contract: uuid.UUID
    seq: int
    kind: str
    offset_days: int
    anchor: date


class Astray(NamedTuple):
    """Destinations that failed, by alert, and cancelled deliveries by their message id."""

    failed: defaultdict[int, set[int]]
    cancelled: dict[uuid.UUID, int]


WAITING_COLUMNS = (
    "pk",
    "term__contract_id",
    "term__contract__public_id",
    "term__seq",
    "kind",
    "offset_days",
    "anchor_date",
)


def dedup_key(alert: Waiting, destination: Destination) -> uuid.UUID:
    """Return the id of this message: the same from every attempt, every run and every backup.

    Source: R11.
    """
    about = f"{alert.contract}|{alert.seq}|{alert.kind}|{alert.offset_days}|{alert.anchor}"
    return uuid.uuid5(NAMESPACE, f"{about}|{destination.public_id}")


def address_open(*, now: datetime, alerts: AlertQuerySet[Alert] | None = None) -> Addressed:
    """Give every open alert that reaches nobody a delivery to each recipient of its nearest level.

    A level in which a delivery has failed for good is passed over: the next one is told instead. So
    is one that could not be reached for an hour when the day is near; its delivery is still tried.
    An alert without anybody left is counted and looked at again by the next run. What would be too
    much for one destination goes into a digest. Works in bounded batches, one transaction each;
    with `alerts` on those alone, as far as their terms still ask for them.

    Source: R11.
    """
    if alerts is not None:
        asked = alerts.asked_for()
        return _address_all(_unaddressed().filter(pk__in=asked.values("pk")), now)
    addressed = _address_all(_unaddressed(), now) + _address_all(_stuck(now), now)
    storms.release(now=now)
    return addressed


def _address_all(waiting: QuerySet[Alert], now: datetime) -> Addressed:
    total, last = Addressed(), 0
    while rows := waiting.filter(pk__gt=last).order_by("pk").values_list(*WAITING_COLUMNS)[:BATCH]:
        batch = [Waiting(*row) for row in rows]
        total += _address(batch, now)
        last = batch[-1].pk
    return total


def tell(places: Mapping[int, Sequence[Destination]], *, now: datetime) -> int:
    """Give these alerts a delivery to these destinations too; call it in a transaction.

    What would be too much for one destination goes into a digest. Returns how many were not there.

    Source: R11.
    """
    rows = Alert.objects.filter(pk__in=list(places)).order_by("pk").values_list(*WAITING_COLUMNS)
    alerts = [Waiting(*row) for row in rows]
    if not alerts:
        return 0
    pairs = [(alert, place) for alert in alerts for place in places[alert.pk]]
    return _deliver(pairs, _astray(alerts, now).cancelled, now)


def destinations_of(user_ids: Iterable[int]) -> dict[int, list[Destination]]:
    """Return the active destinations of each user; one without any e-mail gets their address.

    Webhooks and chats are told beside the e-mail, not instead of it. Somebody who switched all of
    theirs off is left out.

    Source: R11.
    """
    wanted = set(user_ids)
    found: dict[int, list[Destination]] = {user: [] for user in wanted}
    for place in Destination.objects.filter(owner__in=wanted):
        if place.owner_id is not None:
            found[place.owner_id].append(place)
    by_mail = {user for user, places in found.items() if any(map(_is_mail, places))}
    bare = wanted - by_mail
    for user in get_user_model()._default_manager.filter(pk__in=bare):
        found[user.pk].append(_destination_for(user))
    return {user: [p for p in places if p.is_active] for user, places in found.items()}


def _is_mail(place: Destination) -> bool:
    return bool(place.kind == ChannelKind.EMAIL)


def _destination_for(user: Any) -> Destination:
    public_id = uuid.uuid5(NAMESPACE, f"{ChannelKind.EMAIL}|{user.email.lower()}")
    place, _created = Destination.objects.get_or_create(
        kind=ChannelKind.EMAIL.value,
        address=user.email,
        defaults={"owner": user, "public_id": public_id},
    )
    return place


def _unaddressed() -> QuerySet[Alert]:
    """Return open alerts that nobody has been or will be told about."""
    alive = Delivery.objects.filter(alert=OuterRef("pk")).exclude(state__in=ASTRAY)
    return Alert.objects.filter(~Exists(alive), state=AlertState.OPEN).exclude(reason="told")


def _stuck(now: datetime) -> QuerySet[Alert]:
    """Return open alerts about a near day whose every recipient could not be reached for an hour."""
    alive = Delivery.objects.filter(alert=OuterRef("pk")).exclude(state__in=ASTRAY)
    stuck = _not_reached(now)
    near = Alert.objects.filter(
        state=AlertState.OPEN,
        anchor_date__lte=now.date() + URGENT,
        pk__in=Delivery.objects.filter(stuck).values("alert"),
    )
    return near.filter(~Exists(alive.exclude(stuck)))


def _not_reached(now: datetime) -> Q:
    """Match what was tried an hour ago and still waits, by itself or in a digest."""
    tried = Q(attempts__gt=0) | Q(
        carried_by__attempts__gt=0, carried_by__created_at__lte=now - PATIENCE
    )
    return Q(tried, state=DeliveryState.PENDING, created_at__lte=now - PATIENCE)


@transaction.atomic
def _address(alerts: Sequence[Waiting], now: datetime) -> Addressed:
    levels = recipients.levels_of({alert.contract_id for alert in alerts})
    destinations = destinations_of(
        {u for of_one in levels.values() for level in of_one for u in level}
    )
    astray = _astray(alerts, now)
    pairs, nobody = [], 0
    for alert in alerts:
        reachable = [
            [place for user in level for place in destinations.get(user, ())]
            for level in levels.get(alert.contract_id, [])
        ]
        places = _first_untried(reachable, astray.failed[alert.pk])
        nobody += not places
        pairs += [(alert, place) for place in places]
    return Addressed(_deliver(pairs, astray.cancelled, now), nobody)


def _deliver(
    pairs: Sequence[tuple[Waiting, Destination]], cancelled: dict[uuid.UUID, int], now: datetime
) -> int:
    told = {place.pk for _alert, place in pairs}
    storms.take_turns(told)
    created = _create(pairs, cancelled, now)
    storms.gather(told, now=now)
    return created


def _astray(alerts: Sequence[Waiting], now: datetime) -> Astray:
    """Read which deliveries of these alerts went astray, in one statement."""
    rows = Delivery.objects.filter(
        Q(state__in=ASTRAY) | _not_reached(now),
        alert_id__gte=alerts[0].pk,
        alert_id__lte=alerts[-1].pk,
    ).values_list("pk", "dedup_key", "alert_id", "destination_id", "state")
    found = Astray(defaultdict(set), {})
    for pk, key, alert, place, state in rows:
        if state == DeliveryState.CANCELLED:
            found.cancelled[key] = pk
        else:
            found.failed[alert].add(place)
    return found


def _first_untried(levels: list[list[Destination]], failed: set[int]) -> list[Destination]:
    for places in levels:
        if places and not any(place.pk in failed for place in places):
            return places
    return []


def _create(
    pairs: Sequence[tuple[Waiting, Destination]], cancelled: dict[uuid.UUID, int], now: datetime
) -> int:
    """Insert the deliveries that are missing and revive those that were cancelled."""
    keys = {dedup_key(alert, place): (alert.pk, place.pk) for alert, place in pairs}
    again = [pk for key, pk in cancelled.items() if key in keys]
    revived = Delivery.objects.filter(pk__in=again, state=DeliveryState.CANCELLED).update(
        state=DeliveryState.PENDING, carried_by=None, next_at=now, updated_at=now
    )
    return revived + alert_sql.insert_deliveries(keys, now)
