"""What a cell looks like once it is opened: columns, rows, and how the rows make the cell."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.rules.conversion import Fixing
from metrics.rules.presentation import money, quotient, rate, ratio
from metrics.rules.shares import added, plain, printed_parts

Text = str | Promise
Value = str | date | int | Fraction | None
Printed = str | int | None
# Money and counts are added up; a measure is a number that is not.
Kind = Literal["text", "day", "count", "money", "decimal", "rate", "number"]
Target = tuple[Literal["contract", "vendor", "charge", "budget"], int]


class UnknownFigureError(LookupError):
    """There is no family of this name."""


class UnknownKeyError(LookupError):
    """The family has no such key for this question."""


class Column(NamedTuple):
    """A column: its name in files, its title on pages, what it holds, whether it is added up."""

    name: str
    title: Text
    kind: Kind = "text"
    is_added: bool = False


class Row(NamedTuple):
    """One row behind a cell, and the record it leads to."""

    values: tuple[Value, ...]
    target: Target | None = None


class Measure(NamedTuple):
    """How totals make a cell: what is added, what is taken away, and what it is a share of."""

    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    over: str | None = None

    @property
    def formula(self) -> str:
        """The formula in names of columns."""
        top = " + ".join(self.plus) + "".join(f" - {name}" for name in self.minus)
        if self.over is None:
            return top
        return (
            f"({top}) / {self.over}" if len(self.plus + self.minus) > 1 else f"{top} / {self.over}"
        )


@dataclass(frozen=True)
class Opened:
    """The rows behind a cell.

    Promise: the totals of the added columns, put together as `measure` says, are the cell exactly;
    printed amounts add up to their printed total (R24). `fixing` is set where amounts were converted.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    measure: Measure
    unit: str = ""
    fixing: Fixing | None = None
    figure: str = ""
    key: str = ""
    definition: Text = ""
    variant: Text = ""
    places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Remember where each column stands."""
        places = {column.name: place for place, column in enumerate(self.columns)}
        object.__setattr__(self, "places", places)

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return self.columns[self.places[name]]

    @cached_property
    def totals(self) -> dict[str, Fraction]:
        """The exact totals of the added columns, over all rows."""
        return {
            column.name: added(map(_number, self._values(column.name)))
            for column in self.columns
            if column.is_added
        }

    @cached_property
    def value(self) -> Fraction | None:
        """The exact cell; None where it is undefined (C7)."""
        top = sum((self.totals[name] for name in self.measure.plus), Fraction(0))
        top -= sum((self.totals[name] for name in self.measure.minus), Fraction(0))
        if self.measure.over is None:
            return top
        return quotient(top, self.totals[self.measure.over])

    @property
    def printed(self) -> Printed:
        """The cell as figures print it."""
        if self.measure.over is not None or self.value is None:
            return ratio(self.value)
        return printed_total(self.column(self.measure.plus[0]), self.value)

    @cached_property
    def printed_totals(self) -> dict[str, Printed]:
        """The totals as figures print them."""
        return {
            name: printed_total(self.column(name), value) for name, value in self.totals.items()
        }

    def printed_row(self, place: int) -> tuple[Printed, ...]:
        """Return one row as it is printed; amounts share their printed total out (R24)."""
        return tuple(
            self.shares[column.name][place]
            if column.name in self.shares
            else printed_value(column, value)
            for column, value in zip(self.columns, self.rows[place].values, strict=True)
        )

    @cached_property
    def shares(self) -> dict[str, list[str]]:
        """The printed amounts of the columns that are added up, over all rows (R24)."""
        return {
            column.name: printed_parts([_number(value) for value in self._values(column.name)])
            for column in self.columns
            if column.is_added and column.kind == "money"
        }

    def exact_at(self, name: str, place: int) -> str:
        """Return an exact amount, as a decimal or a fraction."""
        return plain(_number(self.rows[place].values[self.places[name]]))

    def _values(self, name: str) -> list[Value]:
        place = self.places[name]
        return [row.values[place] for row in self.rows]


def printed_total(column: Column, value: Fraction) -> Printed:
    """Print a total as its column is printed."""
    if column.kind == "money":
        return money(value)
    if column.kind == "rate":
        return rate(value)
    return int(value) if value.denominator == 1 else ratio(value)


def printed_value(column: Column, value: Value) -> Printed:
    """Print what stands in one row."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        if column.kind == "rate":
            return rate(value)
        return ratio(value) if column.kind == "decimal" else plain(value)
    return value


def ordered(rows: Iterable[Row], place: int) -> tuple[Row, ...]:
    """Return rows by what they bring, the largest first, then by their texts and days."""
    return tuple(
        sorted(rows, key=lambda row: (-abs(float(_number(row.values[place]))), _names(row)))
    )


def _names(row: Row) -> tuple[str, ...]:
    return tuple(str(value) for value in row.values if isinstance(value, str | date))


def _number(value: Value) -> Fraction | int:
    return value if isinstance(value, int | Fraction) else 0


CONTRACT = Column("contract", _("Contract"))
VENDOR = Column("vendor", _("Vendor"))
TERM = Column("term", _("Term"), "number")
FIRST_DAY = Column("first_day", _("First day"), "day")
LAST_DAY = Column("last_day", _("Last day"), "day")
DAYS = Column("days", _("Days"), "number")
ANNUAL_VALUE = Column("annual_value", _("Annual value"), "money")
COST = Column("cost", _("Cost"), "money", is_added=True)
CURRENCY = Column("currency", _("Currency"))
# How a row of a statement names its contract.
LABEL = "CASE WHEN c.external_reference = '' THEN c.title ELSE c.external_reference END"
