"""A job may ring twice, late or beside itself: the rows it leaves are those of one run."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db.models import Model

from contracts import tasks
from contracts.models import Alert, Delivery, Heartbeat
from saas_tracker.celery import app
from saas_tracker.schedule import JOBS

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]


def rows() -> Rows:
    """Return every row of ours; of a heartbeat only whose it is, because it says when it last was."""
    return {
        model._meta.label: rows_of(model)
        for label in ("accounts", "contracts", "metrics")
        for model in apps.get_app_config(label).get_models()
    }


def rows_of(model: type[Model]) -> list[dict[str, Any]]:
    fields = ("job", "today") if model is Heartbeat else ()
    return list(model._default_manager.order_by("pk").values(*fields))


def differing(before: Rows, after: Rows) -> list[str]:
    return [label for label in before if before[label] != after[label]]


def test_every_scheduled_job_exists_and_says_why_it_rings_when_it_does() -> None:
    app.loader.import_default_modules()
    assert [job.task for job in JOBS if job.task not in app.tasks] == []
    assert all(len(job.reason) > 20 for job in JOBS)


def test_one_tick_is_every_scheduled_job() -> None:
    assert {task.name for task in tasks.ENGINE} == {job.task for job in JOBS}


@pytest.fixture
def portfolio(db: None) -> None:
    with time_machine.travel(NOW, tick=False):
        call_command("load_demo", contracts=30, seed=7, verbosity=0)


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("job", tasks.ENGINE, ids=lambda job: job.name)
def test_two_runs_of_a_job_leave_the_same_rows_as_one(job: Callable[[], object]) -> None:
    with time_machine.travel(NOW, tick=False):
        for earlier in tasks.ENGINE:
            earlier()
            if earlier is job:
                break
        before, sent = rows(), len(mail.outbox)
        job()
    assert differing(before, rows()) == []
    assert len(mail.outbox) == sent


@pytest.mark.usefixtures("portfolio")
def test_a_late_second_round_of_everything_on_the_same_day_leaves_the_same_rows() -> None:
    with time_machine.travel(NOW, tick=False):
        for job in tasks.ENGINE:
            job()
    before = rows()
    assert Alert.objects.exists()
    assert Delivery.objects.filter(state="sent").count() == len(mail.outbox) > 0
    with time_machine.travel(NOW.replace(hour=21), tick=False):
        for job in reversed(tasks.ENGINE):
            job()
    assert differing(before, rows()) == []
