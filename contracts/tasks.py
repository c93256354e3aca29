"""The doors of the worker: doorbells without data, safe to lose, to repeat and to ring together."""

from functools import partial
from random import SystemRandom
from typing import Any

from celery import shared_task
from django.utils import timezone

from contracts.services import deliveries, heartbeats, import_runs, jobs

clock = timezone.now
jitter = partial(SystemRandom().uniform, -1, 1)


@shared_task
def roll_over() -> dict[str, Any]:
    """Give terms that renewed by themselves their next term (R14)."""
    today = timezone.localdate()
    work = partial(jobs.roll_over, today=today, now=clock())
    return heartbeats.run("roll_over", work, today=today, clock=clock)


@shared_task
def plan() -> dict[str, Any]:
    """Record the alerts that are due, and whom they go to (R9 to R13)."""
    today = timezone.localdate()
    work = partial(jobs.plan, today=today, now=clock())
    return heartbeats.run("plan", work, today=today, clock=clock)


@shared_task
def pump() -> dict[str, Any]:
    """Send what is due (R11)."""
    work = partial(deliveries.deliver_due, clock=clock, jitter=jitter)
    return heartbeats.run("pump", work, today=timezone.localdate(), clock=clock)


@shared_task
def audit() -> dict[str, Any]:
    """Hold all alerts against contracts and terms, by a computation of its own (R12)."""
    today = timezone.localdate()
    work = partial(jobs.audit, today=today, now=clock())
    return heartbeats.run("audit", work, today=today, clock=clock)


@shared_task
def run_imports() -> dict[str, Any]:
    """Check and import the uploaded files that wait for it."""
    work = partial(import_runs.work_off, clock=clock)
    return heartbeats.run("run_imports", work, today=timezone.localdate(), clock=clock)


# The whole engine once, in the order in which one job's work is the next one's.
ENGINE = (roll_over, plan, pump, audit, run_imports)
