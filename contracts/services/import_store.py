"""Writes many rows at once with their history: `bulk_create_with_history` takes five times as long.

One prepared statement writes the rows, under ids that were reserved before; the first entry of
their history is copied from them inside the database.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, connections, models
from simple_history.utils import bulk_update_with_history

from contracts.models.base import VersionedRecord

M = TypeVar("M", bound=models.Model)
BATCH = 500
# Their Python values are what both databases take.
PLAIN_FIELDS = (
    models.ForeignKey,
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
)
ENTRY_FIELDS = ("history_date", "history_type", "history_user_id", "history_change_reason")
Value = Callable[[Any], Any]


def create(model: type[M], rows: Iterable[M], by: Any) -> None:
    """Insert rows in their order, each with its first entry of history; they have their ids then.

    `by` is the user that the history names. A table without history gets none.
    """
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        _insert(model, batch)
        if hasattr(model, "history"):
            _copy_to_history(model, [row.pk for row in batch], by)


def update(model: type[M], rows: Sequence[M], fields: Iterable[str], by: Any) -> None:
    """Write the named fields of rows that exist, count their version up and keep the history."""
    if not rows:
        return
    names = {*fields, "updated_at"}
    stamp = next(field for field in model._meta.concrete_fields if field.name == "updated_at")
    for row in rows:
        stamp.pre_save(row, add=False)
        if isinstance(row, VersionedRecord):
            row.version += 1
            names.add("version")
    bulk_update_with_history(list(rows), model, sorted(names), batch_size=BATCH, default_user=by)


def _insert(model: type[M], rows: list[M]) -> None:
    values = [_value_of(field, rows[0]) for field in model._meta.concrete_fields]
    for row, reserved in zip(rows, _reserve_ids(model, len(rows)), strict=True):
        row.pk = reserved
        row._prepare_related_fields_for_save("bulk_create")  # type: ignore[attr-defined]  # not in the stubs
        row._state.adding, row._state.db = False, connection.alias
    with connection.cursor() as cursor:
        cursor.executemany(
            _insert_sql(model), [tuple(value(row) for value in values) for row in rows]
        )


def _reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Return ids that no other row has or will get."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # This transaction holds the only right to write.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = next(iter(cursor.fetchall()), (0,))[0]
    return list(range(last + 1, last + 1 + count))


def _value_of(field: Any, first: models.Model) -> Value:
    """Return what reads the value of a field from a row as the database wants it."""
    # Not the proxy: it looks its connection up on every use.
    database = connections[connection.alias]
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        # One instant for the rows of one statement.
        now = field.get_db_prep_save(field.pre_save(first, True), database)
        return lambda _row: now
    if type(field).pre_save is not models.Field.pre_save:
        return lambda row: field.get_db_prep_save(field.pre_save(row, True), database)
    if isinstance(field, PLAIN_FIELDS):
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(getattr(row, field.attname), database)


@cache
def _insert_sql(model: type[models.Model]) -> str:
    fields = model._meta.concrete_fields
    columns = _columns(str(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return " ".join(("INSERT INTO", _quoted(model), "(", columns, ") VALUES (", marks, ")"))


def _copy_to_history(model: Any, ids: list[int], by: Any) -> None:
    history = model.history.model
    kept = [field.column for field in history._meta.concrete_fields]
    same = [column for column in (f.column for f in model._meta.concrete_fields) if column in kept]
    statement = (
        *("INSERT INTO", _quoted(history), "(", _columns((*same, *ENTRY_FIELDS)), ")"),
        *("SELECT", _columns(same), ", updated_at, '+', %s, NULL FROM", _quoted(model)),
        *("WHERE id IN (", ", ".join(["%s"] * len(ids)), ") ORDER BY id"),
    )
    with connection.cursor() as cursor:
        cursor.execute(" ".join(statement), [by.pk if by else None, *ids])


def _columns(names: Iterable[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _quoted(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))
