"""Times candidates in turns, so that a busy machine is busy for all of them."""

import gc
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from os import cpu_count
from statistics import median
from time import perf_counter, process_time

from django.db import connection

Candidate = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """The milliseconds of one candidate, run by run: by the clock, and of this process's CPU."""

    name: str
    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return median(self.milliseconds)

    def add(self, call: Candidate) -> None:
        """Time one call."""
        gc.collect()
        started, used = perf_counter(), process_time()
        call()
        self.milliseconds.append((perf_counter() - started) * 1000)
        self.cpu.append((process_time() - used) * 1000)


def interleaved(
    candidates: Mapping[str, Candidate], runs: int, between: Candidate = lambda: None
) -> list[Timing]:
    """Run every candidate once to warm up, then all of them in turns, `runs` times.

    `between` runs before each of them, unmeasured.
    """
    for call in candidates.values():
        call()
    timings = {name: Timing(name) for name in candidates}
    for _run in range(runs):
        for name, call in candidates.items():
            between()
            timings[name].add(call)
    return list(timings.values())


def headline(title: str) -> None:
    """Print what is measured, on which engine and machine."""
    machine = f"Python {platform.python_version()}, {cpu_count()} cores"
    print(f"\n{title}")
    print(f"{engine()}, {date.today().isoformat()}, {machine}")


def engine() -> str:
    """Return the name and version of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def table(timings: list[Timing], floor: str, per: int = 1) -> None:
    """Print median, best and CPU time per candidate, and its median over the floor's.

    `per` divides the times where a candidate does a thing several times. The CPU time is this
    process's own: on a busy machine it is steadier, but a database server's work is not in it.
    """
    base = next(timing for timing in timings if timing.name == floor)
    print(f"{'':58} {'median ms':>10} {'best ms':>9} {'cpu ms':>9} {'x floor':>8}")
    for timing in timings:
        times = timing.median, min(timing.milliseconds), median(timing.cpu)
        middle, best, cpu = (each / per for each in times)
        ratio = timing.median / base.median
        print(f"{timing.name:58} {middle:10.2f} {best:9.2f} {cpu:9.2f} {ratio:8.2f}")


def ratio(timings: list[Timing], name: str, other: str) -> float:
    """Return the median of one candidate over that of another."""
    medians = {timing.name: timing.median for timing in timings}
    return medians[name] / medians[other]


def goal(text: str, measured: float, limit: float, *, at_least: bool = False) -> None:
    """Print a goal and whether the measured ratio meets it."""
    met = measured >= limit if at_least else measured <= limit
    sign = "at least" if at_least else "at most"
    verdict = "met" if met else "not met"
    print(f"goal: {text} {sign} {limit:g}: {measured:.2f}, {verdict}")
