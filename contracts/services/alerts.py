"""What must be said, to whom: alerts are raised, settled and acknowledged here and nowhere else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Window
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from contracts.models import Alert, Delivery
from contracts.rules.alerts import ENDED_REACH
from contracts.rules.occasions import OCCASIONS
from contracts.rules.vocabulary import AlertState, DeliveryState
from contracts.services import addressing, alert_sql, escalation
from contracts.services.planning import plan_of

BATCH = 5000


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What one plan run changed; all zeros when it found everything in place."""

    raised: int
    settled: int
    addressed: int
    without_recipient: int
    escalated: int = 0


@dataclass(frozen=True, slots=True)
class Raised:
    """How many alerts one plan raised, and how many it set aside."""

    raised: int
    settled: int


def raise_due(*, today: date, now: datetime) -> PlanSummary:
    """Record every alert that is due on `today` and a delivery to each of its recipients.

    Promise: one alert per term, kind, offset and anchor day, whoever runs this and how often; what
    an outage left out is found by the next run. `today` is the organisation's day, `now` the instant.

    Source: R9, R10, R11, R13.
    """
    found = raise_alerts(today=today, now=now)
    escalated = escalation.escalate(today=today, now=now)
    addressed = addressing.address_open(now=now)
    told = (addressed.created, addressed.without_recipient, escalated)
    return PlanSummary(found.raised, found.settled, *told)


@transaction.atomic
def raise_alerts(*, today: date, now: datetime) -> Raised:
    """Record every alert that is due on `today`, and set aside what is not any more; tell nobody.

    Source: R9, R10, R11, R13.
    """
    alert_sql.take_turns()
    plan = plan_of(today)
    settled = settle(now=now) + _let_pass(today, now)
    raised = _wake(today, now)
    raised += alert_sql.raise_planned(plan, ended_from=today - ENDED_REACH, now=now)
    return Raised(raised, settled + _supersede_farther(now))


@transaction.atomic
def settle(*, now: datetime, contract_ids: Iterable[int] | None = None) -> int:
    """Set aside alerts that nobody asks for any more, and cancel what was not sent.

    Their day moved: superseded. It was decided, or the day is gone: resolved. What rests is set
    aside in the same way. Without ids every contract is looked at. Returns how many alerts were set
    aside; a second call sets none aside.

    Source: R11.
    """
    named = Q() if contract_ids is None else Q(term__contract_id__in=list(contract_ids))
    settled = 0
    for state in (AlertState.OPEN, AlertState.SNOOZED):
        alerts = Alert.objects.filter(named, state=state).idle()
        for stale in _batches(alerts):
            decided = Alert.objects.filter(pk__in=stale).decided()
            settled += _set_aside(decided, AlertState.RESOLVED, "decided", now)
            moved = Alert.objects.filter(pk__in=stale)
            settled += _set_aside(moved, AlertState.SUPERSEDED, "moved", now)
            _cancel_unsent(stale, now)
    return settled


@transaction.atomic
def acknowledge(alert_ids: Iterable[int], *, by: Any, now: datetime) -> int:
    """Record that `by` has seen these open alerts; nothing more is sent about them.

    The next alert of the same term still comes: an acknowledgement is not a decision. Returns how
    many were open; repeating it changes nothing.

    Source: R9.
    """
    alerts = list(
        Alert.objects.select_for_update().filter(pk__in=list(alert_ids), state=AlertState.OPEN)
    )
    for alert in alerts:
        alert.state = AlertState.ACKNOWLEDGED.value
        alert.acknowledged_by, alert.acknowledged_at = by, now
    changed = ["state", "acknowledged_by", "acknowledged_at"]
    bulk_update_with_history(alerts, Alert, changed, default_user=by, default_date=now)
    _cancel_unsent([alert.pk for alert in alerts], now)
    return len(alerts)


@transaction.atomic
def snooze(alert_ids: Iterable[int], *, until: date, by: Any, today: date, now: datetime) -> int:
    """Let these open alerts rest until a day; on it the planner raises the matter again.

    Promise: never past the anchor day, so that an alert about a day that passed never rests. Raises
    ValidationError if `until` is not after `today`, is after the anchor of one of them, or is the
    very day that an alert sent before is for; nothing is changed then. What was not sent yet is
    cancelled. Returns how many were open; repeating it changes nothing.

    Source: R9.
    """
    alerts = list(
        Alert.objects.select_for_update().filter(pk__in=list(alert_ids), state=AlertState.OPEN)
    )
    first = min((alert.anchor_date for alert in alerts), default=until)
    if until <= today:
        raise ValidationError(_("Choose a day after today."), code="snooze_not_ahead")
    if until > first:
        text = _("An alert never rests past the day it is about: %(day)s at the latest.")
        raise ValidationError(text, code="snooze_past_anchor", params={"day": date_format(first)})
    if _said_for(until, alerts):
        text = _("The alert for that day went out already: choose another day.")
        raise ValidationError(text, code="snooze_said")
    for alert in alerts:
        alert.state, alert.snoozed_until = AlertState.SNOOZED.value, until
    changed = ["state", "snoozed_until"]
    bulk_update_with_history(alerts, Alert, changed, default_user=by, default_date=now)
    _cancel_unsent([alert.pk for alert in alerts], now)
    return len(alerts)


