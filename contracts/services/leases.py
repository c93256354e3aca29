"""Who may send a delivery now, and what is written down when they have: the states of one row."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import Alert, Delivery, DeliveryAttempt
from contracts.rules.alerts import MAX_ATTEMPTS
from contracts.rules.vocabulary import AttemptOutcome, DeliveryState
from contracts.services import addressing, failing


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one delivery until `until`; row and lease together are the fence."""

    delivery_id: int
    lease: uuid.UUID
    attempt: int
    until: datetime
    # Of its attempt row: numbers go on where a person had it sent again.
    number: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt, and what state the delivery is in afterwards."""

    attempt: AttemptOutcome
    delivery: DeliveryState
    error: str = ""
    provider_id: str = ""
    is_gone: bool = False
    next_at: datetime | None = None


def claim(*, now: datetime, limit: int) -> list[Claim]:
    """Lease up to `limit` due deliveries and write an attempt for each, before anything is sent.

    What was abandoned is taken over only when nothing else waits, and alone: a message that kills
    its sender must not use up the attempts of others. Its last attempt is noted as uncertain. Any
    number of senders may claim at once: no two get the same row.

    Source: R12.
    """
    again = Delivery.objects.abandoned(now).filter(attempts__lt=MAX_ATTEMPTS)
    return _lease(Delivery.objects.ready(now)[:limit], now) or _lease(again[:1], now)


def _lease(due: QuerySet[Delivery], now: datetime) -> list[Claim]:
    if not due.exists():
        return []
    lease = uuid.uuid4()
    until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    with transaction.atomic():
        rows = due.select_for_update(skip_locked=True)
        claims = [
            Claim(row.pk, lease, row.attempts + 1, until, row.earlier_attempts + row.attempts + 1)
            for row in rows
        ]
        ids = [one.delivery_id for one in claims]
        _end_unfinished(ids, now)
        Delivery.objects.filter(pk__in=ids).update(
            state=DeliveryState.LEASED,
            lease=lease,
            lease_until=until,
            attempts=F("attempts") + 1,
            updated_at=now,
        )
        DeliveryAttempt.objects.bulk_create(_started(one, now) for one in claims)
    return claims


@transaction.atomic
def finish(held: Claim, outcome: Outcome, *, now: datetime) -> bool:
    """Write down what an attempt led to; returns whether the lease was still ours.

    If it was not, the attempt is noted as late and nothing else changes. What a digest carries ends
    with it. A delivery that went astray (failed for good, or its recipient is no longer one) goes
    on to the next level. Its destination's record of failures follows.

    Source: R11.
    """
    ours = Delivery.objects.filter(
        pk=held.delivery_id, lease=held.lease, state=DeliveryState.LEASED
    )
    in_time = ours.update(**_values(outcome, now)) == 1
    _end_attempt(held, outcome.attempt if in_time else AttemptOutcome.LATE, outcome.error, now)
    if in_time:
        _end_carried([held.delivery_id], outcome, now)
        failing.note(
            held.delivery_id, outcome.attempt, outcome.error, is_gone=outcome.is_gone, now=now
        )
        if outcome.delivery in addressing.ASTRAY:
            _pass_on([held.delivery_id], now)
    return in_time


def give_up_abandoned(*, now: datetime) -> int:
    """Mark as failed what was abandoned in its last allowed attempt; returns how many.

    Source: R11.
    """
    abandoned = Delivery.objects.abandoned(now).filter(attempts__gte=MAX_ATTEMPTS)
    if not abandoned.exists():
        return 0
    outcome = Outcome(
        AttemptOutcome.UNCERTAIN, DeliveryState.FAILED, _("Every attempt ended without an answer.")
    )
    with transaction.atomic():
        ids = list(abandoned.select_for_update(skip_locked=True).values_list("pk", flat=True))
        _end_unfinished(ids, now)
        Delivery.objects.filter(pk__in=ids).update(**_values(outcome, now))
        _end_carried(ids, outcome, now)
        _pass_on(ids, now)
    return len(ids)


def _values(outcome: Outcome, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"state": outcome.delivery, "last_error": outcome.error}
    values |= {"lease": None, "lease_until": None, "updated_at": now}
    if outcome.delivery == DeliveryState.SENT:
        values |= {"sent_at": now, "provider_id": outcome.provider_id}
    if outcome.next_at is not None:
        values["next_at"] = outcome.next_at
    return values


def _started(held: Claim, now: datetime) -> DeliveryAttempt:
    return DeliveryAttempt(
        delivery_id=held.delivery_id,
        number=held.number,
        lease=held.lease,
        started_at=now,
        outcome=AttemptOutcome.STARTED.value,
    )


def _end_attempt(held: Claim, outcome: AttemptOutcome, error: str, now: datetime) -> None:
    attempt = DeliveryAttempt.objects.get(delivery=held.delivery_id, number=held.number)
    took = (now - attempt.started_at).total_seconds() * 1000
    attempt.outcome, attempt.error, attempt.finished_at = outcome.value, error, now
    attempt.milliseconds = max(0, round(took))
    attempt.save(update_fields=["outcome", "error", "finished_at", "milliseconds"])


def _end_unfinished(delivery_ids: list[int], now: datetime) -> None:
    unfinished = DeliveryAttempt.objects.filter(
        delivery__in=delivery_ids, outcome=AttemptOutcome.STARTED
    )
    unfinished.update(outcome=AttemptOutcome.UNCERTAIN, finished_at=now)


def _end_carried(delivery_ids: list[int], outcome: Outcome, now: datetime) -> None:
    """Let what a digest carries end as the digest did; while it is tried again, they wait."""
    if outcome.delivery != DeliveryState.PENDING:
        carried = Delivery.objects.filter(carried_by__in=delivery_ids, state=DeliveryState.PENDING)
        carried.update(**_values(outcome, now))


def _pass_on(delivery_ids: list[int], now: datetime) -> None:
    """Let somebody else be told of the alerts that are still open and reach nobody."""
    gone = Q(deliveries__in=delivery_ids) | Q(deliveries__carried_by__in=delivery_ids)
    addressing.address_open(now=now, alerts=Alert.objects.filter(gone))
