"""`manage.py start` serves, repairs itself, and leaves nothing behind."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90
PARTS = ("web", "worker", "beat")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, f"waited in vain until {what}"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def processes_of(folder: Path) -> list[int]:
    """Return the processes whose environment names `folder` as their data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"DATA_DIR={folder}".encode() in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
    return [pid for pid in found if is_alive(pid)]


class Installation:
    """One embedded installation in a folder of its own."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "said"
        dropped = {"DATABASE_URL", "REDIS_URL", "BASE_URL", "ALLOWED_HOSTS", "SECRET_KEY"}
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        own = {"DATA_DIR": str(folder / "var"), "PORT": str(self.port), "DEMO": "no"}
        self.env = kept | own | env
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "start"],
                env=self.env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.is_ready, "the address is printed")

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        return "Ctrl-C stops everything" in self.said()

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def said(self) -> str:
        return self.log.read_text()

    def status(self, path: str = "/healthz") -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answered:
            return answered.code
        except OSError:
            return 0

    def pid(self, part: str) -> int:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.folder / "var" / "run" / f"{part}.pid").read_text())
        return 0

    def processes(self) -> list[int]:
        return processes_of(self.folder / "var")

    def ring(self, task: str) -> None:
        """Send a doorbell the way any other process of the installation would."""
        command = [sys.executable, "-m", "celery", "-A", "saas_tracker", "call", task]
        subprocess.run(command, env=self.env, cwd=ROOT, check=True, capture_output=True)

    def last_run(self, job: str) -> str:
        """Return when a job last finished, as the database has it."""
        statement = f"SELECT finished_at FROM contracts_heartbeat WHERE job = '{job}'"
        if url := self.env.get("DATABASE_URL"):
            with psycopg.connect(url) as database:
                return str(database.execute(statement).fetchall())
        file = self.folder / "var" / "tracker.sqlite3"
        with contextlib.closing(sqlite3.connect(file)) as database:
            return str(database.execute(statement).fetchall())

    def answers_a_doorbell(self) -> None:
        before = self.last_run("roll_over")
        self.ring("contracts.tasks.roll_over")
        wait_until(lambda: self.last_run("roll_over") != before, "the worker has done the job")


@contextlib.contextmanager
def stopped_at_the_end(installation: Installation) -> Iterator[None]:
    try:
        yield
    finally:
        if installation.process is not None and installation.process.poll() is None:
            installation.end(signal.SIGKILL)
        for pid in installation.processes():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path)
    with stopped_at_the_end(installation):
        yield installation


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")


@needs_proc
@pytest.mark.slow
def test_a_start_serves_repairs_itself_and_ends_without_a_trace(installation: Installation) -> None:
    installation.start()
    assert installation.status() == 200
    assert re.search(r"password +\S{16} ", installation.said())
    secret = installation.folder / "var" / "secret_key"
    assert secret.stat().st_mode & 0o777 == 0o600

    before = {part: installation.pid(part) for part in PARTS}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(is_new(installation, part, before[part]) for part in PARTS), "all back")
    wait_until(lambda: installation.status() == 200, "the site answers again")
    installation.answers_a_doorbell()

    worker = installation.pid("worker")
    (installation.folder / "var" / "broker" / "1_broken.celery.msg").touch()
    wait_until(lambda: is_new(installation, "worker", worker), "the worker survives a broken file")

    assert installation.end() == 0
    assert installation.processes() == []
    assert "Traceback" not in installation.said().partition("worker ended")[0]


def is_new(installation: Installation, part: str, old: int) -> bool:
    pid = installation.pid(part)
    return pid not in (0, old) and is_alive(pid)


@needs_proc
@pytest.mark.slow
def test_a_second_start_is_refused_and_a_killed_supervisor_takes_its_parts_along(
    installation: Installation,
) -> None:
    installation.start()
    assert "is taken" in refusal(installation.env)
    assert "in use by another start" in refusal(installation.env | {"PORT": str(free_port())})
    assert installation.end(signal.SIGKILL) == -signal.SIGKILL
    wait_until(lambda: installation.processes() == [], "the parts follow their supervisor")


@needs_proc
@pytest.mark.slow
def test_the_same_start_runs_on_postgresql_and_redis(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS journey")
        server.execute("CREATE DATABASE journey")
    own = postgres_url.replace("/postgres?", "/journey?")
    assert own != postgres_url
    installation = Installation(tmp_path, DATABASE_URL=own, REDIS_URL=redis_url)
    with stopped_at_the_end(installation):
        installation.start()
        assert installation.status() == 200
        installation.answers_a_doorbell()
        assert not (tmp_path / "var" / "tracker.sqlite3").exists()
        assert not (tmp_path / "var" / "broker").exists()
        assert installation.end() == 0
        assert installation.processes() == []


def refusal(env: dict[str, str]) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), "start"]
    answer = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    return answer.stderr
