"""Reads a CSV file or an XLSX workbook as rows, in flat memory and within fixed limits."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path

from contracts.importers.problems import FileRefused

MAX_ROWS = 100_000
MAX_COLUMNS = 200
DELIMITERS = ",;\t"
READ_BYTES = 1 << 20
ZIP_MAGIC = b"PK\x03\x04"

Cell = str | Decimal | date | bool
Record = list[Cell]


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A row as a person counts it (the headings are row 1), its cells by heading."""

    number: int
    cells: dict[str, Cell]
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file whose encoding and delimiter are known. Every read starts at its first row."""

    path: Path
    encoding: str
    delimiter: str

    def records(self) -> Iterator[Record]:
        """Yield the records, the headings first. Raises FileRefused where the text is not CSV."""
        # newline="" leaves CR, LF, CRLF and line ends inside quotes to the reader.
        with self.path.open(encoding=self.encoding, newline="") as handle:
            reader = csv.reader(handle, delimiter=self.delimiter, strict=True)
            try:
                yield from reader
            except csv.Error as broken:
                raise FileRefused("broken_csv", line=reader.line_num, reason=broken) from broken


def open_csv(path: Path, encoding: str | None = None, delimiter: str | None = None) -> CsvTable:
    """Find out how a CSV file is written, without keeping it.

    A stated `encoding` or `delimiter` is taken as it is. Raises FileRefused.
    """
    found = encoding or detect_encoding(path)
    if delimiter is None:
        delimiter = max(DELIMITERS, key=lambda mark: _width(CsvTable(path, found, mark)))
    return CsvTable(path, found, delimiter)


def detect_encoding(path: Path) -> str:
    """Return utf-8-sig (with or without the mark) or, where that fails, cp1252. Raises FileRefused."""
    with path.open("rb") as handle:
        if b"\0" in handle.read(READ_BYTES):
            raise FileRefused("not_text")
    for encoding in ("utf-8-sig", "cp1252"):
        if _decodes(path, encoding):
            return encoding
    raise FileRefused("not_text")


def headings_of(records: Iterator[Record]) -> list[str]:
    """Take the headings off the records: stripped, each once, empty ones kept in place.

    Raises FileRefused.
    """
    first = next(records, None)
    if not first:
        raise FileRefused("empty_file")
    if len(first) > MAX_COLUMNS:
        raise FileRefused("too_many_columns", limit=MAX_COLUMNS)
    headings = [str(cell).strip() for cell in first]
    named = [heading for heading in headings if heading]
    if not named:
        raise FileRefused("empty_file")
    for heading in named:
        if named.count(heading) > 1:
            raise FileRefused("heading_twice", heading=heading)
    return headings


def numbered(records: Iterator[Record], headings: list[str]) -> Iterator[NumberedRow]:
    """Yield the rows below the headings, empty ones left out but counted. Raises FileRefused."""
    width = len(headings)
    for index, record in enumerate(records):
        if index >= MAX_ROWS:
            raise FileRefused("too_many_rows", limit=MAX_ROWS)
        if _is_empty(record):
            continue
        cells = dict(zip(headings, record, strict=False))
        cells.pop("", None)
        yield NumberedRow(index + 2, cells, not _is_empty(record[width:]))


def _is_empty(record: Record) -> bool:
    # Not any(): a zero is a value.
    return all(cell == "" for cell in record)


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as handle:
            while handle.read(READ_BYTES):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _width(table: CsvTable) -> int:
    try:
        return max((len(record) for record in islice(table.records(), 1)), default=0)
    except FileRefused:
        return 0
