"""One value of the rows behind a figure, as a reader of the language reads it."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metrics.queries.rows_opened import Column, Opened, Printed, Row
from metrics.rules.presentation import money

# The column that leads to the record a row stands for.
LEADS = {
    "contract": {"contract"},
    "vendor": {"vendor"},
    "charge": {"date", "first_day"},
    "budget": {"budget_line"},
}
# Measured in days, not as a share of anything.
DAYS = {"mean_gap", "span"}
EMPTY = (None, "", 0)
NO_NAME = _("without a name")


class Shown(NamedTuple):
    """A value with what is needed to write it; `currency` is empty where it is no money of one."""

    title: Any
    kind: str
    value: Any
    currency: str = ""
    url: str = ""

    @property
    def is_number(self) -> bool:
        """Say whether it stands at the right."""
        return self.kind not in {"text", "day"}


def shown(opened: Opened, column: Column, printed: Printed, row: Row) -> Shown:
    """Return a value of a row; what adds nothing is left empty."""
    value = readable(opened, column, printed, row)
    if column.is_added and not value:
        value = None
    url = _record(row, column)
    currency = _currency(opened, row) if column.kind == "money" else ""
    return Shown(column.title, column.kind, value or (NO_NAME if url else value), currency, url)


def shown_value(opened: Opened) -> Shown:
    """Return the cell itself; a ratio in percent, but for one of days."""
    column = opened.column(opened.measure.plus[0])
    if opened.measure.over is None or opened.printed is None:
        return shown_total(opened, column, opened.printed)
    value = Decimal(str(opened.printed))
    if column.name in DAYS:
        return Shown(column.title, "number", value)
    return Shown(column.title, "percent", value * 100)


def shown_total(opened: Opened, column: Column, printed: Printed) -> Shown:
    """Return a total; nothing where the column is not added up."""
    value = Decimal(printed) if isinstance(printed, str) else printed
    currency = opened.unit if column.kind == "money" else ""
    return Shown(column.title, column.kind, value, currency)


def visible_columns(opened: Opened) -> list[int]:
    """Return the columns in which a row says something."""
    needed = {*opened.measure.plus, *opened.measure.minus, opened.measure.over}
    return [
        place
        for place, column in enumerate(opened.columns)
        if column.name in needed or any(row.values[place] not in EMPTY for row in opened.rows)
    ]


def readable(opened: Opened, column: Column, printed: Printed, row: Row) -> Any:
    """Return what is printed as the number or day that it is."""
    if not isinstance(printed, str) or column.kind == "text":
        return printed
    if column.kind == "day":
        return date.fromisoformat(printed)
    if "/" in printed:
        exact: Any = row.values[opened.places[column.name]]
        return Decimal(money(exact))
    return Decimal(printed)


def _currency(opened: Opened, row: Row) -> str:
    """Return the currency of a row's amounts: that of all rows, else its own."""
    if opened.unit or "currency" not in opened.places:
        return opened.unit
    return str(row.values[opened.places["currency"]])


def _record(row: Row, column: Column) -> str:
    """Return the page of the record behind a row, in the one column that leads there."""
    if row.target is None or column.name not in LEADS[row.target[0]]:
        return ""
    kind, pk = row.target
    return reverse(f"admin:contracts_{kind}_change", args=[pk])
