"""Every periodic job in one table, with the reason for its hour. A missed ring is found by the next one."""

from dataclasses import dataclass

from celery.schedules import crontab


@dataclass(frozen=True, slots=True)
class Job:
    """When a doorbell rings, and why then.

    Always a crontab: an interval starts anew with each start of the scheduler and may never come.
    """

    task: str
    when: crontab
    reason: str


JOBS = (
    Job(
        "contracts.tasks.run_imports",
        crontab(),
        "Each minute: an upload rings by itself, this finds the file whose ring was lost.",
    ),
    Job(
        "contracts.tasks.roll_over",
        crontab(minute=3),
        "Hourly: some zone's midnight passes each hour; three minutes late, before the next plan.",
    ),
    Job(
        "contracts.tasks.plan",
        crontab(minute="*/5"),
        "What was entered, edited or restored has its alert within five minutes.",
    ),
    Job(
        "contracts.tasks.pump",
        crontab(),
        "Each minute: the wait that people notice after an alert was raised.",
    ),
    Job(
        "contracts.tasks.audit",
        crontab(minute=28),
        "Hourly: after midnight the planner has had five turns before it is judged.",
    ),
)

SCHEDULE: dict[str, dict[str, object]] = {
    job.task.rpartition(".")[2]: {"task": job.task, "schedule": job.when} for job in JOBS
}
