"""Every periodic job in one table, with the reason for its hour. A missed ring is found by the next one."""

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, object]] = {}

# Kept for the type of the entries: {"task": dotted name, "schedule": crontab(...)}.
EVERY_FIVE_MINUTES = crontab(minute="*/5")
