"""A plan that nobody expected is recorded and waits for an administrator before it is sent."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from contracts.models import Alert, Delivery, Heartbeat, Hold, Term
from contracts.rules.clock import Jump, is_mass, jump
from contracts.rules.vocabulary import AlertState, DeliveryState, HoldReason
from contracts.services import storms, timing

# An answer is waited for so long; then what is held goes out as digests.
PATIENCE = timedelta(minutes=30)
JOBS = ("plan", "pump")


def open_hold() -> Hold | None:
    """Return the hold that nobody has let go yet.

    Source: R11.
    """
    found: Hold | None = Hold.objects.filter(released_at=None).first()
    return found


@transaction.atomic
def watch(*, today: date, now: datetime) -> Jump:
    """Compare the day with that of the last plan or pump, and open a hold where it jumped.

    An outage holds what is planned after it for 30 minutes. A day that nothing explains stops
    planning and sending until it is back or somebody consents. Without any earlier run, on a new
    installation, there is nothing to compare with and nothing is held. Repeating it changes nothing.

    Source: R11, R12.
    """
    hold = _locked()
    before = (hold and _day_before(hold, now)) or _last_day()
    verdict = jump(before, today) if before else Jump.NONE
    if verdict == Jump.NONE:
        return verdict
    known = hold is not None and hold.before is not None
    patient = hold is not None and hold.releases_at is not None
    if not known or patient != (verdict == Jump.OUTAGE):
        releases_at = now + PATIENCE if verdict == Jump.OUTAGE else None
        values = {"reason": HoldReason.CLOCK.value, "before": before, "since": now}
        values |= {"today": today, "releases_at": releases_at, "told_at": None}
        Hold.objects.update_or_create(released_at=None, defaults=values)
    return verdict


@transaction.atomic
def check_mass(*, now: datetime) -> Hold | None:
    """Open a hold if the plan made at `now` opened too many alerts, or count them into the open one.

    Source: R11.
    """
    opened = Alert.objects.filter(state=AlertState.OPEN, updated_at=now).count()
    hold = _locked()
    if hold is not None:
        if opened:
            hold.alerts += opened
            hold.save(update_fields=["alerts"])
        return hold
    if not is_mass(opened, 0) or _is_expected(now):
        return None
    if not is_mass(opened, Term.objects.open().count()):
        return None
    return Hold.objects.create(
        reason=HoldReason.MASS.value,
        since=now,
        today=now.astimezone(timezone.get_current_timezone()).date(),
        alerts=opened,
        releases_at=now + PATIENCE,
    )


def stamp(place_ids: Iterable[int], *, now: datetime) -> bool:
    """Keep what was planned at `now` for these destinations from being sent while a hold is open.

    Source: R11.
    """
    hold = open_hold()
    if hold is None:
        return False
    fresh = Delivery.objects.single().filter(
        state=DeliveryState.PENDING, attempts=0, next_at=now, destination__in=place_ids
    )
    fresh.update(hold=hold)
    return True


@transaction.atomic
def release(hold: Hold, *, today: date, now: datetime, by: Any = None) -> int:
    """Let go what a hold kept back; returns how many messages.

    By somebody: each on its own, as far as the storm breaker allows. By itself: as one digest to
    each destination. The day of the last run is `today` from now on. A second call does nothing.

    Source: R11.
    """
    open_one = Hold.objects.filter(pk=hold.pk, released_at=None)
    if not open_one.update(released_at=now, released_by=by):
        return 0
    Heartbeat.objects.filter(job__in=JOBS).update(today=today)
    return _let_go(hold.pk, now=now, most=None if by else 1)


@transaction.atomic
def release_due(*, today: date, now: datetime) -> int:
    """Let go a hold whose time is over; returns how many messages.

    So is what a planner put into a hold just when somebody released it: nobody else would find it.

    Source: R11.
    """
    hold = Hold.objects.filter(released_at=None, releases_at__lte=now).first()
    released = release(hold, today=today, now=now) if hold else 0
    held = Delivery.objects.filter(hold=OuterRef("pk"), state=DeliveryState.PENDING)
    over = Hold.objects.filter(Exists(held)).exclude(released_at=None)
    return released + sum(_let_go(pk, now=now, most=1) for pk in over.values_list("pk", flat=True))


def _let_go(hold_id: int, *, now: datetime, most: int | None) -> int:
    held = Delivery.objects.filter(hold=hold_id, state=DeliveryState.PENDING)
    places = set(held.order_by().values_list("destination", flat=True))
    storms.take_turns(places)
    count: int = held.update(hold=None, next_at=now, updated_at=now)
    Delivery.objects.filter(hold=hold_id).update(hold=None)
    timing.arrange_new(places, now=now)
    storms.gather(places, now=now, most=most)
    storms.release(now=now)
    return count


def _day_before(hold: Hold, now: datetime) -> date | None:
    """Return the day to judge by: the one before the jump, until the hold's time is over."""
    is_over = hold.releases_at is not None and hold.releases_at <= now
    return hold.today if hold.before and is_over else hold.before


def _is_expected(now: datetime) -> bool:
    """Say whether this is the first plan of all, or somebody has just said that the day is right."""
    consented = Hold.objects.filter(before__isnull=False, released_by__isnull=False)
    if consented.filter(released_at__gt=now - PATIENCE).exists():
        return True
    return not Heartbeat.objects.filter(job="plan").exists()


def _locked() -> Hold | None:
    found: Hold | None = Hold.objects.select_for_update().filter(released_at=None).first()
    return found


def _last_day() -> date | None:
    found: date | None = Heartbeat.objects.filter(job__in=JOBS).aggregate(day=Max("today"))["day"]
    return found
