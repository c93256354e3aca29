"""What nobody acts on goes further: owner, department's manager, administrators."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from contracts.models import Alert, Delivery, Destination
from contracts.queries import policies, recipients
from contracts.rules.escalation import ONE_DAY, patience
from contracts.rules.vocabulary import AlertState, DeliveryState
from contracts.services import addressing

BATCH = 1000
HEARD = (DeliveryState.SENT, DeliveryState.PENDING, DeliveryState.LEASED)
Said = dict[int, tuple[str, datetime | None]]


@dataclass(frozen=True, slots=True)
class Reach:
    """The destinations of each level of an alert, the nearest level first, and what was sent there.

    `said` holds the state and the instant of sending of each delivery by its destination.
    """

    levels: Sequence[Sequence[Destination]]
    said: Said

    def is_ripe(self, alert: Alert, *, today: date, now: datetime, days: int) -> bool:
        """Say whether its level was told, and either waited long enough or failed for good.

        Source: R9, R11.
        """
        farther = {place.pk for level in self.levels[alert.level :] for place in level}
        nearer = {place.pk for level in self.levels[: alert.level] for place in level}
        # At first whoever was told counts: also one told in place of somebody else.
        counted = farther - nearer if alert.level else set(self.said)
        own = [said for place, said in self.said.items() if place in counted]
        if alert.level and not any(state in HEARD for state, _at in own):
            return True
        told_at = max((at for state, at in own if at and state == DeliveryState.SENT), default=None)
        if told_at is None:
            return False
        since = max(told_at, alert.level_since or told_at)
        return since + patience(alert.anchor_date, today, days) <= now

    def after(self, level: int) -> tuple[int, list[Destination]]:
        """Return the next level that has a destination not told yet, the last one if none has.

        Source: R9.
        """
        known = {place for place, (state, _at) in self.said.items() if state != "cancelled"}
        for number in range(level + 1, len(self.levels)):
            if places := [place for place in self.levels[number] if place.pk not in known]:
                return number, places
        return max(len(self.levels) - 1, level + 1), []


def escalate(*, today: date, now: datetime) -> int:
    """Take open alerts that were sent and found no reaction to the next level of recipients as well.

    Settle first: an open alert that nobody asks for any more would go further too.
    Promise: once per alert and level, whoever runs this and how often; the level is kept in the row.
    A level without anybody new to tell is passed over, and one in which every message failed is not
    waited for. A late alert that repeats an unanswered one goes one level further than that. Works
    in bounded batches, one transaction each. Returns how many alerts went on.

    Source: R9, R11.
    """
    total, last = _carry_on(now), 0
    while ids := list(_waiting(now).filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        total += _escalate(ids, today, now)
        last = ids[-1]
    return total


def _carry_on(now: datetime) -> int:
    """Let late alerts that repeat an unanswered one start one level further than that one got.

    They are not addressed yet: the level says whom to tell.
    """
    total = 0
    while levels := dict(_repeats()[:BATCH]):
        total += _start_further(levels, now)
    return total


def _repeats() -> Any:
    """Return late alerts that were not looked at yet, each with the level that the one before got."""
    before = Alert.objects.filter(
        term=OuterRef("term"),
        kind=OuterRef("kind"),
        anchor_date=OuterRef("anchor_date"),
        offset_days__lt=0,
        offset_days__gt=OuterRef("offset_days"),
        deliveries__state=DeliveryState.SENT,
    )
    level = Subquery(before.order_by("offset_days").values("level")[:1])
    late = Alert.objects.filter(state=AlertState.OPEN, offset_days__lt=0, level_since=None)
    repeats = late.annotate(level_before=level).exclude(level_before=None)
    return repeats.order_by("pk").values_list("pk", "level_before")


@transaction.atomic
def _start_further(levels: Mapping[int, int], now: datetime) -> int:
    alerts = {a.pk: a for a in Alert.objects.filter(pk__in=levels).select_related("term")}
    steps: defaultdict[int, list[int]] = defaultdict(list)
    for pk, reach in _reaches(alerts).items():
        steps[max(min(levels[pk] + 1, len(reach.levels) - 1), 0)].append(pk)
    for level, found in steps.items():
        rows = Alert.objects.filter(pk__in=found)
        rows.update(level=level, level_since=now, updated_at=now)
    return sum(len(found) for level, found in steps.items() if level)


def _waiting(now: datetime) -> QuerySet[Alert]:
    """Return open alerts that were sent a day ago or earlier and whose last level is not reached."""
    sent = Delivery.objects.filter(
        alert=OuterRef("pk"), state=DeliveryState.SENT, sent_at__lte=now - ONE_DAY
    )
    rows = Alert.objects.filter(Exists(sent), state=AlertState.OPEN, created_at__lte=now - ONE_DAY)
    # An annotation keeps contracts without a department: inside the filter its joins would be inner.
    levels = rows.annotate(
        levels=_one_if(Q(term__contract__owner__is_active=True))
        + _one_if(Q(term__contract__department__manager__is_active=True))
        + Value(int(recipients.administrators().exists()))
    )
    return levels.filter(level__lt=F("levels") - 1).order_by("pk")


def _one_if(condition: Q) -> Any:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


@transaction.atomic
def _escalate(ids: Sequence[int], today: date, now: datetime) -> int:
    locked = Alert.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=ids, state=AlertState.OPEN
    )
    alerts = {alert.pk: alert for alert in locked.select_related("term").order_by("pk")}
    patient = policies.escalation_days_of({alert.term.contract_id for alert in alerts.values()})
    steps: defaultdict[int, list[int]] = defaultdict(list)
    places: dict[int, list[Destination]] = {}
    for pk, reach in _reaches(alerts).items():
        alert = alerts[pk]
        days = patient[alert.term.contract_id]
        if reach.is_ripe(alert, today=today, now=now, days=days):
            level, places[pk] = reach.after(alert.level)
            steps[level].append(pk)
    for level, found in steps.items():
        rows = Alert.objects.filter(pk__in=found)
        rows.update(level=level, level_since=now, updated_at=now)
    addressing.tell(places, now=now)
    return sum(map(bool, places.values()))


def _reaches(alerts: Mapping[int, Alert]) -> dict[int, Reach]:
    """Read whom these alerts may go to and what was sent, in a handful of statements."""
    contracts = {alert.term.contract_id for alert in alerts.values()}
    levels = recipients.levels_of(contracts)
    places = addressing.destinations_of(
        {user for each in levels.values() for level in each for user in level}
    )
    said = _said(alerts)
    return {
        pk: Reach(
            [
                [place for user in level for place in places.get(user, ())]
                for level in levels.get(alert.term.contract_id, [])
            ],
            said[pk],
        )
        for pk, alert in alerts.items()
    }


def _said(alert_ids: Iterable[int]) -> defaultdict[int, Said]:
    said: defaultdict[int, Said] = defaultdict(dict)
    rows = Delivery.objects.filter(alert__in=list(alert_ids))
    for alert, place, state, at in rows.values_list("alert", "destination", "state", "sent_at"):
        said[alert][place] = state, at
    return said
