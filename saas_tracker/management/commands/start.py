"""`manage.py start`: the whole tracker on one machine, until Ctrl-C."""

import contextlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from saas_tracker.embedded import AlreadyRunningError, answers, only_one, parts, port_is_free
from saas_tracker.env import DATA_DIR, env
from saas_tracker.installation import Administrator, prepare
from saas_tracker.supervisor import Supervisor


class Command(BaseCommand):
    """Prepare the installation, then keep web, worker and beat alive."""

    help = "Migrate, set up what is missing, and run web, worker and scheduler until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=env.str("HOST", default="127.0.0.1"))
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *_args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not port_is_free(host, port):
            raise CommandError(
                _("Port %(port)d is taken. Choose another: PORT=%(other)d make run")
                % {"port": port, "other": port + 1}
            )
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(only_one(DATA_DIR / "run"))
            except AlreadyRunningError as running:
                raise CommandError(
                    _("The data folder %(folder)s is in use by another start.")
                    % {"folder": DATA_DIR}
                ) from running
            self._serve(host, port)

    def _serve(self, host: str, port: int) -> None:
        email = env.str("ADMIN_EMAIL", default="admin@localhost")
        administrator = prepare(
            email=email, demo=env.bool("DEMO", default=True), say=self.stdout.write
        )
        supervisor = Supervisor(parts(host, port), DATA_DIR / "run", self.stderr.write)
        greeted = False

        def greet_once() -> None:
            nonlocal greeted
            if not greeted and supervisor.ended("first-scan") and answers(host, port):
                greeted = True
                self._greet(administrator)

        self.stdout.write(_("Starting web, worker and scheduler ..."))
        supervisor.start()
        supervisor.run(greet_once)
        self.stdout.write(_("Stopped."))

    def _greet(self, administrator: Administrator | None) -> None:
        lines = ["", _("SaaS Tracker is running: %(url)s/admin/") % {"url": settings.BASE_URL}]
        if administrator is not None:
            lines += [
                _("  sign in as   %(email)s") % {"email": administrator.email},
                _("  password     %(password)s   (shown only now)")
                % {"password": administrator.password},
            ]
        lines += [
            _("  look first   at the dashboard: what must be decided in the next 120 days,"),
            _("               then at the outbox: the reminders that were due today"),
            _("  data         %(folder)s") % {"folder": DATA_DIR},
            _("Ctrl-C stops everything."),
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
