"""`manage.py coverage`: every contract with its next alert, or the reason why it has none."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Contract
from contracts.queries.coverage import coverage, share


class Command(BaseCommand):
    """Print the share of contracts that are covered; fail where one is not."""

    help = "Print every contract with its next alert, recipients and channel, or why it has none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without-alert", action="store_true", help="only those without one")

    def handle(self, *_args: Any, **options: Any) -> None:
        covered = total = 0
        for row in coverage(Contract.objects.all(), today=timezone.localdate()):
            total, covered = total + 1, covered + (not row.is_gap)
            if row.word or not options["without_alert"]:
                told = f"{row.next_on} {row.channel}: {', '.join(row.to)} | {row.about}, {row.by}"
                self.stdout.write(f"{row.vendor}: {row.title} | {row.reason or told}")
        text = _("%(covered)d of %(total)d contracts have an alert or a reason: %(share)s")
        line = text % {"covered": covered, "total": total, "share": share(covered, total)}
        if covered < total:
            raise CommandError(line)
        self.stdout.write(line)
