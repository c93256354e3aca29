"""From an open alert to its deliveries: one row per destination, found by its key on a second run."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
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
from contracts.services import alert_sql, holds, storms, timing

BATCH = 2000
ASTRAY = (DeliveryState.CANCELLED, DeliveryState.FAILED)
UNSENT = (DeliveryState.PENDING, DeliveryState.LEASED)


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
    level: int


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
    "level",
)


def dedup_key(alert: Waiting, destination: Destination) -> uuid.UUID:
    """Return the id of this message: the same from every attempt, every run and every backup.

    Source: R11.
    """
    about = f"{alert.contract}|{alert.seq}|{alert.kind}|{alert.offset_days}|{alert.anchor}"
    return uuid.uuid5(NAMESPACE, f"{about}|{destination.public_id}")


def address_open(*, now: datetime, alerts: AlertQuerySet[Alert] | None = None) -> Addressed:
    """Give every open alert that reaches nobody a delivery to each recipient of its nearest level.

    A destination at which a delivery has failed for good is passed over: another one of the same
    level, then the next level is told instead. So is one that could not be reached for an hour when
    the day is near, and one that is marked as failing; their deliveries are still tried. Beside the
    people, destinations of the department, of those above and of the organisation are told. An
    alert without anybody left is counted and looked at again by the next run. What would be too
    much for one destination, and what its reader wants together, goes into a digest; while a hold
    is open nothing of it is sent. Works in bounded batches, one transaction each; with `alerts` on
    those alone, as far as their terms still ask for them.

    Source: R11.
    """
    if alerts is not None:
        asked = alerts.asked_for()
        return _address_all(_unaddressed().filter(pk__in=asked.values("pk")), now)
    timing.rearrange(now=now)
    holds.check_mass(now=now)
    addressed = _address_all(_unaddressed(), now)
    for stuck in _stuck(now):
        addressed += _address_all(stuck, now)
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

    Webhooks and chats are told beside the e-mail, not instead of it. So does one whose e-mail
    destinations all fail: the address of the account is a way of theirs too. Somebody who switched
    all of theirs off is left out.

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
        if (place := _destination_for(user)) not in found[user.pk]:
            found[user.pk].append(place)
    return {user: [p for p in places if p.is_active] for user, places in found.items()}


def _is_mail(place: Destination) -> bool:
    return bool(place.kind == ChannelKind.EMAIL) and (not place.is_active or not place.marked_at)


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
    return Alert.objects.filter(
        ~Exists(_alive(alert=OuterRef("pk"))), state=AlertState.OPEN
    ).exclude(reason="told")


def _alive(**about: Any) -> QuerySet[Delivery]:
    """Return what tells a person of these alerts: sent, or on its way to a place that works."""
    alive = Delivery.objects.filter(**about).exclude(state__in=ASTRAY)
    if shared := list(Destination.objects.shared().values_list("pk", flat=True)):
        alive = alive.exclude(destination__in=shared)
    marked = Destination.objects.exclude(marked_at=None).values_list("pk", flat=True)
    if failing := list(marked):
        alive = alive.exclude(destination__in=failing, state__in=UNSENT)
    return alive


def _stuck(now: datetime) -> Iterator[QuerySet[Alert]]:
    """Yield open alerts about a near day whose every recipient could not be reached for an hour.

    In two steps, some at a time: in one statement a database without statistics compares every
    alert with every delivery.
    """
    stuck = _not_reached(now)
    near = Delivery.objects.filter(
        stuck, alert__state=AlertState.OPEN, alert__anchor_date__lte=now.date() + URGENT
    )
    ids = sorted(set(near.order_by().values_list("alert", flat=True)))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        alive = _alive(alert__in=some).exclude(stuck).order_by()
        heard = set(alive.values_list("alert", flat=True))
        yield Alert.objects.filter(pk__in=[pk for pk in some if pk not in heard])


def _not_reached(now: datetime) -> Q:
    """Match what was tried an hour ago and still waits, by itself or in a digest."""
    tried = Q(attempts__gt=0) | Q(
        carried_by__attempts__gt=0, carried_by__created_at__lte=now - PATIENCE
    )
    return Q(tried, state=DeliveryState.PENDING, created_at__lte=now - PATIENCE)


@transaction.atomic
def _address(alerts: Sequence[Waiting], now: datetime) -> Addressed:
    contracts = {alert.contract_id for alert in alerts}
    levels, shared = recipients.levels_of(contracts), recipients.shared_of(contracts)
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
        beside = shared.get(alert.contract_id, ())
        # What was taken further already, as a late alert by the one before it, goes there at once.
        further = chain(*reachable[1 : alert.level + 1])
        pairs += [(alert, place) for place in dict.fromkeys((*places, *further, *beside))]
    return Addressed(_deliver(pairs, astray.cancelled, now), nobody)


def _deliver(
    pairs: Sequence[tuple[Waiting, Destination]], cancelled: dict[uuid.UUID, int], now: datetime
) -> int:
    told = {place.pk for _alert, place in pairs}
    storms.take_turns(told)
    created = _create(pairs, cancelled, now)
    if not holds.stamp(told, now=now):
        timing.arrange_new(told, now=now)
        storms.gather(told, now=now)
    return created


def _astray(alerts: Sequence[Waiting], now: datetime) -> Astray:
    """Read which deliveries of these alerts went astray, in one statement."""
    rows = Delivery.objects.filter(
        Q(state__in=ASTRAY)
        | _not_reached(now)
        | Q(destination__marked_at__isnull=False, state__in=UNSENT),
        alert_id__gte=alerts[0].pk,
        alert_id__lte=alerts[-1].pk,
    ).values_list("pk", "dedup_key", "alert_id", "destination_id", "state", "is_withdrawn")
    found = Astray(defaultdict(set), {})
    for pk, key, alert, place, state, is_withdrawn in rows:
        if state == DeliveryState.CANCELLED and not is_withdrawn:
            found.cancelled[key] = pk
        else:
            found.failed[alert].add(place)
    return found


def _first_untried(levels: list[list[Destination]], failed: set[int]) -> list[Destination]:
    """Return the nearest level's destinations that work, else the nearest ones that may not."""
    untried = [[place for place in places if place.pk not in failed] for places in levels]
    working = [[place for place in places if not place.marked_at] for places in untried]
    return next((places for places in (*working, *untried) if places), [])


