"""`manage.py load_demo`: a believable portfolio to try the tracker with."""

from argparse import ArgumentTypeError
from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.services import demo

MOST = 100_000
WINDOWS = (30, 60, 90, 120)


def number_of_contracts(text: str) -> int:
    """Read a number of contracts; refuse one that no demo needs."""
    number = int(text)
    if not 1 <= number <= MOST:
        raise ArgumentTypeError(_("choose 1 to %(most)d contracts") % {"most": MOST})
    return number


class Command(BaseCommand):
    """Load the demo and say what there is to see."""

    help = "Load a demo portfolio: real vendors and list prices, a made-up company."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contracts", type=number_of_contracts, default=120)
        parser.add_argument("--seed", type=int, default=7, help="another seed, another portfolio")
        parser.add_argument("--today", type=date.fromisoformat, default=timezone.localdate())
        parser.add_argument(
            "--add", action="store_true", help="put the demo beside the contracts that exist"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        started, seed, today = monotonic(), options["seed"], options["today"]
        try:
            found = demo.load(
                contracts=options["contracts"],
                seed=seed,
                today=today,
                add=options["add"],
                report=self._progress(options["contracts"], options["verbosity"]),
            )
        except demo.OccupiedError as occupied:
            message = _("%(reason)s Use --add to put the demo beside them.")
            raise CommandError(message % {"reason": occupied}) from occupied
        if options["verbosity"]:
            self._describe(found, demo.due_within(seed=seed, days=WINDOWS, today=today))
            seconds = _("%(seconds).1f seconds")
            self.stdout.write(seconds % {"seconds": monotonic() - started})

    def _progress(self, contracts: int, verbosity: int) -> Any:
        def report(done: int) -> None:
            if verbosity and contracts > 1000 and done % 1000 == 0:
                message = _("%(done)d of %(all)d contracts")
                self.stdout.write(message % {"done": done, "all": contracts}, ending="\r")

        return report

    def _describe(self, found: demo.Summary, due: list[int]) -> None:
        if not found.contracts:
            self.stdout.write(_("Nothing to do: this demo is loaded already."))
            return
        message = _(
            "Loaded %(contracts)d contracts with %(terms)d terms, %(lines)d licence lines, "
            "%(charges)d charges and %(budgets)d budgets."
        )
        self.stdout.write(message % {name: getattr(found, name) for name in found.__slots__})
        for window, count in zip(WINDOWS, due, strict=True):
            message = _("To decide within %(days)d days: %(count)d")
            self.stdout.write(message % {"days": window, "count": count})
