"""Figures and rows as files: CSV, XLSX and JSON, each with its definition and its question."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from contracts.queries.exports import csv_lines, workbook
from metrics.queries.catalogue import Metric
from metrics.queries.figures import Figures
from metrics.queries.keys import of_fixing
from metrics.queries.question import Question
from metrics.queries.rows import Cell, cells
from metrics.queries.rows_addresses import of_question
from metrics.queries.rows_opened import Column, Opened, Printed

NO_RATES = "none: nothing is converted"
CALENDAR = ("deadline", "contract", "seq", "end_date", "auto_renew")
LISTS = ("price_changes", "renewal_calendar", "budget_actual", "budget_accrual")
Address = Callable[[str, str], str]
Line = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what one must know to read it."""

    name: str
    about: tuple[tuple[str, str], ...]
    header: tuple[str, ...]
    rows: tuple[Line, ...]


def of_figures(metric: Metric, question: Question, found: Figures, address: Address) -> Table:
    """Return a family's figures as a table: one row per figure, with the address of its rows."""
    about = _about(metric, question, found.get("fixing"))
    lists = {name: found[name] for name in LISTS if name in found}
    if lists:
        return Table(metric.name, about, *_listed(lists))
    rows = tuple((*_typed_cell(cell), address(cell.figure, cell.key)) for cell in cells(found))
    return Table(metric.name, about, ("figure", "key", "value", "rows"), rows)


def of_opened(metric: Metric, question: Question, opened: Opened) -> Table:
    """Return the rows of a cell as a table; amounts stand there printed, and exactly beside it."""
    fixing = None if opened.fixing is None else of_fixing(opened.fixing)
    about = (
        ("figure", opened.figure),
        ("key", opened.key),
        ("value", "" if opened.printed is None else str(opened.printed)),
        ("unit", opened.unit),
        ("formula", opened.measure.formula),
        *_about(metric, question, fixing),
    )
    rows = tuple(typed_row(opened, place) for place in range(len(opened.rows)))
    return Table(f"rows-{opened.figure}", about, header_of(opened), rows)


def header_of(opened: Opened) -> tuple[str, ...]:
    """Return the names of the columns; an amount that is added stands there twice."""
    names = (
        (column.name, f"{column.name}_exact") if is_exact(column) else (column.name,)
        for column in opened.columns
    )
    return tuple(name for each in names for name in each)


def typed_row(opened: Opened, place: int) -> Line:
    """Return one row with numbers as numbers and days as days."""
    values: list[Any] = []
    for column, printed in zip(opened.columns, opened.printed_row(place), strict=True):
        values.append(typed(column, printed))
        if is_exact(column):
            values.append(opened.exact_at(column.name, place))
    return tuple(values)


def is_exact(column: Column) -> bool:
    """Say whether the exact amount stands beside the printed one."""
    return column.is_added and column.kind == "money"


def typed(column: Column, printed: Printed) -> Any:
    """Return what is printed as the number or the day that it is."""
    if printed is None or column.kind in {"text", "count"} or not isinstance(printed, str):
        return printed
    if column.kind == "day":
        return date.fromisoformat(printed)
    return printed if "/" in printed else Decimal(printed)


def as_csv(table: Table) -> Iterator[str]:
    """Yield the lines of a CSV file: what it is, an empty line, then the table."""
    yield from csv_lines([*table.about, ()])
    yield from plain_csv(table)


def plain_csv(table: Table) -> Iterator[str]:
    """Yield the lines of a CSV file that starts with its header."""
    digits = (tuple(map(_digits, row)) for row in table.rows)
    yield from csv_lines([table.header, *digits])


def as_xlsx(table: Table) -> BytesIO:
    """Return a workbook with the table and, on a second sheet, what it is."""
    return workbook({"figures": [table.header, *table.rows], "about": table.about})


def as_json(table: Table) -> dict[str, Any]:
    """Return the table as an object."""
    rows = [dict(zip(table.header, map(_json_value, row), strict=True)) for row in table.rows]
    return {"about": dict(table.about), "count": len(rows), "rows": rows}


def rates_of(fixing: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """Return the rates that a table stands on, with their day and source."""
    if fixing is None:
        return (("rates", NO_RATES),)
    named = (f"{name} {value} ({day})" for name, (value, day) in fixing["rates"].items())
    return (
        ("rates_on", fixing["on"]),
        ("rates_source", ", ".join(fixing["sources"])),
        ("rates", f"1 {fixing['pivot']} = {'; '.join(named)}"),
    )


def _about(
    metric: Metric, question: Question, fixing: Mapping[str, Any] | None
) -> tuple[tuple[str, str], ...]:
    return (
        ("metric", metric.name),
        ("title", str(metric.title)),
        ("definition", str(metric.definition)),
        ("variant", str(metric.variant)),
        *of_question(question).items(),
        *rates_of(fixing),
    )


def _listed(lists: Mapping[str, list[Any]]) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    """Return families that are lists of rows already, one after the other."""
    rows = [
        {"figure": name} | (row if isinstance(row, dict) else dict(zip(CALENDAR, row, strict=True)))
        for name, content in lists.items()
        for row in content
    ]
    header = tuple(dict.fromkeys(name for row in rows for name in row)) or ("figure",)
    return header, tuple(tuple(_text(row.get(name)) for name in header) for row in rows)


def _text(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def _typed_cell(cell: Cell) -> Line:
    value = cell.value
    return cell.figure, cell.key, Decimal(value) if isinstance(value, str) else value


def _digits(value: Any) -> Any:
    """Keep the printed digits: 12.50 stays 12.50."""
    return str(value) if isinstance(value, Decimal) else value


def _json_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return _digits(value)


def lines(rows: Iterable[str]) -> str:
    """Join the lines of a file."""
    return "".join(rows)
