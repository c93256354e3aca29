"""`manage.py figures`: every figure of a window as one JSON file."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contracts.rules.period import Period
from metrics.queries.figures import figures
from metrics.queries.question import Question
from metrics.queries.snapshot import one_snapshot
from metrics.rules.renewals import DEFAULT_GRACE


class Command(BaseCommand):
    """Compute the figures of a window as of a day."""

    help = "Compute every figure of a window, as of a day, and write them as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the parts of the question."""
        day = date.fromisoformat
        parser.add_argument("--from", dest="start", type=day, required=True, metavar="DAY")
        parser.add_argument("--to", dest="end", type=day, required=True, metavar="DAY")
        parser.add_argument(
            "--as-of", type=day, metavar="DAY", help="default: today, or --believed-on"
        )
        parser.add_argument(
            "--believed-on",
            type=day,
            metavar="DAY",
            help="what had been recorded by the end of that day; default: what is recorded now",
        )
        parser.add_argument("--by", choices=("vendor", "contract"), default="vendor")
        parser.add_argument("--grace", type=int, default=DEFAULT_GRACE, metavar="DAYS")
        parser.add_argument("--json", type=Path, metavar="FILE", help="default: standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask the question and write the answer."""
        try:
            window = Period(options["start"], options["end"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        believed_on = options["believed_on"]
        as_of = options["as_of"] or believed_on or timezone.localdate()
        question = Question(window, as_of, options["by"], options["grace"], believed_on=believed_on)
        with one_snapshot(believed_on):
            found = figures(question)
        text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
        if options["json"] is None:
            self.stdout.write(text)
        else:
            options["json"].write_text(text + "\n", encoding="utf-8")
