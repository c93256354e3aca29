"""An uploaded file on its way: checked, looked at, confirmed, imported. Each step happens once."""

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import ImportRun, Vendor, VendorAlias
from contracts.services import imports, records
from contracts.services.import_report import Report, Sink
from contracts.services.import_run_state import rights_of

logger = logging.getLogger(__name__)

Stage = ImportRun.Stage
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".zip")
# Up to this many bytes (about 2,000 rows) a file is checked while its sender waits.
SMALL_BYTES = 400_000
# A check that has not moved for so long was lost, and is taken up again.
ABANDONED = timedelta(minutes=2)
ROWS_DIR = "imports"
# A file that can still be read another way.
OPEN_STAGES = (Stage.UPLOADED, Stage.CHECKED, Stage.REFUSED)


def upload(*, file: "File[bytes]", preset: str = "", mapping: Any = None, by: Any) -> ImportRun:
    """Keep an uploaded file under a name of our own; nothing of it is read yet.

    Raises PermissionDenied for a person who edits nothing, ValidationError for a file that is too
    large or of another kind.
    """
    rights_of(by)
    name = Path(file.name or "").name
    if not name.lower().endswith(ENDINGS):
        raise ValidationError(_("Upload a CSV file, an XLSX workbook or a zip of CSV files."))
    if file.size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES >> 20
        raise ValidationError(_("The file is larger than %(limit)d MB.") % {"limit": limit})
    run = ImportRun(file_name=name[:255], preset=preset, mapping=mapping, owner=by)
    run.file.save(f"{uuid.uuid4().hex}{Path(name).suffix.lower()}", file, save=False)
    run.save()
    return run


def is_small(run: ImportRun) -> bool:
    """Say whether the file can be checked while its sender waits."""
    return bool(run.file.size <= SMALL_BYTES)


def queue_check(run: ImportRun, *, mapping: Any = None) -> None:
    """Ask for a check, with this mapping if one is given; a check that waits stays as it is."""
    if mapping is not None:
        run.mapping = mapping
    run.stage = Stage.CHECKING
    run.rows_done = run.rows_total = 0
    run.save()


def queue_import(run: ImportRun, *, skip_refused: bool, by: Any) -> bool:
    """Ask for the import of a checked file; False if another click came first.

    Raises PermissionDenied for a person who edits nothing.
    """
    rights_of(by)
    waiting = ImportRun.objects.filter(pk=run.pk, stage=Stage.CHECKED)
    report = run.report | {"skip_refused": skip_refused}
    moved = waiting.update(stage=Stage.IMPORTING, rows_done=0, rows_total=0, report=report)
    run.refresh_from_db()
    return bool(moved)


def work_off(*, clock: Callable[[], datetime]) -> int:
    """Check and import whatever waits; returns how many files moved on.

    Two workers at once, a lost doorbell or a killed worker leave every file checked or imported
    once: whoever claims it works, the import and its stage are one transaction.
    """
    waiting = ImportRun.objects.filter(stage__in=(Stage.CHECKING, Stage.IMPORTING))
    moved = 0
    for run in waiting.order_by("pk"):
        if _claim(run, now=clock()):
            _work_safely(run)
            moved += 1
    return moved


def _work_safely(run: ImportRun) -> None:
    """Work on one file; one that cannot be read at all is refused, and the others go on."""
    stage = run.stage
    try:
        work_on(run)
    except Exception:
        logger.exception("Import %s could not be read", run.pk)
        sentence = _("Something went wrong in reading this file. The log of the worker says what.")
        _move(run, stage, Stage.REFUSED, {"refused": sentence, "code": "unexpected"})


def work_on(run: ImportRun) -> None:
    """Check or import one file, whichever it waits for."""
    stage = run.stage
    try:
        if stage == Stage.CHECKING:
            _check(run)
        else:
            _import(run)
    except (imports.FileRefused, PermissionDenied) as refused:
        code = getattr(refused, "code", "permission_denied")
        sentence = str(refused) or _("You may not import.")
        _move(run, stage, Stage.REFUSED, {"refused": sentence, "code": code})


