"""Exchange rates with one column per currency, and the short tables of budgets and links."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from contracts.importers.cells import Formats, number
from contracts.importers.problems import CellRefused, FileRefused
from contracts.importers.recipes import Recipe
from contracts.importers.tables import NumberedRow
from contracts.rules.money import CURRENCIES, WITHDRAWN_CURRENCIES
from contracts.rules.parsing import ParseError

MONTHS = {f"{month:02}": month for month in range(1, 13)}
NO_RATE = ("", "N/A", "-")
read_rate = number(places=8, digits=10, sign="positive")


class WideRates:
    """The currency columns of a table of rates: every heading that is not a field.

    Raises FileRefused for a heading that is not a currency.
    """

    def __init__(self, headings: list[str], recipe: Recipe) -> None:
        taken = set(recipe.columns.values())
        self._currencies = [name for name in headings if name and name not in taken]
        for name in self._currencies:
            if name not in CURRENCIES and name not in WITHDRAWN_CURRENCIES:
                raise FileRefused("unknown_currency", text=name)

    def read(
        self, row: NumberedRow, values: dict[str, Any], formats: Formats
    ) -> dict[str, CellRefused | ParseError]:
        """Read the rates of one day into `values["rates"]`; return what cannot be read."""
        refused: dict[str, CellRefused | ParseError] = {}
        rates = values["rates"] = {}
        for currency in self._currencies:
            cell = row.cells.get(currency, "")
            if isinstance(cell, str) and cell.strip() in NO_RATE:
                continue
            try:
                rates[currency] = read_rate(cell, formats)
            except (CellRefused, ParseError) as why:
                refused[currency] = why
        return refused


def finish_link(values: dict[str, Any], _recipe: Recipe) -> Iterator[tuple[str, CellRefused]]:
    """Refuse a link from a contract to itself."""
    if values["from_reference"] == values["to_reference"]:
        yield "to_reference", CellRefused("linked_to_itself")


def finish_budget(values: dict[str, Any], _recipe: Recipe) -> Iterator[tuple[str, CellRefused]]:
    """Refuse a total with a name, and any other budget without one."""
    if (values["dimension"] == "total") != (values["key"] == ""):
        yield "key", CellRefused("key_of_total")


def finish_index(values: dict[str, Any], _recipe: Recipe) -> Iterator[tuple[str, CellRefused]]:
    """Name the month by its first day: of a day in it, or of a year and 1, 01 or M01."""
    day, year, period = (values.pop(name, None) for name in ("month", "year", "period"))
    month = MONTHS.get((period or "").upper().removeprefix("M").zfill(2))
    if day is not None:
        values["month"] = day.replace(day=1)
    elif year is None:
        yield "month", CellRefused("missing")
    elif month is None:
        yield "period", CellRefused("no_month", text=period or "")
    else:
        values["month"] = date(year, month, 1)
