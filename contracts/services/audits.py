"""The auditor: holds the tables against contracts and terms, puts right what is wrong, and says so."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.channels.heartbeat import ping
from contracts.models import Alert, Heartbeat
from contracts.queries import audit as seen
from contracts.queries import health, reach, recipients
from contracts.rules import messages
from contracts.rules.messages import Channel, Message, Refused
from contracts.rules.vocabulary import AlertState, ChannelKind
from contracts.services import alerts, deliveries, heartbeats, ledger

logger = logging.getLogger(__name__)
# Set aside for one of these, an alert is opened again by the planner.
PLANNED_AGAIN = ("moved", "decided", "snoozed")
KINDS = ("wrong_days", "without_anchor", "missing", "unexpected", "silent")
NAMESPACE = uuid.uuid5(messages.NAMESPACE, "audit")


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many contracts were looked at and what was wrong before it was put right.

    `silent` counts alerts, `overdue` messages, the others contracts; `ping_failed` is 1 where the
    watchdog outside could not be told that all is well.
    """

    contracts: int = 0
    wrong_days: int = 0
    without_anchor: int = 0
    missing: int = 0
    unexpected: int = 0
    silent: int = 0
    overdue: int = 0
    breaches: int = 0
    ping_failed: int = 0


def audit(*, today: date, now: datetime) -> AuditReport:
    """Recompute what must be said from contracts and terms alone, and put right what differs.

    Promise: what was found is counted even where it could be put right at once; a second run finds
    nothing. Rows touched within the last 15 minutes are left to the planner. Bounded memory. When
    nothing is wrong HEARTBEAT_URL is fetched, else the administrators are told, once a day.

    Source: R9, R10, R11, R12, R13.
    """
    counts = dict.fromkeys(KINDS, 0)
    looked_at = 0
    for chunk in seen.chunks(now):
        looked_at += len(chunk)
        found = _second_look(chunk, today)
        for kind in KINDS:
            counts[kind] += len(getattr(found, kind))
        _put_right(found, now)
    overdue = seen.overdue(now)
    breaches = sum(counts.values()) + overdue
    if breaches:
        alerts.raise_due(today=today, now=now)
        _tell_administrators(counts | {"overdue": overdue}, today=today, now=now)
    failed = not breaches and _ping_fails(now)
    return AuditReport(
        looked_at, overdue=overdue, breaches=breaches, ping_failed=int(failed), **counts
    )


def _second_look(chunk: list[int], today: date) -> seen.Breaches:
    """Look again at what seems wrong: somebody may have written between two statements."""
    found = seen.breaches_in(chunk, today=today)
    if not found.contracts and not found.silent:
        return found
    of_silent = Alert.objects.filter(pk__in=found.silent)
    again = found.contracts | set(of_silent.values_list("term__contract", flat=True))
    return seen.breaches_in(again, today=today)


@transaction.atomic
def _put_right(found: seen.Breaches, now: datetime) -> None:
    """Derive again what differs, and open again what was set aside; the plan does the rest."""
    if found.wrong_days or found.without_anchor:
        ledger.refresh(sorted(found.wrong_days | found.without_anchor))
    if found.set_aside:
        aside = Alert.objects.filter(pk__in=found.set_aside).exclude(reason__in=PLANNED_AGAIN)
        aside.update(state=AlertState.OPEN, reason="", snoozed_until=None, updated_at=now)


def _ping_fails(now: datetime) -> bool:
    """Tell the watchdog outside, if there is one and scan and sender run; say whether that failed."""
    status = health.scan_status(now)
    if not settings.HEARTBEAT_URL or status.unreached or set(status.stale) - {"audit"}:
        return False
    problem = ping(settings.HEARTBEAT_URL)
    if problem:
        logger.warning("HEARTBEAT_URL was not reached: %s", problem)
    return bool(problem)


def _tell_administrators(counts: Mapping[str, int], *, today: date, now: datetime) -> None:
    """Send the counts to each administrator, once a day; what is refused stays in the log."""
    logger.error("audit: %s", ", ".join(f"{kind} {count}" for kind, count in counts.items()))
    if Heartbeat.objects.filter(job="audit_mail", today__gte=today).exists():
        return
    heartbeats.run("audit_mail", lambda: _mail(counts, today), today=today, clock=lambda: now)


def _mail(counts: Mapping[str, int], today: date) -> int:
    people = list(recipients.administrators().values_list("pk", flat=True))
    addresses = sorted({a for found in reach.addresses_of(people).values() for a in found})
    channel = deliveries.channels()[ChannelKind.EMAIL]
    return sum(_sent(channel, _letter(address, counts, today)) for address in addresses)


def _letter(address: str, counts: Mapping[str, int], today: date) -> Message:
    lines = [f"{kind}: {count}" for kind, count in counts.items() if count]
    about = _("The audit of alerts found differences and put right what it could.")
    return Message(
        delivery_id=str(uuid.uuid5(NAMESPACE, f"{today}|{address}")),
        to=address,
        subject=_("Audit of alerts: %(count)d differences") % {"count": sum(counts.values())},
        text="\n".join([about, "", *lines, "", f"{settings.BASE_URL}/admin/contracts/heartbeat/"]),
    )


def _sent(channel: Channel, letter: Message) -> bool:
    try:
        channel.send(letter, timeout=settings.DELIVERY_SEND_TIMEOUT_SECONDS)
    except Refused as refusal:
        logger.warning("audit mail refused: %s", refusal)
        return False
    return True
