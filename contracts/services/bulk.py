"""Many new rows at once, each with the first entry of its history."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection, models, transaction

M = TypeVar("M", bound=models.Model)
# Some 999 values fit into one statement of SQLite.
KEYS = 900
FIRST_ENTRY = (
    "INSERT INTO {history} ({columns}, history_date, history_type, history_user_id,"
    " history_change_reason) SELECT {columns}, created_at, '+', %s, %s FROM {table}"
    " WHERE {key} IN ({keys})"
)


@transaction.atomic
def insert(rows: Iterable[M], model: type[M], *, by: Any = None, reason: str = "") -> list[M]:
    """Insert rows of one table with their history, and return them with their keys.

    The history is copied inside the database: one statement for hundreds of rows, where a model
    instance for each would take twice as long as the rows themselves. Its date is the row's
    `created_at`, its author `by`, its reason `reason`. Nothing is validated here. Raises
    `IntegrityError` where a row breaks a promise of the database; then none is stored.
    """
    stored = model._default_manager.bulk_create(rows)
    history: Any = model.history.model  # type: ignore[attr-defined]  # added by simple-history
    columns = [field.column for field in history.tracked_fields]
    keys = [row.pk for row in stored]
    author = None if by is None else by.pk
    with connection.cursor() as cursor:
        for first in range(0, len(keys), KEYS):
            some = keys[first : first + KEYS]
            statement = _statement(model, history, columns, len(some))
            cursor.execute(statement, [author, reason or None, *some])
    return stored


def _statement(
    model: type[models.Model], history: type[models.Model], columns: Sequence[str], count: int
) -> str:
    quote = connection.ops.quote_name
    return FIRST_ENTRY.format(
        history=quote(history._meta.db_table),
        columns=", ".join(quote(column) for column in columns),
        table=quote(model._meta.db_table),
        key=quote(model._meta.pk.attname),
        keys=", ".join(["%s"] * count),
    )
