"""Keeps the processes of an embedded installation alive and ends them together.

Each part runs in a session of its own, so that a restart can first end whatever the part has left
behind. A part that dies is started again, and after longer and longer pauses if it keeps dying.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

POLL_SECONDS = 0.2
STOP_SECONDS = 8.0
HEALTHY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
PROJECT = Path(__file__).parent.parent
LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True)
class Part:
    """One process to keep alive, or to run once; `prepare` runs before each start of it."""

    name: str
    command: list[str]
    prepare: Callable[[], None] | None = None
    once: bool = False


@dataclass
class Child:
    """A part that runs, and how its latest starts went."""

    part: Part
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    not_before: float = field(default=0.0)


def kill_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to a part and everything it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


class Supervisor:
    """Runs parts until it is told to stop.

    `say` tells the operator what happens; the process id of each part is kept in `run_dir`.
    """

    def __init__(self, parts: list[Part], run_dir: Path, say: Callable[[str], None]) -> None:
        self._parts = parts
        self._run_dir = run_dir
        self._say = say
        self._children: list[Child] = []
        self._stopping = False

    def start(self) -> None:
        """Start every part and listen for Ctrl-C, SIGTERM and a closed terminal."""
        self._run_dir.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        for part in self._parts:
            self._children.append(Child(part, self._launch(part), time.monotonic()))

    def run(self, each_round: Callable[[], None]) -> None:
        """Keep the parts alive, calling `each_round` in between; stop all when a signal comes."""
        try:
            while not self._stopping:
                for child in self._children:
                    self._keep_alive(child)
                each_round()
                time.sleep(POLL_SECONDS)
        finally:
            self.stop()

    def ended(self, name: str) -> bool:
        """Say whether the part of this name has run to its end."""
        return all(c.process.poll() is not None for c in self._children if c.part.name == name)

    def stop(self) -> None:
        """End all parts politely, then by force; nothing of them is left when this returns."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
            kill_group(child.process.pid, signal.SIGKILL)
            child.process.wait()
            self._pid_file(child.part).unlink(missing_ok=True)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _pid_file(self, part: Part) -> Path:
        return self._run_dir / f"{part.name}.pid"

    def _launch(self, part: Part) -> subprocess.Popen[bytes]:
        if part.prepare is not None:
            part.prepare()
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LEASH), *part.command],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._pid_file(part).write_text(str(process.pid))
        return process

    def _keep_alive(self, child: Child) -> None:
        code = child.process.poll()
        if code is None or child.part.once:
            return
        now = time.monotonic()
        if not child.not_before:
            self._note_death(child, code, now)
        if now >= child.not_before:
            child.process = self._launch(child.part)
            child.started, child.not_before = now, 0.0

    def _note_death(self, child: Child, code: int, now: float) -> None:
        kill_group(child.process.pid, signal.SIGKILL)
        lived = now - child.started
        child.failures = 0 if lived > HEALTHY_SECONDS else child.failures + 1
        pause = min(LONGEST_PAUSE_SECONDS, 2.0 ** (child.failures - 1)) if child.failures else 0.0
        child.not_before = now + pause
        self._say(f"{child.part.name} ended with code {code}; starting it again in {pause:.0f} s")
