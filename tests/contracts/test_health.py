"""The engine says when it last ran, to people and to watchdogs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from contracts.models import Heartbeat, LedgerEntry, Term
from contracts.queries import health
from contracts.services import heartbeats, ledger
from contracts.tasks import ENGINE
from tests import factories

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def beat(job: str, minutes_ago: int = 0, **saw: int) -> None:
    heartbeats.run(
        job, lambda: 0, today=NOW.date(), clock=lambda: NOW - timedelta(minutes=minutes_ago)
    )
    Heartbeat.objects.filter(job=job).update(saw=saw)


def healthz() -> tuple[int, dict[str, Any]]:
    with time_machine.travel(NOW, tick=False):
        answer = Client().get("/healthz")
    assert answer["Cache-Control"].startswith("max-age=0")
    return answer.status_code, answer.json()


def test_an_engine_that_never_ran_is_not_healthy() -> None:
    assert healthz() == (503, {"status": "stale", "jobs": {"plan": None, "pump": None}})


@pytest.mark.parametrize(("minutes", "code"), [(0, 200), (15, 200), (16, 503)])
@pytest.mark.parametrize("job", ["plan", "pump"])
def test_health_fails_when_a_scan_is_older_than_fifteen_minutes(
    job: str, minutes: int, code: int
) -> None:
    beat("plan")
    beat("pump")
    beat(job, minutes)
    assert healthz()[0] == code
    assert healthz()[1]["jobs"][job] == minutes * 60


def test_health_fails_while_an_alert_reaches_nobody() -> None:
    beat("plan", without_recipient=1)
    beat("pump")
    assert healthz() == (503, {"status": "undelivered", "jobs": {"plan": 0, "pump": 0}})


def test_health_fails_when_the_database_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_now: datetime) -> None:
        raise DatabaseError("password=secret")

    monkeypatch.setattr(health, "scan_status", down)
    assert healthz() == (503, {"status": "database down", "jobs": {}})


def test_a_site_with_all_migrations_is_ready() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_a_site_without_its_migrations_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'contracts'")
    assert Client().get("/readyz").status_code == 503


def test_a_job_that_raises_leaves_no_heartbeat() -> None:
    def fail() -> int:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        heartbeats.run("plan", fail, today=NOW.date(), clock=lambda: NOW)
    assert not Heartbeat.objects.exists()


def test_a_heartbeat_says_how_long_a_job_took_and_what_it_saw() -> None:
    times = iter([NOW, NOW + timedelta(seconds=3)])
    heartbeats.run("roll_over", lambda: 4, today=date(2026, 3, 2), clock=lambda: next(times))
    found = Heartbeat.objects.get()
    assert (found.finished_at - found.started_at).total_seconds() == 3
    assert found.saw == {"changed": 4}


def test_a_tick_runs_every_job_and_says_what_it_saw(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("tick")
    lines = capsys.readouterr().out.splitlines()
    jobs = [task.name.rpartition(".")[2] for task in ENGINE]
    assert [line.partition(":")[0] for line in lines] == jobs
    assert {"roll_over", "plan", "pump"} <= set(Heartbeat.objects.values_list("job", flat=True))


def test_check_ledger_is_content_with_what_was_derived(capsys: pytest.CaptureFixture[str]) -> None:
    term = factories.TermFactory.create()
    ledger.refresh([term.contract_id])
    call_command("check_ledger")
    assert "follows from the terms" in capsys.readouterr().out


def test_check_ledger_fails_and_names_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    term = factories.TermFactory.create()
    ledger.refresh([term.contract_id])
    Term.objects.update(send_by=date(2026, 1, 1))
    LedgerEntry.objects.update(annual_value=1)
    with pytest.raises(CommandError, match="3 differences"):
        call_command("check_ledger")
    assert "send_by: stored 2026-01-01" in capsys.readouterr().out
