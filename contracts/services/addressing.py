"""From an open alert to its deliveries: one row per destination, found by its key on a second run."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from contracts.models import Alert, Delivery, Destination
from contracts.queries import recipients
from contracts.rules.vocabulary import AlertState, ChannelKind, DeliveryState

BATCH = 2000
# Fixed for ever: the ids it gives must survive a restore, a move and a second installation's copy.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "alerts.saas-tracker")
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


def dedup_key(alert: Alert, destination: Destination) -> uuid.UUID:
    """Return the id of this message: the same from every attempt, every run and every backup.

    `alert.term.contract` must be loaded.

    Source: R11.
    """
    contract, anchor = alert.term.contract.public_id, alert.anchor_date.isoformat()
    name = f"{contract}|{alert.term.seq}|{alert.kind}|{alert.offset_days}|{anchor}"
    return uuid.uuid5(NAMESPACE, f"{name}|{destination.public_id}")


def address_open(*, now: datetime, alert_id: int | None = None) -> Addressed:
    """Give every open alert that reaches nobody a delivery to each recipient of its nearest level.

    A level in which a delivery has failed for good is passed over: the next one is told instead. An
    alert without anybody left is counted and looked at again by the next run. Works in bounded
    batches, one transaction each; with `alert_id` on that alert alone.

    Source: R11.
    """
    total, last = Addressed(), 0
    waiting = _unaddressed() if alert_id is None else _unaddressed().filter(pk=alert_id)
    while batch := list(waiting.filter(pk__gt=last).order_by("pk")[:BATCH]):
        total += _address(batch, now)
        last = batch[-1].pk
    return total


def destinations_of(user_ids: Iterable[int]) -> dict[int, list[Destination]]:
    """Return the active e-mail destinations of each user; one that has none at all gets their address.

    Somebody who switched all of theirs off is left out.

    Source: R11.
    """
    wanted = set(user_ids)
    found: dict[int, list[Destination]] = {user: [] for user in wanted}
    for place in Destination.objects.filter(owner__in=wanted, kind=ChannelKind.EMAIL):
        if place.owner_id is not None:
            found[place.owner_id].append(place)
    bare = [user for user, places in found.items() if not places]
    for user in get_user_model()._default_manager.filter(pk__in=bare):
        found[user.pk].append(_destination_for(user))
    return {user: [p for p in places if p.is_active] for user, places in found.items()}


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
    waiting = Alert.objects.filter(~Exists(alive), state=AlertState.OPEN).exclude(reason="told")
    return waiting.select_related("term__contract")


@transaction.atomic
def _address(alerts: Sequence[Alert], now: datetime) -> Addressed:
    levels = recipients.levels_of({alert.term.contract_id for alert in alerts})
    destinations = destinations_of(
        {u for of_one in levels.values() for level in of_one for u in level}
    )
    failed = _failed(alerts)
    pairs, nobody = [], 0
    for alert in alerts:
        reachable = [
            [place for user in level for place in destinations.get(user, ())]
            for level in levels.get(alert.term.contract_id, [])
        ]
        places = _first_untried(reachable, failed[alert.pk])
        nobody += not places
        pairs += [(alert, place) for place in places]
    return Addressed(_create(pairs, now), nobody)


def _failed(alerts: Sequence[Alert]) -> defaultdict[int, set[int]]:
    """Return for each alert the destinations that it could not reach."""
    rows = Delivery.objects.filter(alert__in=alerts, state=DeliveryState.FAILED)
    failed: defaultdict[int, set[int]] = defaultdict(set)
    for alert, place in rows.values_list("alert_id", "destination_id"):
        failed[alert].add(place)
    return failed


def _first_untried(levels: list[list[Destination]], failed: set[int]) -> list[Destination]:
    for places in levels:
        if places and not any(place.pk in failed for place in places):
            return places
    return []


def _create(pairs: Sequence[tuple[Alert, Destination]], now: datetime) -> int:
    """Insert the deliveries that are missing and revive those that were cancelled."""
    rows = [
        Delivery(alert=alert, destination=place, dedup_key=dedup_key(alert, place), next_at=now)
        for alert, place in pairs
    ]
    known = {"dedup_key__in": [row.dedup_key for row in rows]}
    revived = Delivery.objects.filter(**known, state=DeliveryState.CANCELLED).update(
        state=DeliveryState.PENDING, next_at=now, updated_at=now
    )
    before = Delivery.objects.filter(**known).count()
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    return revived + Delivery.objects.filter(**known).count() - before
