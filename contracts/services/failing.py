"""Destinations that do not work: noted by each attempt, marked, passed over, and cleared by a success."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from contracts.models import Alert, Delivery, Destination
from contracts.rules.vocabulary import AttemptOutcome, ChannelKind, DeliveryState
from contracts.services import addressing

# So many messages given up in a row, or no success for so long since the first failure.
MOST_FAILURES = 3
LONGEST = timedelta(days=1)
UNSUCCESSFUL = (AttemptOutcome.TEMPORARY, AttemptOutcome.PERMANENT)


def note(
    delivery_id: int,
    outcome: AttemptOutcome,
    error: str,
    *,
    now: datetime,
    is_gone: bool = False,
) -> None:
    """Count an attempt for or against its destination, and mark it where that is one too many.

    A mark passes the destination over: what waits for it goes another way at once, the keeper is
    told by the next run of the sender. An address that is gone is switched off as well. What a mail
    server says for the moment is not held against the mailbox behind it. Call it after the outcome
    was written, in its transaction.

    Source: R11.
    """
    place = Destination.objects.get(deliveries=delivery_id)
    if outcome == AttemptOutcome.OK:
        clear(place)
    elif outcome in UNSUCCESSFUL:
        given_up = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.FAILED).exists()
        if given_up or place.kind != ChannelKind.EMAIL:
            _count(place, error, now, given_up=given_up, is_gone=is_gone)


def clear(place: Destination) -> None:
    """Forget the failures of a destination that works; nothing is written where there are none.

    Source: R11.
    """
    if place.failing_since:
        Destination.objects.filter(pk=place.pk).update(
            failing_since=None, failures=0, marked_at=None, told_at=None, last_failure=""
        )


def _count(place: Destination, error: str, now: datetime, *, given_up: bool, is_gone: bool) -> None:
    place = Destination.objects.select_for_update(no_key=True).get(pk=place.pk)
    since = place.failing_since or now
    failures = place.failures + given_up
    broken = is_gone or failures >= MOST_FAILURES or since <= now - LONGEST
    is_new = broken and place.marked_at is None
    Destination.objects.filter(pk=place.pk).update(
        failing_since=since,
        failures=failures,
        marked_at=place.marked_at or (now if broken else None),
        last_failure=error[:500],
    )
    if is_gone and place.is_active:
        place.refresh_from_db()
        _switch_off(place)
    if is_new:
        _pass_on(place, now)


def _switch_off(place: Destination) -> None:
    """Without the checks of a form: nothing may keep the outcome of an attempt from being written."""
    place.is_active, place.version = False, place.version + 1
    reason = _("It answered that it is gone.")
    bulk_update_with_history(
        [place], Destination, ["is_active", "version"], default_change_reason=reason
    )


def _pass_on(place: Destination, now: datetime) -> None:
    """Let others be told of what waits for this destination."""
    unsent = (DeliveryState.PENDING, DeliveryState.LEASED)
    waiting = Q(deliveries__destination=place, deliveries__state__in=unsent)
    addressing.address_open(now=now, alerts=Alert.objects.filter(waiting))
