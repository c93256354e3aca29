"""`manage.py start` serves, repairs itself, and leaves nothing behind."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40
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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "said"
        dropped = {"DATABASE_URL", "REDIS_URL", "BASE_URL", "ALLOWED_HOSTS", "SECRET_KEY"}
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        own = {"DATA_DIR": str(folder / "var"), "PORT": str(self.port), "DEMO": "no"}
        self.env = kept | own
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
        wait_until(lambda: "Ctrl-C stops everything" in self.said(), "the address is printed")

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


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path)
    yield installation
    if installation.process is not None and installation.process.poll() is None:
        installation.end(signal.SIGKILL)
    for pid in installation.processes():
        os.kill(pid, signal.SIGKILL)


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


def refusal(env: dict[str, str]) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), "start"]
    answer = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    return answer.stderr