def _said_for(until: date, alerts: Iterable[Alert]) -> bool:
    """Say whether one of these would come back as an alert that is there, and not set aside."""
    back = Q(pk=None)
    for alert in alerts:
        days = (alert.anchor_date - until).days
        back |= Q(
            term=alert.term_id, kind=alert.kind, anchor_date=alert.anchor_date, offset_days=days
        )
    told = Delivery.objects.filter(alert=OuterRef("pk")).exclude(state=DeliveryState.CANCELLED)
    there = ~Q(state=AlertState.SUPERSEDED) | Exists(told)
    return bool(Alert.objects.filter(back).filter(there).exists())


@transaction.atomic
def take_back(*, today: date, since: datetime, now: datetime) -> int:
    """Undo what was planned from `since` on for days that `today` shows have not come.

    What made way for it is open again; on its day it is raised again. Returns how many alerts were
    taken back.

    Source: R11.
    """
    early = Alert.objects.filter(state=AlertState.OPEN, due_on__gt=today, updated_at__gte=since)
    taken = 0
    for ids in _batches(early):
        taken += _set_aside(Alert.objects.filter(pk__in=ids), AlertState.SUPERSEDED, "moved", now)
        _cancel_unsent(ids, now)
    aside = Alert.objects.filter(
        state=AlertState.SUPERSEDED, reason="nearer", updated_at__gte=since, due_on__lte=today
    )
    aside.update(state=AlertState.OPEN, reason="", updated_at=now)
    return taken


@transaction.atomic
def wake(alert_ids: Iterable[int], *, by: Any, now: datetime) -> int:
    """Open these resting alerts again before their day.

    Nobody gets a second copy of what was sent; what was cancelled unsent goes out after all. Returns
    how many rested; repeating it changes nothing.

    Source: R9.
    """
    resting = Alert.objects.select_for_update().filter(pk__in=list(alert_ids))
    alerts = list(resting.filter(state=AlertState.SNOOZED))
    for alert in alerts:
        alert.state, alert.snoozed_until = AlertState.OPEN.value, None
        alert.level_since = now
    changed = ["state", "snoozed_until", "level_since"]
    bulk_update_with_history(alerts, Alert, changed, default_user=by, default_date=now)
    return len(alerts)


def _wake(today: date, now: datetime) -> int:
    """Raise again what rested until today: an alert of its own, so that it is told anew."""
    over = Q(snoozed_until__lte=today) | Q(anchor_date__lte=today)
    rested = list(Alert.objects.filter(over, state=AlertState.SNOOZED))
    Alert.objects.bulk_create(
        [_woken(alert) for alert in rested],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["term", "kind", "offset_days", "anchor_date"],
        update_fields=["state", "reason", "updated_at"],
    )
    for start in range(0, len(rested), BATCH):
        ids = [alert.pk for alert in rested[start : start + BATCH]]
        _set_aside(Alert.objects.filter(pk__in=ids), AlertState.SUPERSEDED, "nearer", now)
    return len(rested)


def _woken(alert: Alert) -> Alert:
    back_on = min(alert.snoozed_until or alert.anchor_date, alert.anchor_date)
    return Alert(
        term_id=alert.term_id,
        kind=alert.kind,
        anchor_date=alert.anchor_date,
        offset_days=(alert.anchor_date - back_on).days,
        due_on=back_on,
    )


def _let_pass(today: date, now: datetime) -> int:
    """End alerts about days that passed and asked nobody to act."""
    gone = Q(pk=None)
    for kind, occasion in OCCASIONS.items():
        if not occasion.repeats:
            gone |= Q(kind=kind, anchor_date__lt=today - occasion.reach)
    passed = 0
    for ids in _batches(Alert.objects.filter(gone, state=AlertState.OPEN)):
        alerts = Alert.objects.filter(pk__in=ids)
        passed += _set_aside(alerts, AlertState.RESOLVED, "passed", now)
        _cancel_unsent(ids, now)
    return passed


def _supersede_farther(now: datetime) -> int:
    """Make way for the alert that is the nearest now; of one anchor day only one is open."""
    # One look at all: joined with itself, a table that has just grown by thousands took minutes.
    nearest = Window(Min("offset_days"), partition_by=["term", "kind", "anchor_date"])
    standing = Alert.objects.filter(state=AlertState.OPEN).annotate(nearest=nearest)
    superseded = 0
    for ids in _batches(standing.filter(offset_days__gt=F("nearest"))):
        alerts = Alert.objects.filter(pk__in=ids)
        superseded += _set_aside(alerts, AlertState.SUPERSEDED, "nearer", now)
        _cancel_unsent(ids, now)
    return superseded


def _batches(alerts: QuerySet[Alert]) -> Iterator[list[int]]:
    """Yield the ids of alerts in lists that fit into a statement."""
    ids = list(alerts.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _set_aside(alerts: QuerySet[Alert], state: AlertState, reason: str, now: datetime) -> int:
    standing = alerts.filter(state__in=(AlertState.OPEN, AlertState.SNOOZED))
    return standing.update(state=state, reason=reason, snoozed_until=None, updated_at=now)


def _cancel_unsent(alert_ids: Sequence[int], now: datetime) -> None:
    """Cancel what nobody is sending right now; a sender looks again before it sends."""
    pending = Delivery.objects.filter(alert__in=alert_ids, state=DeliveryState.PENDING)
    pending.update(state=DeliveryState.CANCELLED, updated_at=now)
