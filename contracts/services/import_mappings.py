"""Mappings by hand: what a file's columns look like, which field each could be, and what is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.importers.kinds import CONSTANTS, KINDS, Kind
from contracts.importers.recipes import by_hand, guess_columns, guess_kind
from contracts.importers.sources import open_table
from contracts.importers.tables import headings_of, numbered
from contracts.models import ImportMapping, ImportRun
from contracts.services import records

SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """The headings and first rows of an uploaded file, and the kind of table it seems to be."""

    headings: list[str]
    rows: list[list[str]]
    kind: Kind


def kinds() -> list[Kind]:
    """Return the kinds of table that people map by hand; rates have their own preset."""
    return [kind for kind in KINDS.values() if not kind.wide]


def preview(run: ImportRun) -> Preview:
    """Read the headings and the first rows of an uploaded file. Raises FileRefused."""
    records_ = open_table(Path(run.file.path)).records()
    headings = headings_of(records_)
    rows = [
        [str(row.cells.get(heading, "")) for heading in headings if heading]
        for row in islice(numbered(records_, headings), SHOWN_ROWS)
    ]
    named = [heading for heading in headings if heading]
    return Preview(named, rows, guess_kind(named))


def takes_constant(field: str) -> bool:
    """Say whether all new rows of a file may get one value for this field."""
    return field in CONSTANTS


def guesses(kind: str, headings: list[str]) -> dict[str, str]:
    """Return the heading that each field of a kind of table most likely has."""
    return guess_columns(KINDS[kind], headings)


def save(
    *, name: str, columns: Mapping[str, str], options: Mapping[str, Any], by: Any
) -> ImportMapping:
    """Save a mapping under its name, replacing the one that has it.

    Raises FileRefused where a needed field has neither a column nor a value, ValidationError for a
    name that cannot be.
    """
    recipe = by_hand(columns, options)
    mapping = ImportMapping.objects.filter(name=name).first() or ImportMapping(name=name)
    mapping.columns = dict(recipe.columns)
    mapping.options = recipe.as_json()
    return records.store(mapping, by=by)
