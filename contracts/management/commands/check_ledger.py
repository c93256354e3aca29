"""`manage.py check_ledger`: adds up again everything that is stored beside the terms."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from contracts.services import ledger


class Command(BaseCommand):
    """Hold dates, ledger, price changes and flags against the terms; nothing is written."""

    help = "Print every stored date, amount or flag that differs from what the terms say."

    def handle(self, *_args: Any, **_options: Any) -> None:
        differences = ledger.check()
        for line in differences:
            self.stdout.write(line)
        if differences:
            raise CommandError(_("%(count)d differences.") % {"count": len(differences)})
        self.stdout.write(_("Everything that is stored follows from the terms."))
