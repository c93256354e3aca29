"""Turns the rows of a table into values by field, or into the reasons why they are refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from contracts.importers.cells import Formats
from contracts.importers.charges_csv import finish_charge
from contracts.importers.contracts_csv import finish_agreement
from contracts.importers.fx_csv import WideRates, finish_budget, finish_index, finish_link
from contracts.importers.kinds import KINDS, Field
from contracts.importers.problems import CellRefused, FileRefused, RowError
from contracts.importers.recipes import Recipe, read_constant
from contracts.importers.tables import Cell, NumberedRow
from contracts.rules.parsing import ParseError

# Cells of a column whose values are kept at hand.
REMEMBERED = 5_000
FINISHERS = {
    "register": finish_agreement,
    "contracts": finish_agreement,
    "terms": finish_agreement,
    "charges": finish_charge,
    "links": finish_link,
    "budgets": finish_budget,
    "indices": finish_index,
}


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row as values by field. `defaults` are for new rows only. Errors: the row is refused."""

    number: int
    values: dict[str, Any]
    defaults: dict[str, Any]
    errors: tuple[RowError, ...] = ()


class RowReader:
    """Reads the rows of one table by its recipe. Raises FileRefused if the headings do not fit."""

    def __init__(self, recipe: Recipe, headings: list[str]) -> None:
        self.recipe = recipe
        self.kind = KINDS[recipe.kind]
        self._formats = Formats(recipe.date_order, recipe.decimal)
        for heading in recipe.columns.values():
            if heading not in headings:
                raise FileRefused("heading_missing", heading=heading)
        self._fields = [
            (self.kind.fields[name], heading, name in self.kind.required)
            for name, heading in recipe.columns.items()
        ]
        self._known: dict[str, dict[str, object]] = {name: {} for name in recipe.columns}
        self._constants = {
            name: read_constant(self.kind, name, text) for name, text in recipe.constants.items()
        }
        self._wide = WideRates(headings, recipe) if self.kind.wide else None

    def read(self, row: NumberedRow) -> ParsedRow:
        """Read one row."""
        values: dict[str, Any] = {}
        problems = dict(self._cells(row, values))
        if self._wide is not None:
            problems |= self._wide.read(row, values, self._formats)
        if not problems:
            problems |= self._finish(values)
        defaults = {
            name: value for name, value in self._constants.items() if values.get(name) is None
        }
        errors = [self._error(row, heading, why) for heading, why in problems.items()]
        return ParsedRow(row.number, values, defaults, tuple(errors))

    def _cells(
        self, row: NumberedRow, values: dict[str, Any]
    ) -> Iterator[tuple[str, CellRefused | ParseError]]:
        if row.surplus:
            yield "", CellRefused("too_many_cells")
        cells = row.cells
        for field, heading, required in self._fields:
            cell = cells.get(heading, "")
            try:
                values[field.name] = self._value(field, cell, required)
            except (CellRefused, ParseError) as refused:
                yield heading, refused

    def _value(self, field: Field, cell: Cell, required: bool) -> object:
        if not isinstance(cell, str):
            return field.read(cell, self._formats)
        # Files repeat themselves: names, currencies, zeros, days.
        known = self._known[field.name]
        if cell in known:
            return known[cell]
        if cell and not cell.isspace():
            if len(known) >= REMEMBERED:
                known.clear()
            known[cell] = value = field.read(cell, self._formats)
            return value
        if required and field.name not in self._constants:
            raise CellRefused("missing")
        return field.blank

    def _finish(self, values: dict[str, Any]) -> dict[str, CellRefused]:
        finisher = FINISHERS.get(self.kind.name)
        found = finisher(values, self.recipe) if finisher else ()
        return {self.recipe.columns.get(name, name): why for name, why in found}

    def _error(self, row: NumberedRow, heading: str, why: CellRefused | ParseError) -> RowError:
        cell = str(row.cells.get(heading, ""))
        message = gettext(why.template) % why.params
        return RowError(row.number, heading, cell[:200], why.code, message)
