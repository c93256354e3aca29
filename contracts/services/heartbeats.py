"""Proof of life: each job leaves the time of its last complete run, and what it saw."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from contracts.models import Heartbeat


def run(
    job: str, work: Callable[[], Any], *, today: date, clock: Callable[[], datetime]
) -> dict[str, Any]:
    """Do `work` and record that the job ran to its end; returns what it saw.

    `work` returns a number or a dataclass of numbers. A run that raises leaves no heartbeat: the
    age of the last one tells.

    Source: R12.
    """
    started_at = clock()
    result = work()
    saw = {"changed": result} if isinstance(result, int) else asdict(result)
    Heartbeat.objects.update_or_create(
        job=job,
        defaults={
            "started_at": started_at,
            "finished_at": clock(),
            "today": today,
            "saw": saw,
        },
    )
    return saw
