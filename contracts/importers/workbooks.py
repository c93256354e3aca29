"""Reads the first sheet of an XLSX workbook, after looking at what it would unpack to."""

import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError as XmlError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml import DEFUSEDXML

from contracts.importers.problems import FileRefused
from contracts.importers.tables import Cell, Record

MAX_ENTRIES = 1_000
MAX_MEGABYTES = 50
MAX_RATIO = 100
BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    XmlError,
    DefusedXmlException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
)

if not DEFUSEDXML:
    raise ImportError("defusedxml must be installed: workbooks come from strangers")


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unpack to too much. Raises FileRefused."""
    members = archive.infolist()
    if len(members) > MAX_ENTRIES:
        raise FileRefused("archive_entries", limit=MAX_ENTRIES)
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_MEGABYTES << 20:
        raise FileRefused("archive_size", limit=MAX_MEGABYTES)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_RATIO * max(packed, 1):
        raise FileRefused("archive_ratio", limit=MAX_RATIO)


@dataclass(frozen=True, slots=True)
class WorkbookTable:
    """The first sheet of a workbook. Every read starts at its first row."""

    path: Path

    def records(self) -> Iterator[Record]:
        """Yield the rows; formulas are their text, never computed. Raises FileRefused."""
        with self._sheet() as sheet:
            # The stated size of the sheet is the file's word, and often wrong.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                yield [_cell(value) for value in row]

    def estimated_rows(self) -> int:
        """Return the number of rows the sheet says it has, 0 where it says nothing."""
        with self._sheet() as sheet:
            return max((sheet.max_row or 1) - 1, 0)

    @contextmanager
    def _sheet(self) -> Iterator[Any]:
        with self.path.open("rb") as handle, _refusing():
            book = openpyxl.load_workbook(handle, read_only=True, data_only=False)
            with closing(book):
                yield book.worksheets[0]


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever a broken workbook raises into one refusal."""
    try:
        yield
    except FileRefused:
        raise
    except BROKEN as broken:
        raise FileRefused("broken_workbook") from broken


def open_workbook(path: Path) -> WorkbookTable:
    """Look at the archive before anything is unpacked. Raises FileRefused."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
            if "[Content_Types].xml" not in archive.namelist():
                raise FileRefused("not_a_table")
    except (zipfile.BadZipFile, NotImplementedError, OSError) as broken:
        raise FileRefused("broken_workbook") from broken
    return WorkbookTable(path)


def _cell(value: object) -> Cell:
    """Return a cell as text, day, number or yes-no; numbers as the 15 digits a sheet shows."""
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(f"{value:.15g}")
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)
