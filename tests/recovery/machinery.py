"""The machinery that people run: Redis, worker and beats as processes that may be killed."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from tests.services import redis_program

ROOT = Path(__file__).resolve().parents[2]
# Whatever happens to the test, what it started dies with it.
LEASH = [sys.executable, "-I", str(ROOT / "saas_tracker" / "leash.py")]
CELERY = [*LEASH, sys.executable, "-m", "celery", "-A", "tests.recovery.bells", "-q"]
WORKER = ["worker", "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle"]


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 120) -> float:
    """Return after how many seconds `condition()` held; fail after `seconds`."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"waited in vain until {what}"
        time.sleep(0.05)
    return time.monotonic() - started


class Redis:
    """A Redis without a disk that comes back empty at the same address."""

    def __init__(self) -> None:
        # A short path of its own: the name of a unix socket ends at 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="broker-", dir="/tmp"))
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.client = redis.Redis.from_url(self.url, socket_timeout=5)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [*LEASH, str(redis_program()), "--port", "0", "--unixsocket", str(self.socket)]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self.answers, "Redis answers", 30)

    def answers(self) -> bool:
        with suppress(redis.RedisError):
            return bool(self.client.ping())
        return False

    def kill(self) -> None:
        """End it with SIGKILL, whatever it holds."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Machinery:
    """One worker and some beats; all of them end by SIGKILL, the only end that proves something."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env, self.folder = env, folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "machinery.log"
        self.worker: subprocess.Popen[bytes] | None = None
        self.beats: list[subprocess.Popen[bytes]] = []

    def start(self, beats: int) -> None:
        self.start_worker()
        for number in range(beats):
            own = str(self.folder / f"beat-{number}")
            self.beats.append(self._run("beat", "-s", own))

    def start_worker(self) -> None:
        self.worker = self._run(*WORKER)

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
        self.worker = None

    def kill(self) -> None:
        self.kill_worker()
        for beat in self.beats:
            beat.kill()
            beat.wait()
        self.beats.clear()

    def _run(self, *words: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*CELERY, *words, "-l", "ERROR"], env=self.env, cwd=ROOT, stdout=log, stderr=log
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
