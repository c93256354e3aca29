"""F03, F17: a receiver that drips or is dead costs its time limit, and nobody gets a copy."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network

import pytest
from django.db import connection
from pytest_django import Settings

from contracts.channels.email import EmailChannel
from contracts.models import Delivery, DeliveryAttempt, Destination
from contracts.rules.messages import Message, Refused, Sent
from contracts.services import alerts, deliveries, leases
from saas_tracker.accounts.models import User
from tests import factories
from tests.channels.receiver import Receiver
from tests.recovery.portfolio import add_terms
from tests.recovery.sink import Sink

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
LIMIT = 1
ALERTS = 6
# A dripping answer of a minute: 1,200 lines, one each 50 ms.
DRIP = "250-still thinking\r\n" * 1200

pytestmark = pytest.mark.slow


@pytest.fixture
def owner(settings: Settings) -> User:
    settings.DELIVERY_SEND_TIMEOUT_SECONDS = LIMIT
    settings.DELIVERY_LEASE_SECONDS = 4 * LIMIT
    return User.objects.create_user("owner@tracker.example")


@pytest.fixture
def smtp(settings: Settings) -> Iterator[Sink]:
    """Yield a mail server that drips for a minute when it hears a recipient."""
    with Sink(answers={"owner@tracker.example": DRIP}) as sink:
        sink.pause = 0.05
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.server_address[:2]
        yield sink


def one_turn(took: list[float], now: datetime) -> None:
    """Claim what is due and send it; note the seconds of each attempt."""
    sender = deliveries.Sender(lambda: now, lambda: 0.0)
    try:
        while claims := leases.claim(now=now, limit=2):
            for held in claims:
                started = time.monotonic()
                deliveries.send_one(held, sender)
                took.append(time.monotonic() - started)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_server_that_drips_for_a_minute_costs_each_sender_its_limit_and_sends_no_copy(
    owner: User, smtp: Sink
) -> None:
    add_terms(ALERTS, anchor=NOW.date() + timedelta(days=100), owner=owner)
    alerts.raise_due(today=NOW.date(), now=NOW)
    took: list[float] = []
    senders = [threading.Thread(target=one_turn, args=(took, NOW)) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(took) == ALERTS
    assert LIMIT - 0.1 <= min(took) <= max(took) <= LIMIT + 1
    assert smtp.ids == {}
    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 1)}

    smtp.pause, smtp.answers = 0, {}
    one_turn([], NOW + timedelta(seconds=5))
    assert smtp.ids.total() == len(smtp.ids) == ALERTS
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 2)}


@pytest.mark.django_db(transaction=True)
def test_a_web_receiver_that_drips_for_a_minute_costs_its_limit(
    owner: User, settings: Settings
) -> None:
    with Receiver() as receiver:
        receiver.pause = 60 / len(receiver.answer)
        settings.WEBHOOK_PORTS = [receiver.port]
        settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
        Destination.objects.create(owner=owner, address=owner.email)
        factories.DestinationFactory.create(
            kind="webhook", owner=owner, url=receiver.url(), secret="whsec_c2VjcmV0"
        )
        add_terms(1, anchor=NOW.date() + timedelta(days=100), owner=owner)
        alerts.raise_due(today=NOW.date(), now=NOW)
        took: list[float] = []
        one_turn(took, NOW)
    assert len(receiver.heard) == 1
    assert LIMIT - 0.1 <= max(took) <= LIMIT + 1
    assert sorted(Delivery.objects.values_list("destination__kind", "state")) == [
        ("email", "sent"),
        ("webhook", "pending"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("days_left", [30, 5])
def test_a_channel_that_was_dead_for_four_days_loses_no_alert(
    owner: User, days_left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = factories.AdministratorFactory.create(email="admin@tracker.example")
    add_terms(20, anchor=NOW.date() + timedelta(days=days_left), owner=owner)
    told: dict[str, datetime] = {}
    back = NOW + timedelta(days=4)

    def send(_self: EmailChannel, message: Message, *, timeout: float) -> Sent:
        now = message.at
        if message.to == owner.email and now < back:
            raise Refused("nobody answers", permanent=False)
        assert told.setdefault(message.delivery_id, now) == now, "a copy"
        return Sent(provider_id=message.delivery_id)

    monkeypatch.setattr(EmailChannel, "send", send)
    steps = [*range(0, 120, 30), *range(120, 6 * 1440, 240)]
    for now in [NOW + timedelta(minutes=step) for step in steps]:
        alerts.raise_due(today=now.date(), now=now)
        deliveries.deliver_due(clock=partial(lambda at: at, now), jitter=lambda: 0.0)
    to_admin = Delivery.objects.filter(destination__owner=admin).values_list("dedup_key", flat=True)
    escalated = [told[str(key)] - NOW for key in to_admin if str(key) in told]
    if days_left <= 7:
        assert len(escalated) >= 20
        assert sorted(escalated)[19] <= timedelta(hours=1)
    assert not Delivery.objects.filter(state__in=("pending", "leased", "failed")).exists()
    heard = Delivery.objects.filter(state="sent").values("alert__term").distinct().count()
    assert heard == 20
    assert DeliveryAttempt.objects.filter(number__gt=12).count() == 0
