"""F01, F02, F04, F05: kill senders, planners, workers, beats and Redis: no alert is lost.

`make recovery N=10000` runs the same with more of everything; the figures are printed at the end.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.models import Alert, Contract, Delivery, DeliveryAttempt
from contracts.rules.alerts import MAX_ATTEMPTS
from saas_tracker.accounts.models import User
from tests.recovery.conftest import Report
from tests.recovery.machinery import Machinery, Redis, wait_until
from tests.recovery.sender import ANYWHERE, POINTS, RELEASE
from tests.recovery.sink import Sink
from tests.recovery.troubles import (
    OUTAGE,
    PATIENCE,
    Run,
    be_silent,
    contracts_in,
    kill_redis,
    kill_senders,
    lose_the_bells,
)

ALERTS = int(os.environ.get("RECOVERY_ALERTS", "240"))
LONG = ALERTS >= 1000
FLUSHES, REDIS_KILLS = (20, 5) if LONG else (2, 1)
# Of the alerts, a tenth goes out while the broker and the beats are in trouble.
SHARE = ALERTS // 10 // (FLUSHES + REDIS_KILLS + OUTAGE.days)
# An attempt that was cut off: the receiver may have accepted it.
INTERRUPTED = ("uncertain", "started", "late", "temporary")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def run_machinery(run: Run, folder: Path) -> None:
    """Let two beats ring one worker, break their Redis, then let nobody ring for three days."""
    with Redis() as redis:
        env = run.env | {"REDIS_URL": redis.url}
        with Machinery(env, folder / "first") as machinery:
            machinery.start(beats=2)
            lose_the_bells(run, machinery, redis, FLUSHES, SHARE)
            kill_redis(run, machinery, redis, REDIS_KILLS, SHARE)
            run.ended = machinery.ended
        be_silent(run, SHARE)
        assert len(run.sink.ids) < Contract.objects.count()
        later = env | {"DAYS_AHEAD": str(OUTAGE.days)}
        with Machinery(later, folder / "later") as machinery:
            machinery.start(beats=2)
            run.wait_for_all(machinery)
            wait_until(nobody_at_work, "every message is noted as sent")


def nobody_at_work() -> bool:
    return not Delivery.objects.filter(state__in=("pending", "leased")).exists()


@pytest.fixture
def run(process_env: dict[str, str]) -> Run:
    owner = User.objects.create_user("owner@tracker.example")
    env = process_env | {
        "DELIVERY_LEASE_SECONDS": "6",
        "DELIVERY_SEND_TIMEOUT_SECONDS": "4",
        "LOG_LEVEL": "ERROR",
        "STORM_MESSAGES_PER_HOUR": str(2 * ALERTS),
    }
    return Run(env, Sink(), owner, datetime.now(UTC).date())


def test_no_alert_is_lost_and_a_copy_has_the_same_id(
    run: Run, tmp_path: Path, report: Report
) -> None:
    with run.sink as sink:
        run.env["SMTP_URL"] = sink.url
        kill_senders(run, ALERTS - SHARE * (FLUSHES + REDIS_KILLS + OUTAGE.days))
        run_machinery(run, tmp_path)

    wanted = {str(key) for key in Delivery.objects.values_list("dedup_key", flat=True)}
    missed = wanted - set(sink.ids)
    copies = sink.ids.total() - len(sink.ids)
    interrupted = DeliveryAttempt.objects.filter(outcome__in=INTERRUPTED).count()
    # A receiver that drops known ids keeps these letters.
    kept = sorted(pk for letter in sink.letters.values() for pk in contracts_in(letter))
    contracts = sorted(Contract.objects.values_list("pk", flat=True))
    report("alerts", len(contracts))
    report("SIGKILLs of senders, planners, workers", f"{run.deaths.total()} {dict(run.deaths)}")
    report("FLUSHALL, kill -9 of Redis", f"{run.flushes}, {len(run.latencies)}")
    report("workers that ended with Redis and were started again", run.ended)
    report("missed", len(missed) + len(set(contracts) - set(kept)))
    report("copies, interrupted attempts", f"{copies}, {interrupted}")
    report("copies at a receiver that drops known ids", len(kept) - len(set(kept)))
    report("most copies of one alert", max(sink.ids.values()))
    report("s from Redis's return to the last alert told", f"{max(run.latencies):.1f}")

    assert missed == set()
    assert set(sink.ids) == wanted
    assert kept == contracts
    assert Alert.objects.filter(state="open").count() == len(contracts) == len(wanted)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert copies <= interrupted
    assert max(sink.ids.values()) <= MAX_ATTEMPTS
    assert max(run.latencies) <= PATIENCE
    # From the second round of the long form on what is planned is a mass, which is held.
    never = set() if LONG else {RELEASE}
    assert set(run.deaths) == {*POINTS, ANYWHERE, "worker"} - never
    assert run.deaths.total() >= ALERTS * 0.08
