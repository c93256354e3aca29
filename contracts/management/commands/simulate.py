"""`manage.py simulate --on DAY [--until DAY]`: what would be sent, to whom and why; writes nothing."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import Term
from contracts.queries.simulation import Simulated, simulate


class Command(BaseCommand):
    """Run the plan of a day, or of each day of a range, without leaving a trace."""

    help = "Print what would be sent on a day (or each day until another), to whom and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="the day (default: today)")
        parser.add_argument("--until", type=date.fromisoformat, help="the last day of a range")

    def handle(self, *_args: Any, **options: Any) -> None:
        today = timezone.localdate()
        on = options["on"] or today
        if on < today:
            raise CommandError(_("Only today and the days to come can be simulated."))
        count = 0
        count = 0
        found = simulate(Term.objects.all(), on=on, until=options["until"], today=today)
        for message in found:
            self.stdout.write(self._line(message))
            count += 1
        self.stdout.write(_("%(count)d alerts; nothing was written.") % {"count": count})

    def _line(self, message: Simulated) -> str:
        told = ", ".join(message.to) or _("NOBODY")
        days = ngettext("%d day before", "%d days before", message.offset) % message.offset
        late = ngettext("%d day late", "%d days late", message.days_late) % message.days_late
        ahead = late if message.is_late else days
        about = f"{message.kind} {message.anchor}"
        return f"{message.day} | {told} | {message.vendor}: {message.title} | {ahead} {about}"
