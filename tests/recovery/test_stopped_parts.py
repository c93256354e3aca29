"""F06: worker, beat or web stops without a word, each alone: health turns red in a quarter of an hour."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from contracts.models import Heartbeat
from contracts.queries import health
from saas_tracker.embedded import answers
from tests.journeys.test_start import free_port
from tests.recovery.machinery import Machinery, Redis, wait_until

QUARTER = timedelta(minutes=15)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def last_run() -> datetime | None:
    """Return when both vital jobs had last run to their end."""
    ends = Heartbeat.objects.filter(job__in=health.VITAL_JOBS).values_list("finished_at", flat=True)
    return min(ends) if len(ends) == len(health.VITAL_JOBS) else None


def ran_since(moment: datetime) -> bool:
    found = last_run()
    return found is not None and found > moment


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_a_stopped_part_is_seen_and_its_return_too(
    part: str, process_env: dict[str, str], tmp_path: Path
) -> None:
    with Redis() as redis:
        env = process_env | {"REDIS_URL": redis.url, "LOG_LEVEL": "ERROR"}
        with Machinery(env, tmp_path) as machinery:
            machinery.start(beats=1)
            wait_until(partial(ran_since, timezone.now()), "both jobs have run")
            assert health.scan_status(timezone.now()).word == "ok"
            machinery.kill_workers() if part == "worker" else machinery.kill_beats()
            redis.client.flushall()
            stopped = timezone.now()
            # What a worker still had in hand when its beat went.
            wait_until(partial(quiet_for, timedelta(seconds=6)), "nothing runs any more")
            found = last_run()
            assert found is not None
            assert found < stopped + timedelta(seconds=60)
            assert health.scan_status(found + QUARTER).word == "ok"
            assert health.scan_status(found + QUARTER + timedelta(seconds=1)).word == "stale"
            machinery.start_worker() if part == "worker" else machinery.start_beat()
            wait_until(partial(ran_since, timezone.now()), "both jobs run again")
            assert health.scan_status(timezone.now()).word == "ok"


def quiet_for(span: timedelta) -> bool:
    found = last_run()
    return found is not None and timezone.now() - found > span


def test_a_stopped_web_server_answers_no_watchdog() -> None:
    assert answers("127.0.0.1", free_port()) is False
