"""What is wrong with a file, or with one cell of it: a stable code and a sentence."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, gettext_noop

MESSAGES: Final[dict[str, str]] = {
    "missing": gettext_noop("A value is missing."),
    "too_long": gettext_noop("%(text)s has more than %(limit)s characters."),
    "not_whole": gettext_noop("%(text)s is not a whole number from %(least)s to %(most)s."),
    "too_many_places": gettext_noop("%(text)s has more than %(limit)s decimal places."),
    "too_large": gettext_noop("%(text)s has more than %(limit)s digits before the decimal mark."),
    "negative": gettext_noop("%(text)s is below zero."),
    "not_positive": gettext_noop("%(text)s is not above zero."),
    "not_a_choice": gettext_noop("%(text)s is not one of: %(choices)s."),
    "unknown_currency": gettext_noop("%(text)s is not a currency code."),
    "control_character": gettext_noop("The text holds a control character."),
    "end_before_start": gettext_noop("The end %(end)s lies before the start %(start)s."),
    "total_without_end": gettext_noop("A total value needs the end of the term."),
    "amount_zero": gettext_noop("The amount is zero: the register does not know the value."),
    "several_vendors": gettext_noop(
        "The cell names %(count)s suppliers; a contract has one: write a row for each."
    ),
    "too_many_cells": gettext_noop("The row has more cells than the file has headings."),
    "linked_to_itself": gettext_noop("A contract is not linked to itself."),
    "no_month": gettext_noop("%(text)s is not a month: write 1 to 12, or M01 to M12."),
    "key_of_total": gettext_noop("A total has no name; every other budget has one."),
    "empty_file": gettext_noop("The file is empty."),
    "not_a_table": gettext_noop("This is neither a CSV file nor an Excel workbook (XLSX)."),
    "not_text": gettext_noop("The file is not text in UTF-8 or Windows-1252."),
    "broken_csv": gettext_noop("Line %(line)s is not CSV: %(reason)s."),
    "broken_workbook": gettext_noop("The workbook cannot be read."),
    "heading_twice": gettext_noop("The heading %(heading)s stands there twice."),
    "heading_missing": gettext_noop("The file has no column %(heading)s."),
    "field_missing": gettext_noop("No column is chosen for: %(field)s."),
    "value_refused": gettext_noop("%(field)s: %(reason)s"),
    "too_many_columns": gettext_noop("The file has more than %(limit)s columns."),
    "too_many_rows": gettext_noop("The file has more than %(limit)s rows."),
    "archive_entries": gettext_noop("The archive holds more than %(limit)s files."),
    "archive_size": gettext_noop("The archive unpacks to more than %(limit)s MB."),
    "archive_ratio": gettext_noop("The archive is packed more than %(limit)s times: refused."),
    "broken_archive": gettext_noop("The archive cannot be read."),
    "part_missing": gettext_noop("There is no file %(name)s."),
    "not_a_folder": gettext_noop("This preset reads a folder or a zip file with %(names)s."),
    "not_a_file": gettext_noop("This preset reads one file, not a folder."),
}


class FileRefused(ValueError):  # the file is refused; nothing is broken
    """A whole file cannot be taken: a stable `code` and a sentence for a person."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        super().__init__(gettext(MESSAGES[code]) % params)


class CellRefused(ValueError):
    """A cell cannot be taken: a stable `code`, a message template and its values."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.template = MESSAGES[code]
        self.params = params
        super().__init__(self.template % params)


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row is refused: the row as a person counts it, the column, the value, the reason."""

    row: int
    column: str
    value: str
    code: str
    message: str
