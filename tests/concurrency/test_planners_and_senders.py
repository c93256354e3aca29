"""Several planners and senders at once, each with a connection of its own (R11, R12)."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from django.db.models import Count
from pytest_django import Settings

from contracts.models import Alert, Delivery, DeliveryAttempt
from contracts.services import addressing, alerts, deliveries, leases
from saas_tracker.accounts.models import User
from tests.recovery.portfolio import add_terms
from tests.recovery.sink import Sink

NOW = datetime.now(UTC)
TERMS = 120
T = TypeVar("T")
MANAGE = str(Path(__file__).resolve().parents[2] / "manage.py")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def at_once(work: Callable[[], T], threads: int) -> list[T]:
    """Run `work` in several threads that start together; return what they returned."""
    start = threading.Barrier(threads)

    def run() -> T:
        start.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(threads)]]


@pytest.fixture
def terms(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    settings.STORM_MESSAGES_PER_HOUR = TERMS
    monkeypatch.setenv("STORM_MESSAGES_PER_HOUR", str(TERMS))
    owner = User.objects.create_user("owner@tracker.example")
    return add_terms(TERMS, anchor=NOW.date() + timedelta(days=100), owner=owner)


@pytest.mark.usefixtures("terms")
def test_planners_at_once_raise_each_alert_once() -> None:
    at_once(lambda: alerts.raise_due(today=NOW.date(), now=NOW), threads=4)
    assert Alert.objects.count() == Delivery.objects.count() == TERMS
    assert not Delivery.objects.values("alert").annotate(n=Count("pk")).exclude(n=1).exists()


@pytest.mark.usefixtures("terms")
def test_no_delivery_is_claimed_twice() -> None:
    alerts.raise_due(today=NOW.date(), now=NOW)

    def claim_all() -> list[int]:
        mine: list[int] = []
        while claims := leases.claim(now=NOW, limit=4):
            mine += [held.delivery_id for held in claims]
        return mine

    taken = [pk for mine in at_once(claim_all, threads=4) for pk in mine]
    assert len(taken) == len(set(taken)) == TERMS
    assert DeliveryAttempt.objects.count() == TERMS


@pytest.mark.usefixtures("terms")
def test_senders_at_once_send_each_message_once(settings: Settings) -> None:
    alerts.raise_due(today=NOW.date(), now=NOW)
    with Sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.server_address[:2]
        at_once(lambda: deliveries.deliver_due(clock=lambda: NOW, jitter=lambda: 0.0), threads=4)
    assert len(sink.ids) == sink.ids.total() == TERMS
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.usefixtures("terms")
def test_ticks_of_several_processes_at_once_send_each_message_once(
    process_env: dict[str, str],
) -> None:
    with Sink() as sink:
        env = process_env | {"SMTP_URL": sink.url, "LOG_LEVEL": "ERROR"}
        ticks = [
            subprocess.Popen([sys.executable, MANAGE, "tick"], env=env, stdout=subprocess.DEVNULL)
            for _ in range(3)
        ]
        assert [tick.wait(timeout=120) for tick in ticks] == [0, 0, 0]
    assert len(sink.ids) == sink.ids.total() == TERMS


@pytest.mark.usefixtures("terms")
def test_planners_and_senders_at_once_put_a_storm_into_few_digests(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STORM_MESSAGES_PER_HOUR = 10
    monkeypatch.setattr(addressing, "BATCH", 25)

    def plan_and_send() -> None:
        alerts.raise_due(today=NOW.date(), now=NOW)
        deliveries.deliver_due(clock=lambda: NOW, jitter=lambda: 0.0)

    with Sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.server_address[:2]
        at_once(plan_and_send, threads=4)
    single = Delivery.objects.single()
    assert sink.ids.total() == len(sink.ids) <= 11
    assert single.count() == 0
    assert Delivery.objects.filter(alert__isnull=False).count() == TERMS
    assert Delivery.objects.digests().count() <= 2
