"""What must be said, to whom: alerts are raised, settled and acknowledged here and nowhere else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from contracts.models import Alert, AlertPolicy, Delivery, Term
from contracts.rules.alerts import ENDED_REACH, PlannedAlert, planned_alerts
from contracts.rules.calendar import business_calendar
from contracts.rules.vocabulary import AlertState, DeliveryState
from contracts.services import addressing, alert_sql

BATCH = 5000


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What one plan run changed; all zeros when it found everything in place."""

    raised: int
    settled: int
    addressed: int
    without_recipient: int


def raise_due(*, today: date, now: datetime) -> PlanSummary:
    """Record every alert that is due on `today` and a delivery to each of its recipients.

    Promise: one alert per term, kind, offset and anchor day, whoever runs this and how often; what
    an outage left out is found by the next run. `today` is the organisation's day, `now` the instant.

    Source: R9, R10, R11, R13.
    """
    calendar = business_calendar((settings.HOME_CALENDAR,))
    planned = list(planned_alerts(_offsets(), today, calendar))
    with transaction.atomic():
        alert_sql.take_turns()
        settled = settle(now=now) + _supersede_farther(planned, now)
        raised = alert_sql.raise_planned(planned, ended_from=today - ENDED_REACH, now=now)
    addressed = addressing.address_open(now=now)
    return PlanSummary(raised, settled, addressed.created, addressed.without_recipient)


@transaction.atomic
def settle(*, now: datetime, contract_ids: Iterable[int] | None = None) -> int:
    """Set aside open alerts whose term no longer asks for them, and cancel what was not sent.

    The anchor moved: superseded. The term was decided: resolved. Without ids every contract is
    looked at. Returns how many alerts were set aside; a second call sets none aside.

    Source: R11.
    """
    alerts = Alert.objects.filter(state=AlertState.OPEN)
    if contract_ids is not None:
        alerts = alerts.filter(term__contract_id__in=list(contract_ids))
    waiting = Term.objects.open().filter(pk=OuterRef("term_id"))
    counts = waiting.filter(anchor_date=OuterRef("anchor_date"), anchor_kind=OuterRef("kind"))
    settled = 0
    for stale in _batches(alerts.filter(~Exists(counts))):
        decided = Alert.objects.filter(~Exists(waiting), pk__in=stale)
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

    Promise: never past the anchor day. Raises ValidationError if `until` is not after `today` or is
    after the anchor of one of them; nothing is changed then. What was not sent yet is cancelled.
    Returns how many were open; repeating it changes nothing.

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
        raise ValidationError(text, code="snooze_past_anchor", params={"day": first})
    for alert in alerts:
        alert.state, alert.snoozed_until = AlertState.SNOOZED.value, until
    changed = ["state", "snoozed_until"]
    bulk_update_with_history(alerts, Alert, changed, default_user=by, default_date=now)
    _cancel_unsent([alert.pk for alert in alerts], now)
    return len(alerts)


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


def _offsets() -> list[int]:
    """Return the days of all active policies together, those of the settings where none is active."""
    policies = AlertPolicy.objects.filter(is_active=True).values_list("offsets", flat=True)
    days = {day for offsets in policies for day in offsets}
    return sorted(days or set(settings.ALERT_OFFSETS), reverse=True)


def _supersede_farther(planned: Iterable[PlannedAlert], now: datetime) -> int:
    """Make way for the alert that is the nearest now; of one anchor day only one is open."""
    days_of: dict[int, list[date]] = {}
    for alert in planned:
        days_of.setdefault(alert.nearest, []).append(alert.anchor)
    farther = Q(pk=None)
    for nearest, anchors in days_of.items():
        between = (min(anchors), max(anchors))
        farther |= Q(anchor_date__range=between, offset_days__gt=nearest)
    superseded = 0
    for ids in _batches(Alert.objects.filter(farther, state=AlertState.OPEN)):
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
    still_open = alerts.filter(state=AlertState.OPEN)
    return still_open.update(state=state, reason=reason, updated_at=now)


def _cancel_unsent(alert_ids: Sequence[int], now: datetime) -> None:
    """Cancel what nobody is sending right now; a sender looks again before it sends."""
    pending = Delivery.objects.filter(alert__in=alert_ids, state=DeliveryState.PENDING)
    pending.update(state=DeliveryState.CANCELLED, updated_at=now)
