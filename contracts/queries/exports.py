"""Contracts as rows of a file that a spreadsheet opens without running anything in it."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from contracts.queries.portfolio import with_standing

# What makes a spreadsheet take a text for a formula, full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# A number below zero starts like a formula and is none.
NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
COLUMNS = (
    "external_reference",
    "vendor__name",
    "title",
    "state",
    "renewal_kind",
    "ends_on",
    "notice_deadline",
    "send_by",
    "decide_by",
    "value",
    "currency",
    "owner__email",
    "department__name",
    "category__name",
    "cancelled_on",
    "leaving_reason",
)
HEADER = (
    "external_reference",
    "vendor",
    "title",
    "state",
    "renewal",
    "end",
    "notice_deadline",
    "send_notice_by",
    "decide_by",
    "annual_value",
    "currency",
    "owner",
    "department",
    "category",
    "cancelled_on",
    "leaving_reason",
)
CHUNK = 2000


class _Echo:
    """Hands back what is written, so that a response can stream it."""

    def write(self, line: str) -> str:
        return line


def contract_rows(contracts: QuerySet[Any], today: date) -> Iterator[tuple[Any, ...]]:
    """Yield the header and one row per contract, read in chunks."""
    yield HEADER
    rows = with_standing(contracts, today).values_list(*COLUMNS)
    yield from rows.iterator(chunk_size=CHUNK)


def csv_lines(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """Yield CSV lines; a text that a spreadsheet would run gets an apostrophe in front."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([_csv_value(value) for value in row])


def xlsx_file(rows: Iterable[tuple[Any, ...]]) -> BytesIO:
    """Return a workbook with one sheet; every text is a text, never a formula."""
    return workbook({"contracts": rows})


def workbook(sheets: Mapping[str, Iterable[tuple[Any, ...]]]) -> BytesIO:
    """Return a workbook with a sheet for each name; every text is a text, never a formula."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_xlsx_value(sheet, value) for value in row])
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    is_formula = text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _csv_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else harmless(str(value))


def _xlsx_value(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell
