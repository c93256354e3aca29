"""A sender that dies: run as `python -m tests.recovery.sender SEED KILLS`.

It forks one life after the other. Each runs the real jobs and is killed (SIGKILL) in the middle of
them, at one of the named points or at any moment; after KILLS deaths the lives are spared. The
process prints the deaths by point as JSON and ends when nothing is left to send.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from importlib import import_module
from random import Random
from typing import Any

import django
from django.utils import timezone

# Where a life ends: right after this call has returned for the n-th time.
POINTS = {
    "plan": ("contracts.services.alert_sql", "raise_planned", 1),
    "address": ("contracts.services.addressing", "_create", 1),
    "claim": ("contracts.services.leases", "claim", 3),
    "sent": ("contracts.channels.email.EmailChannel", "send", 6),
    "finish": ("contracts.services.leases", "finish", 6),
    "release": ("contracts.services.timing", "arrange_new", 1),
}
RELEASE = "release"
ANYWHERE = "anywhere"
LONGEST_LIFE = 0.2
# Planning is over after the first life that survives it; the rest is sending.
FIRST = ["plan", "address", RELEASE]
THEN = ["claim", "sent", "finish", ANYWHERE]


def die_after(place: str, name: str, calls: int) -> None:
    """Let the process be killed once `place.name` has returned `calls` times."""
    try:
        owner: Any = import_module(place)
    except ModuleNotFoundError:
        module, _, attribute = place.rpartition(".")
        owner = getattr(import_module(module), attribute)
    original, left = getattr(owner, name), [calls]

    def fatal(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, fatal)


def let_go() -> None:
    """Say that a mass of alerts is right, as an administrator does: each round plans many at once."""
    from contracts.services import holds
    from saas_tracker.accounts.models import User

    if hold := holds.open_hold():
        by = User.objects.earliest("pk")
        holds.release(hold, today=timezone.localdate(), now=timezone.now(), by=by)


def live(point: str | None, chance: Random) -> None:
    """Run the engine until nothing is left to do; a life that releases does no more than that."""
    from contracts import tasks
    from contracts.models import Delivery

    fate = POINTS.get(point or "")
    if fate and point != RELEASE:
        die_after(*fate[:2], chance.randint(1, fate[2]))
    tasks.plan()
    if fate and point == RELEASE:
        die_after(*fate)
        let_go()
        return
    while Delivery.objects.filter(state__in=("pending", "leased")).exists():
        let_go()
        tasks.pump()
        time.sleep(0.1)


def one_life(point: str | None, chance: Random) -> bool:
    """Fork a life and wait for its end; returns whether it was killed."""
    child = os.fork()
    if child == 0:
        failed = True
        try:
            live(point, chance)
            failed = False
        finally:
            if failed:
                traceback.print_exc()
            os._exit(failed)
    if point == ANYWHERE:
        time.sleep(chance.uniform(0.02, LONGEST_LIFE))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(seed: int, kills: int) -> None:
    """Live and die `kills` times, then live once more."""
    django.setup()
    chance = Random(seed)
    deaths: Counter[str] = Counter()
    lives = FIRST + THEN * kills
    while deaths.total() < kills and lives:
        point = lives.pop(0)
        deaths[point] += one_life(point, chance)
    one_life(None, chance)
    sys.stdout.write(json.dumps(deaths))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
