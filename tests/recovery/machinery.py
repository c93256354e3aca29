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


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 300) -> float:
    """Return after how many seconds `condition()` held; fail after `seconds`."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"waited in vain until {what}"
        time.sleep(0.05)
    return time.monotonic() - started


def kill(processes: list[subprocess.Popen[bytes]]) -> None:
    """Kill all of them and forget them."""
    while processes:
        process = processes.pop()
        process.kill()
        process.wait()


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
    """Workers and beats; all of them end by SIGKILL, the only end that proves something.

    `mend` does what a supervisor or a container's restart policy does. It is needed: a worker of
    Celery 5.7 ends by itself where Redis dies while it acknowledges a message.
    """

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env, self.folder = env, folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "machinery.log"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.beats: list[subprocess.Popen[bytes]] = []
        self.ended = 0

    def start(self, *, beats: int, workers: int = 1) -> None:
        for _ in range(workers):
            self.start_worker()
        for _ in range(beats):
            self.start_beat()

    def start_beat(self) -> None:
        """Start one more beat; it never finds the schedule of another."""
        own = self.folder / f"beat-{time.monotonic_ns()}"
        self.beats.append(self._run("beat", "-s", str(own)))

    def start_worker(self) -> None:
        self.workers.append(self._run(*WORKER))

    def mend(self) -> None:
        """Start each worker again that has ended by itself."""
        for worker in [worker for worker in self.workers if worker.poll() is not None]:
            self.workers.remove(worker)
            self.ended += 1
            self.start_worker()

    def kill_workers(self) -> None:
        kill(self.workers)

    def kill_beats(self) -> None:
        kill(self.beats)

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
        self.kill_workers()
        self.kill_beats()
