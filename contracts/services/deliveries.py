"""Messages go out: claimed, sent outside any transaction, finished; each delivery on its own."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.channels.chat import ChatChannel, discord, slack, teams
from contracts.channels.email import EmailChannel
from contracts.channels.guard import GuardedPost
from contracts.channels.webhook import WebhookChannel
from contracts.models import Delivery
from contracts.rules.alerts import next_attempt
from contracts.rules.clock import Jump
from contracts.rules.messages import Channel, Refused
from contracts.rules.vocabulary import AttemptOutcome, ChannelKind, DeliveryState
from contracts.services import digests, holds, keepers, leases, notices

logger = logging.getLogger(__name__)

# Four sends that all run into their time limit fit into the lease with time to spare.
CLAIM = 4
Clock = Callable[[], datetime]
Jitter = Callable[[], float]


@dataclass(slots=True)
class PumpSummary:
    """How many attempts of one run ended how; `late` ones found their lease taken over."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    skipped: int = 0
    late: int = 0


COUNTERS = {
    DeliveryState.SENT: "sent",
    DeliveryState.PENDING: "retried",
    DeliveryState.FAILED: "failed",
    DeliveryState.CANCELLED: "skipped",
}


@dataclass(frozen=True, slots=True)
class Sender:
    """What a run needs from outside: the time, chance, and a way out per kind of destination."""

    clock: Clock
    jitter: Jitter
    ways: Mapping[str, Channel] = field(default_factory=lambda: channels())


def channels() -> dict[str, Channel]:
    """Return the way out for each kind of destination."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    post = GuardedPost(ports=settings.WEBHOOK_PORTS, allowed=settings.WEBHOOK_ALLOWED_NETWORKS)
    return {
        ChannelKind.EMAIL.value: EmailChannel(host=host),
        ChannelKind.WEBHOOK.value: WebhookChannel(post=post),
        ChannelKind.SLACK.value: ChatChannel(slack, post=post),
        ChannelKind.TEAMS.value: ChatChannel(teams, post=post),
        ChannelKind.DISCORD.value: ChatChannel(discord, post=post),
    }


def deliver_due(
    *,
    clock: Clock,
    jitter: Jitter,
    limit: int = 1000,
    budget: timedelta = timedelta(seconds=200),
) -> PumpSummary:
    """Send what is due until nothing is, `limit` were tried or `budget` is used up.

    Promise: a delivery is tried until it is sent or has visibly failed, at most 12 times, under an
    id that never changes; one that raises does not stop the others. Any number of senders may run
    at once. On a day that cannot be nothing is sent. `clock` is asked again and again; `jitter`
    gives numbers from -1 to 1.

    Source: R11, R12.
    """
    summary, sender = PumpSummary(), Sender(clock, jitter)
    until = clock() + budget
    keepers.tell(now=clock(), ways=sender.ways)
    if _is_stopped(clock()):
        return summary
    leases.give_up_abandoned(now=clock())
    while limit > 0 and clock() < until:
        claims = leases.claim(now=clock(), limit=min(limit, CLAIM))
        if not claims:
            break
        limit -= len(claims)
        for held in claims:
            counter = send_one(held, sender)
            setattr(summary, counter, getattr(summary, counter) + 1)
    return summary


def _is_stopped(now: datetime) -> bool:
    """Let go a hold whose time is over; say whether the day is one on which nothing is sent."""
    today = now.astimezone(timezone.get_current_timezone()).date()
    if holds.watch(today=today, now=now) == Jump.IMPLAUSIBLE:
        return True
    holds.release_due(today=today, now=now)
    return False


def send_one(held: leases.Claim, sender: Sender) -> str:
    """Make one attempt and write down what became of it; returns the counter it belongs to.

    Source: R11.
    """
    outcome = _attempt(held, sender)
    in_time = leases.finish(held, outcome, now=sender.clock())
    return COUNTERS[outcome.delivery] if in_time else "late"


def _attempt(held: leases.Claim, sender: Sender) -> leases.Outcome:
    """Send one message; whatever goes wrong becomes an outcome of this delivery alone."""
    delivery = notices.parcel(held.delivery_id)
    try:
        return _skipped(held, delivery, sender.clock()) or _sent(delivery, sender)
    except Refused as refusal:
        return _refused(held, delivery, refusal, sender)
    except Exception as problem:
        logger.exception("Delivery %s could not be made", held.delivery_id)
        broken = Refused(f"{type(problem).__name__}: {problem}", permanent=False)
        return _refused(held, delivery, broken, sender)


def _skipped(held: leases.Claim, delivery: Delivery, now: datetime) -> leases.Outcome | None:
    """Look again just before sending: is it still wanted, and is there time left in the lease?"""
    if delivery.alert is None:
        reason, again_at = digests.reason_to_wait(delivery, now=now)
    else:
        reason, again_at = notices.reason_to_skip(delivery), None
    if again_at is not None:
        return leases.Outcome(
            AttemptOutcome.SKIPPED, DeliveryState.PENDING, reason, next_at=again_at
        )
    if reason:
        return leases.Outcome(AttemptOutcome.SKIPPED, DeliveryState.CANCELLED, reason)
    if now + timedelta(seconds=settings.DELIVERY_SEND_TIMEOUT_SECONDS) > held.until:
        reason = _("The lease was about to end.")
        return leases.Outcome(AttemptOutcome.SKIPPED, DeliveryState.PENDING, reason, next_at=now)
    return None


def _sent(delivery: Delivery, sender: Sender) -> leases.Outcome:
    maker = digests.compose if delivery.alert is None else notices.compose
    message = maker(delivery, now=sender.clock())
    way = sender.ways[delivery.destination.kind]
    sent = way.send(message, timeout=settings.DELIVERY_SEND_TIMEOUT_SECONDS)
    return leases.Outcome(AttemptOutcome.OK, DeliveryState.SENT, provider_id=sent.provider_id[:200])


def _refused(
    held: leases.Claim, delivery: Delivery, refusal: Refused, sender: Sender
) -> leases.Outcome:
    """Try again later, or not at all: refused for good, or the last attempt of all."""
    reason = refusal.reason[:500]
    if refusal.permanent:
        return leases.Outcome(
            AttemptOutcome.PERMANENT, DeliveryState.FAILED, reason, is_gone=refusal.gone
        )
    now = sender.clock().astimezone(timezone.get_current_timezone())
    deadline = delivery.alert.anchor_date if delivery.alert else digests.nearest_day(delivery, now)
    again_at = next_attempt(
        now, held.attempt, sender.jitter(), deadline, retry_after=refusal.retry_after
    )
    state = DeliveryState.FAILED if again_at is None else DeliveryState.PENDING
    return leases.Outcome(AttemptOutcome.TEMPORARY, state, reason, next_at=again_at)
