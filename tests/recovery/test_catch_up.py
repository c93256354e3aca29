"""F05: what fell due while nothing ran goes out within minutes, one letter each."""

import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from contracts.models import Delivery
from saas_tracker.accounts.models import User
from tests.recovery.conftest import Report
from tests.recovery.machinery import Machinery, Redis, wait_until
from tests.recovery.portfolio import add_terms
from tests.recovery.sink import Sink

ALERTS = int(os.environ.get("RECOVERY_ALERTS", "200"))
# Fewer to each person than would become a digest.
ALERTS_EACH = 40
WORKERS = 2
# Ten minutes for 10,000; a small portfolio gets the minute that the start of the workers may take.
SECONDS = max(60, ALERTS * 600 / 10_000)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def all_told(sink: Sink, wanted: int) -> bool:
    return len(sink.ids) >= wanted


def test_overdue_alerts_go_out_within_ten_minutes(
    process_env: dict[str, str], tmp_path: Path, report: Report
) -> None:
    overdue = datetime.now(UTC).date() - timedelta(days=20)
    for number in range(-(-ALERTS // ALERTS_EACH)):
        owner = User.objects.create_user(f"owner{number}@tracker.example")
        add_terms(ALERTS_EACH, anchor=overdue, owner=owner)
    wanted = ALERTS_EACH * User.objects.count()
    with Redis() as redis, Sink() as sink:
        env = process_env | {"REDIS_URL": redis.url, "SMTP_URL": sink.url, "LOG_LEVEL": "ERROR"}
        with Machinery(env, tmp_path) as machinery:
            machinery.start(beats=1, workers=WORKERS)
            took = wait_until(partial(all_told, sink, wanted), "all are told", SECONDS)
    report(f"s to catch up {wanted} overdue alerts, {WORKERS} workers", f"{took:.0f}")
    assert sink.ids.total() == len(sink.ids) == wanted
    assert Delivery.objects.filter(alert=None).count() == 0
