"""`manage.py setup`: everything an installation needs before it is served."""

from argparse import BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from saas_tracker.env import env
from saas_tracker.installation import prepare


class Command(BaseCommand):
    """Prepare the database and print the first administrator's password, once."""

    help = "Migrate, and on the first run create the administrator and the demo portfolio."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default=env.str("ADMIN_EMAIL", default="admin@localhost"))
        parser.add_argument(
            "--demo", action=BooleanOptionalAction, default=env.bool("DEMO", default=True)
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        administrator = prepare(email=options["email"], demo=options["demo"], say=self.stdout.write)
        if administrator is None:
            self.stdout.write(_("Ready."))
            return
        self.stdout.write(_("Sign in as %(email)s") % {"email": administrator.email})
        self.stdout.write(_("Password   %(password)s") % {"password": administrator.password})
        self.stdout.write(_("It is shown only now; no default exists."))
