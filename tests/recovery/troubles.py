"""One portfolio on its way through all troubles; every contract has one alert."""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random

from contracts.models import Contract
from saas_tracker.accounts.models import User
from tests.recovery.machinery import Machinery, Redis, wait_until
from tests.recovery.portfolio import add_terms
from tests.recovery.sink import Sink

SENDERS = 3
ALERTS_PER_KILL = 11
ROUND = 1500
OUTAGE = timedelta(days=3)
PATIENCE = 300.0
CONTRACT = re.compile(rb"/contract/(\d+)/change/")


def run_senders(env: dict[str, str], kills: int, *, first_seed: int = 0) -> Counter[str]:
    """Run senders that die to their end; return the deaths by point."""
    share = -(-kills // SENDERS)
    senders = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.recovery.sender", str(first_seed + seed), str(share)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(SENDERS)
    ]
    deaths: Counter[str] = Counter()
    for sender in senders:
        out, err = sender.communicate(timeout=120 + ROUND)
        assert sender.returncode == 0, err
        assert err == ""
        deaths.update(json.loads(out))
    return deaths


def contracts_in(letter: bytes) -> set[int]:
    """Return the contracts that a letter names, once each, however it is encoded."""
    return {int(pk) for pk in CONTRACT.findall(letter.replace(b"=\r\n", b""))}


@dataclass
class Run:
    """The portfolio, its receiver, and what has been done to its machinery."""

    env: dict[str, str]
    sink: Sink
    owner: User
    today: date
    deaths: Counter[str] = field(default_factory=Counter)
    flushes: int = 0
    ended: int = 0
    latencies: list[float] = field(default_factory=list)

    def add(self, count: int, days_ahead: int = 100) -> None:
        """Enter contracts whose alert is due, or falls due some days from now."""
        add_terms(count, anchor=self.today + timedelta(days=days_ahead), owner=self.owner)

    def has_told(self, count: int, machinery: Machinery) -> bool:
        machinery.mend()
        return len(self.sink.ids) >= count

    def wait_for_all(self, machinery: Machinery) -> float:
        """Return after how many seconds the receiver has a message about each contract."""
        wanted = Contract.objects.count()
        told = partial(self.has_told, wanted, machinery)
        return wait_until(told, f"{wanted} alerts are told", PATIENCE)


def kill_senders(run: Run, alerts: int) -> None:
    """Kill senders and planners at every point; each round brings new alerts."""
    for start in range(0, alerts, ROUND):
        count = min(ROUND, alerts - start)
        run.add(count)
        run.deaths += run_senders(run.env, count // ALERTS_PER_KILL, first_seed=start)


def lose_the_bells(run: Run, machinery: Machinery, redis: Redis, times: int, alerts: int) -> None:
    """Empty Redis while alerts fall due; every second time kill the worker while it sends."""
    chance = Random(1)
    for number in range(times):
        run.add(alerts)
        if number % 2:
            time.sleep(chance.random())
        else:
            told = len(run.sink.ids)
            wait_until(partial(run.has_told, told + 3, machinery), "the worker sends")
            machinery.kill_workers()
            run.deaths["worker"] += 1
        redis.client.flushall()
        run.flushes += 1
        if not machinery.workers:
            machinery.start_worker()
        run.wait_for_all(machinery)


def kill_redis(run: Run, machinery: Machinery, redis: Redis, times: int, alerts: int) -> None:
    """Kill Redis while alerts fall due; note how long after its return everybody is told."""
    for _ in range(times):
        redis.kill()
        run.add(alerts)
        time.sleep(1)
        redis.start()
        run.latencies.append(run.wait_for_all(machinery))


def be_silent(run: Run, alerts: int) -> None:
    """Let alerts fall due on three days on which no beat rings and nobody sends."""
    for day in range(1, OUTAGE.days + 1):
        run.add(alerts, 120 + day)
