"""Takes files in: a dry run that says what would happen to each row, then one transaction."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from contracts.importers.presets import PRESETS, Part, Preset
from contracts.importers.problems import FileRefused
from contracts.importers.recipes import by_hand
from contracts.importers.rows import ParsedRow
from contracts.importers.sources import OpenPart, opened
from contracts.models import ImportMapping
from contracts.services import ledger
from contracts.services.import_agreements import AgreementIntake
from contracts.services.import_charges import ChargeIntake
from contracts.services.import_intake import Intake
from contracts.services.import_ledger_rows import (
    BudgetIntake,
    IndexIntake,
    LinkIntake,
    RateIntake,
)
from contracts.services.import_names import Book
from contracts.services.import_report import Outcome, Report, Sink
from contracts.services.import_run_state import RunState, rights_of
from contracts.services.import_terms import TermIntake

__all__ = [
    "FileRefused",
    "ImportPlan",
    "Outcome",
    "Report",
    "RowsRefusedError",
    "apply",
    "parts_of",
    "plan",
    "presets",
]
CHUNK = 1_000
Progress = Callable[[int, int], None]
INTAKES: dict[str, Callable[[RunState], Intake]] = {
    "register": AgreementIntake,
    "contracts": AgreementIntake,
    "terms": TermIntake,
    "charges": ChargeIntake,
    "links": LinkIntake,
    "budgets": BudgetIntake,
    "indices": IndexIntake,
    "rates": RateIntake,
}


class RowsRefusedError(Exception):
    """Rows were refused, so nothing was written; `report` names them."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{report.total(Outcome.REFUSED)} rows refused")
        self.report = report


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a dry run found: the file, how it is read, and what would happen to its rows."""

    path: Path
    parts: tuple[Part, ...]
    report: Report = field(repr=False)

    @property
    def refused(self) -> int:
        """The number of refused rows."""
        return self.report.total(Outcome.REFUSED)


def presets() -> list[Preset]:
    """Return the presets that are shipped, in the order of their importance."""
    return list(PRESETS.values())


def parts_of(*, preset: str = "", mapping: ImportMapping | None = None) -> tuple[Part, ...]:
    """Return what a preset of this name, or else a saved mapping, reads.

    Raises KeyError for an unknown preset and FileRefused for an incomplete mapping.
    """
    if mapping is not None:
        return (Part(by_hand(mapping.columns, mapping.options)),)
    return PRESETS[preset].parts


def plan(
    path: Path,
    parts: tuple[Part, ...],
    *,
    by: Any = None,
    on_progress: Progress | None = None,
    sink: Sink | None = None,
) -> ImportPlan:
    """Say what importing a file would do to each of its rows; nothing is written.

    `by` is the person whose rights count, None the operator. `on_progress` hears (rows done, rows
    in all), `sink` every decision as plain values. Raises FileRefused for a file that cannot be
    read at all and PermissionDenied for a person who edits nothing.
    """
    state = RunState(Book(matching=True), rights_of(by), writing=False, by=by)
    report = _pass(path, parts, state, on_progress, sink)
    report.offers = state.book.vendors.offers
    return ImportPlan(path, parts, report)


def apply(
    found: ImportPlan,
    *,
    by: Any = None,
    skip_refused: bool = False,
    on_progress: Progress | None = None,
    sink: Sink | None = None,
) -> Report:
    """Import a file in one transaction; a second call changes nothing.

    Every row is decided again on what the tables hold now. A refused row refuses the whole file
    unless `skip_refused` leaves those rows out. Raises RowsRefusedError, with nothing written.
    """
    if found.refused and not skip_refused:
        raise RowsRefusedError(found.report)
    with transaction.atomic():
        state = RunState(Book(matching=False), rights_of(by), writing=True, by=by)
        report = _pass(found.path, found.parts, state, on_progress, sink)
        if report.total(Outcome.REFUSED) and not skip_refused:
            raise RowsRefusedError(report)
        ledger.refresh(sorted(state.touched))
    report.offers = found.report.offers
    return report


def _pass(
    path: Path,
    parts: tuple[Part, ...],
    state: RunState,
    on_progress: Progress | None,
    sink: Sink | None,
) -> Report:
    report = Report(sink=sink)
    tell = on_progress or _silent
    with opened(path, parts) as tables:
        total = sum(table.count() for table in tables) if on_progress else 0
        for table in tables:
            for _rows in _take(table, state, report):
                tell(report.rows, max(total, report.rows))
    return report


def _take(table: OpenPart, state: RunState, report: Report) -> Iterator[int]:
    """Take one table in, chunk by chunk; yield the size of each chunk when it is decided."""
    intake = INTAKES[table.recipe.kind](state)
    for chunk in _chunks(table.rows()):
        for decision in intake.take(chunk, table.recipe):
            report.add(table.name or table.recipe.kind, decision)
        yield len(chunk)


def _chunks(rows: Iterable[ParsedRow]) -> Iterator[list[ParsedRow]]:
    found = iter(rows)
    while chunk := list(islice(found, CHUNK)):
        yield chunk


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""
