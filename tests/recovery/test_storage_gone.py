"""F27: a full or read-only disk and a stopped database: said honestly, and nothing is lost."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.db import OperationalError, connection
from django.test import Client

from contracts import tasks
from contracts.models import Alert, Delivery, Term
from saas_tracker.accounts.models import User
from tests.keeper import start_postgres, stop, unprivileged
from tests.recovery.machinery import ROOT, wait_until
from tests.recovery.portfolio import add_terms
from tests.services import postgres_programs

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
TERMS = 40


def tick(now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        tasks.plan()
        tasks.pump()


def health(now: datetime) -> int:
    with time_machine.travel(now, tick=False):
        return int(Client().get("/healthz").status_code)


def pragma(text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {text}")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


@contextmanager
def full() -> Iterator[None]:
    """Leave the database no room for another page, nor pages that earlier tests set free."""
    pragma("wal_checkpoint(TRUNCATE)")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    pragma(f"max_page_count = {pragma('page_count')}")
    try:
        yield
    finally:
        pragma("max_page_count = 1073741823")


@contextmanager
def read_only() -> Iterator[None]:
    """Let nobody write."""
    pragma("query_only = ON")
    try:
        yield
    finally:
        pragma("query_only = OFF")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", [full, read_only])
def test_an_engine_that_cannot_write_turns_red_and_catches_up(trouble: type) -> None:
    if connection.vendor != "sqlite":
        pytest.skip(
            "a full disk is played with SQLite's own limits; the next test stops PostgreSQL"
        )
    owner = User.objects.create_user("owner@tracker.example")
    tick(NOW)
    add_terms(TERMS, anchor=NOW.date() + timedelta(days=100), owner=owner)
    pragma("wal_checkpoint(TRUNCATE)")
    with trouble():
        with pytest.raises(OperationalError):
            tick(NOW + timedelta(minutes=5))
        assert health(NOW + timedelta(minutes=16)) == 503
    assert Term.objects.count() == TERMS
    assert not Delivery.objects.exists()
    assert mail.outbox == []
    tick(NOW + timedelta(minutes=20))
    assert health(NOW + timedelta(minutes=20)) == 200
    assert len(mail.outbox) == len({letter.extra_headers["Message-ID"] for letter in mail.outbox})
    assert len(mail.outbox) == Alert.objects.filter(state="open").count() == TERMS


@pytest.mark.slow
def test_a_stopped_database_is_said_and_its_return_is_enough(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="stopped-", dir="/tmp"))
    server, url = start_postgres(postgres_programs(), folder)
    servers = [server]
    env = {"DATABASE_URL": url, "DATA_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"}
    try:
        assert ends(env, "migrate", "-v0") == 0
        assert ends(env, "tick") == 0
        assert health_of(env) == 2
        server.send_signal(signal.SIGQUIT)
        server.wait(30)
        assert ends(env, "tick") == 1
        assert health_of(env) == 5
        servers.append(started_again(server, folder))
        wait_until(lambda: ends(env, "tick") == 0, "the engine runs again")
        assert health_of(env) == 2
    finally:
        stop(servers, folder)


def started_again(server: subprocess.Popen[bytes], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "postgres.log").open("ab") as log:
        return subprocess.Popen(
            server.args, **unprivileged(), cwd=folder / "postgres", stdout=log, stderr=log
        )


def ends(env: dict[str, str], *words: str) -> int:
    """Return how a command of the project ends; it must never hang."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=os.environ | env,
        capture_output=True,
        timeout=600,
        check=False,
    ).returncode


def health_of(env: dict[str, str]) -> int:
    """Return the first digit of what a watchdog would be answered."""
    answer = "Client().get('/healthz').status_code"
    asked = f"import sys; from django.test import Client; sys.exit({answer} // 100)"
    return ends(env, "shell", "--no-imports", "-c", asked)
