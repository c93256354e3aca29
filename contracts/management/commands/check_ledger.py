"""`manage.py check_ledger`: adds up again everything that is stored beside the terms."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from contracts.services import ledger


class Command(BaseCommand):
    """Hold dates, ledger, sums, price changes and flags against the terms."""

    help = "Print every stored date, amount, sum or flag that differs from what the terms say."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--refresh", action="store_true", help="First write everything anew that differs."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["refresh"]:
            ledger.rebuild()
        differences = ledger.check()
        for line in differences:
            self.stdout.write(line)
        if differences:
            raise CommandError(_("%(count)d differences.") % {"count": len(differences)})
        self.stdout.write(_("Everything that is stored follows from the terms."))
