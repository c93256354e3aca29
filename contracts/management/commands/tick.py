"""`manage.py tick`: the whole engine once, without worker, scheduler or broker."""

from typing import Any

from django.core.management.base import BaseCommand

from contracts import tasks


class Command(BaseCommand):
    """Run every job of the engine in this process; any cron may do so, as often as it likes."""

    help = "Renew, raise the alerts that are due and send them: the whole engine once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for job in tasks.ENGINE:
            saw = ", ".join(f"{name} {value}" for name, value in job().items())
            self.stdout.write(f"{job.name.rpartition('.')[2]}: {saw}")
