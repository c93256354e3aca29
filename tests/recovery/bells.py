"""The task queue of a test: rings as real beats do, only faster, and may live some days ahead.

`celery -A tests.recovery.bells worker` is the product's worker, `... beat` its beat with the
schedule compressed: what rings each five minutes rings every five seconds, what rings each minute
every second. With `DAYS_AHEAD` in the environment the jobs believe that so many days have passed.
"""

import os
from datetime import date, datetime, timedelta
from types import SimpleNamespace

from celery.schedules import schedule
from celery.signals import worker_init
from django.utils import timezone

from saas_tracker.celery import app

RINGS = {"plan": 5.0, "pump": 1.0}
DAYS_AHEAD = timedelta(days=int(os.environ.get("DAYS_AHEAD", "0")))

app.conf.beat_schedule = {
    job: {"task": f"contracts.tasks.{job}", "schedule": schedule(seconds)}
    for job, seconds in RINGS.items()
}


@worker_init.connect
def live_ahead(**_kwargs: object) -> None:
    """Move the clock that the jobs read; the worker's own stays where it is."""
    from contracts import tasks

    def now() -> datetime:
        return timezone.now() + DAYS_AHEAD

    def today() -> date:
        return timezone.localdate(now())

    vars(tasks).update(clock=now, timezone=SimpleNamespace(now=now, localdate=today))
