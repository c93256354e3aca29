"""`manage.py import_contracts PATH --preset NAME`: a register, ledger or history from a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from contracts.models import ImportMapping
from contracts.services import imports

SHOWN_REFUSALS = 20
BAR_WIDTH = 30


class Command(BaseCommand):
    """Check a file row by row, then import it in one transaction."""

    help = (
        "Import contracts, terms, charges or rates from a CSV file, an XLSX workbook or a folder. "
        "Exit code 1: rows were refused and nothing was written, or were left out on request."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help=_("a file, a folder or a zip"))
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--preset", choices=[preset.name for preset in imports.presets()])
        how.add_argument("--mapping", help=_("a mapping saved on the upload page"))
        parser.add_argument("--dry-run", action="store_true", help=_("write nothing"))
        parser.add_argument(
            "--skip-refused", action="store_true", help=_("leave refused rows out, import the rest")
        )
        parser.add_argument("--report", type=Path, help=_("write the report to this JSON file"))

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(_("%(path)s does not exist.") % {"path": path})
        try:
            report = self._import(path, options)
        except imports.FileRefused as refused:
            raise CommandError(str(refused)) from refused
        if options["report"]:
            text = json.dumps(report.as_json(), indent=2, ensure_ascii=False)
            options["report"].write_text(text + "\n")
        if report.total(imports.Outcome.REFUSED):
            raise SystemExit(1)

    def _import(self, path: Path, options: dict[str, Any]) -> imports.Report:
        parts = imports.parts_of(
            preset=options["preset"] or "", mapping=self._mapping(options["mapping"])
        )
        found = imports.plan(path, parts, on_progress=self._bar(_("Checking")))
        self._say(found.report)
        if options["dry_run"]:
            self.stdout.write(_("Dry run: nothing was written."))
            return found.report
        if found.refused and not options["skip_refused"]:
            self.stdout.write(_("Rows were refused, so nothing was written."))
            return found.report
        report = imports.apply(
            found, skip_refused=options["skip_refused"], on_progress=self._bar(_("Importing"))
        )
        self.stdout.write(self.style.SUCCESS(_("Imported.")))
        return report

    def _mapping(self, name: str | None) -> ImportMapping | None:
        if not name:
            return None
        mapping = ImportMapping.objects.filter(name=name).first()
        if mapping is None:
            raise CommandError(_("There is no mapping %(name)s.") % {"name": name})
        return mapping

    def _bar(self, what: str) -> Callable[[int, int], None]:
        """Return a progress bar: redrawn in place on a terminal, silent but for its end elsewhere."""
        is_terminal = self.stderr.isatty()

        def show(done: int, total: int) -> None:
            if not is_terminal and done < total:
                return
            filled = BAR_WIDTH * done // max(total, 1)
            bar = "#" * filled + "." * (BAR_WIDTH - filled)
            line = f"{what} [{bar}] {done}/{total}"
            self.stderr.write(
                f"\r{line}" if is_terminal else line, ending="" if done < total else "\n"
            )

        return show

    def _say(self, report: imports.Report) -> None:
        for table, counter in report.counts.items():
            counts = ", ".join(f"{counter[outcome]} {outcome}" for outcome in imports.Outcome)
            self.stdout.write(f"{table}: {counts}")
        for offer in report.offers:
            self.stdout.write(
                _("Nearly the same vendor (%(score)d): %(name)s, row %(row)d, and %(vendor)s")
                % {
                    "score": offer.score,
                    "name": offer.name,
                    "row": offer.row,
                    "vendor": offer.vendor,
                }
            )
        for line in report.refusals[:SHOWN_REFUSALS]:
            for error in line["errors"]:
                self.stdout.write(self.style.ERROR(refusal_line(line["table"], error)))
        for code, count in sorted(report.reasons.items()):
            self.stdout.write(f"  {code}: {count}")


def refusal_line(table: str, error: dict[str, Any]) -> str:
    """Return one refusal as a line: table, row, column, value, code, sentence."""
    return _("%(table)s row %(row)d, %(column)s %(value)r: %(message)s [%(code)s]") % {
        **error,
        "table": table,
    }