def accept_near_match(run: ImportRun, *, name: str, by: Any) -> None:
    """Note that a name of the file is another spelling of the vendor that was offered for it.

    Raises ValidationError if nothing was offered, PermissionDenied for a person who edits nothing.
    """
    rights_of(by)
    offers = run.report.get("near_matches", [])
    offer = next((found for found in offers if found["name"] == name), None)
    if offer is None:
        raise ValidationError(_("No vendor was offered for %(name)s.") % {"name": name})
    with transaction.atomic():
        vendor = Vendor.objects.filter(name__iexact=offer["vendor"]).first()
        if vendor is None:
            vendor = records.store(Vendor(name=offer["vendor"]), by=by)
        records.store(VendorAlias(vendor=vendor, name=name), by=by)
        queue_check(run)


def decisions(
    run: ImportRun, *, outcome: str = "", page: int = 1, size: int = 50
) -> list[dict[str, Any]]:
    """Return one page of what a check found row by row, of one outcome if one is named."""
    path = run.report.get("rows_file")
    if not path or not default_storage.exists(path):
        return []
    with default_storage.open(path, "rb") as handle:
        mark = f'"outcome": "{outcome}"'.encode() if outcome else b""
        wanted = (line for line in handle if mark in line)
        return [json.loads(line) for line in islice(wanted, (page - 1) * size, page * size)]


def _claim(run: ImportRun, *, now: datetime) -> bool:
    """Take a waiting file for this worker; False if another one has it."""
    free = Q(rows_done=0, rows_total=0) | Q(updated_at__lt=now - ABANDONED)
    mine = ImportRun.objects.filter(free, pk=run.pk, stage=run.stage)
    return bool(mine.update(rows_total=1, updated_at=now))


def _check(run: ImportRun) -> None:
    with _rows_file(run) as (name, write):
        parts = imports.parts_of(preset=run.preset, mapping=run.mapping)
        found = imports.plan(
            Path(run.file.path), parts, by=run.owner, on_progress=_progress(run), sink=write
        )
    report = found.report.as_json() | {"rows_file": name}
    _move(run, Stage.CHECKING, Stage.CHECKED, report, rows=found.report.rows)


def _import(run: ImportRun) -> None:
    """Import a confirmed file. Its stage changes in the transaction that writes its rows."""
    kept = {"near_matches": run.report.get("near_matches", [])}
    with _rows_file(run) as (name, write):
        try:
            with transaction.atomic():
                waiting = ImportRun.objects.filter(pk=run.pk, stage=Stage.IMPORTING)
                if waiting.select_for_update().exists():
                    report = _apply(run, write)
                    after = report.as_json() | kept | {"rows_file": name}
                    _move(run, Stage.IMPORTING, Stage.IMPORTED, after, rows=report.rows)
        except imports.RowsRefusedError as refused:
            after = refused.report.as_json() | kept | {"rows_file": name}
            _move(run, Stage.IMPORTING, Stage.CHECKED, after, rows=refused.report.rows)
    run.refresh_from_db()


def _apply(run: ImportRun, sink: Sink) -> Report:
    parts = imports.parts_of(preset=run.preset, mapping=run.mapping)
    unchecked = imports.ImportPlan(Path(run.file.path), parts, Report())
    skip = bool(run.report.get("skip_refused"))
    return imports.apply(unchecked, by=run.owner, skip_refused=skip, sink=sink)


def _move(run: ImportRun, was: str, stage: str, report: dict[str, Any], *, rows: int = 0) -> None:
    """Bring a file from one stage to the next, unless another worker did."""
    waiting = ImportRun.objects.filter(pk=run.pk, stage=was)
    before = run.report.get("rows_file")
    if waiting.update(stage=stage, report=report, rows_done=rows, rows_total=rows) and before:
        transaction.on_commit(partial(default_storage.delete, before))
    run.refresh_from_db()


def _progress(run: ImportRun) -> imports.Progress | None:
    """Return what writes the progress of a check where others see it, None inside a transaction."""
    if connection.in_atomic_block:
        return None

    def tell(done: int, total: int) -> None:
        run.rows_done, run.rows_total = done, total
        run.save(update_fields=["rows_done", "rows_total", "updated_at"])

    return tell


@contextmanager
def _rows_file(run: ImportRun) -> Iterator[tuple[str, Sink]]:
    """Open a new file for the decisions on each row; gives its name and what writes a line."""
    name = f"{ROWS_DIR}/{run.public_id.hex}-{uuid.uuid4().hex}.jsonl"
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as handle:
        yield name, _line_writer(handle)


def _line_writer(handle: IO[str]) -> Sink:
    def write(line: dict[str, Any]) -> None:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")

    return write