def _create(
    pairs: Sequence[tuple[Waiting, Destination]], cancelled: dict[uuid.UUID, int], now: datetime
) -> int:
    """Insert the deliveries that are missing and revive those that were cancelled."""
    keys = {dedup_key(alert, place): (alert.pk, place.pk) for alert, place in pairs}
    again = [pk for key, pk in cancelled.items() if key in keys]
    revived = Delivery.objects.filter(pk__in=again, state=DeliveryState.CANCELLED).update(
        state=DeliveryState.PENDING, carried_by=None, next_at=now, updated_at=now
    )
    created = alert_sql.insert_deliveries(keys, now)
    if created < len(keys):
        created += _take_over(keys, now)
    return revived + created


def _take_over(keys: Mapping[uuid.UUID, tuple[int, int]], now: datetime) -> int:
    """Give messages that another alert has, whose row was altered, to the alert they are about."""
    taken = 0
    for row in _elsewhere(keys):
        alert, place = keys[row.dedup_key]
        if Delivery.objects.filter(alert=alert, destination=place).exists():
            continue
        row.alert_id, row.updated_at = alert, now
        if row.state == DeliveryState.CANCELLED and not row.is_withdrawn:
            row.state, row.carried_by, row.next_at = DeliveryState.PENDING.value, None, now
        row.save(update_fields=["alert", "state", "carried_by", "next_at", "updated_at"])
        taken += 1
    return taken


def _elsewhere(keys: Mapping[uuid.UUID, tuple[int, int]]) -> Iterator[Delivery]:
    """Yield the deliveries with these message ids that belong to other alerts or destinations."""
    wanted = list(keys)
    for start in range(0, len(wanted), BATCH):
        there = Delivery.objects.filter(dedup_key__in=wanted[start : start + BATCH])
        for row in there.select_for_update(of=("self",)).order_by("pk"):
            if row.alert_id != keys[row.dedup_key][0]:
                yield row
