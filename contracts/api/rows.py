"""Rows straight from SQL to JSON: one statement, no model instances, the names and formats of a serializer."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from contracts.api.fields import ExactField, MoneyTextField, decimal_text, money_text
from contracts.api.serializers import RecordSerializer

Row = dict[str, Any]
Format = Callable[[Any], Any]


class RowReader:
    """Reads what a serializer describes with `values_list`."""

    def __init__(self, serializer_class: type[RecordSerializer]) -> None:
        computed = set(getattr(serializer_class.Meta, "computed", ()))
        fields = serializer_class().fields
        stored = {
            name: field
            for name, field in fields.items()
            if name not in computed and not field.write_only
        }
        self.names = tuple(stored)
        self.columns = tuple(column_of(field) for field in stored.values())
        formats = {name: format_of(field) for name, field in stored.items()}
        self.formats = tuple((name, form) for name, form in formats.items() if form)

    def read(self, queryset: QuerySet[Any]) -> list[Row]:
        """Return the rows of a queryset, ready for JSON."""
        return self.shown(queryset.values_list(*self.columns))

    def shown(self, values: Iterable[tuple[Any, ...]]) -> list[Row]:
        """Return tuples of `columns` as rows, ready for JSON."""
        rows = [dict(zip(self.names, each, strict=True)) for each in values]
        for name, form in self.formats:
            for row in rows:
                value = row[name]
                if value is not None:
                    row[name] = form(value)
        return rows


class CountedValues:
    """What a paginator slices and counts: the columns are joined for the slice, never for the count."""

    def __init__(self, queryset: QuerySet[Any], columns: tuple[str, ...]) -> None:
        self.queryset = queryset
        self.columns = columns
        self.ordered = queryset.ordered

    def count(self) -> int:
        """Return how many rows there are."""
        return self.queryset.count()

    def __getitem__(self, part: slice) -> QuerySet[Any, tuple[Any, ...]]:
        return self.queryset.values_list(*self.columns)[part]


@cache
def reader_of(serializer_class: type[RecordSerializer]) -> RowReader:
    """Return the reader of a serializer; it is made once."""
    return RowReader(serializer_class)


def column_of(field: serializers.Field[Any, Any, Any, Any]) -> str:
    """Return the ORM's name of what a field shows."""
    column = (field.source or "").replace(".", "__")
    return f"{column}_id" if isinstance(field, serializers.PrimaryKeyRelatedField) else column


def format_of(field: serializers.Field[Any, Any, Any, Any]) -> Format | None:
    """Return how a field's value becomes JSON; None where it is already."""
    if isinstance(field, MoneyTextField):
        return money_text
    if isinstance(field, ExactField):
        return decimal_text
    for kind, form in FORMATS.items():
        if isinstance(field, kind):
            return form
    return None


def instant_text(value: datetime) -> str:
    """Return an instant in UTC, to the microsecond."""
    return value.isoformat().replace("+00:00", "Z")


def uuid_text(value: UUID) -> str:
    """Return an id as text."""
    return str(value)


FORMATS: dict[type, Format] = {
    serializers.DateTimeField: instant_text,
    serializers.DateField: date.isoformat,
    serializers.UUIDField: uuid_text,
}
