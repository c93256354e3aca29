"""Makes a large portfolio of a small one inside the database: whole contracts, copied."""

from collections.abc import Mapping
from string import Template
from typing import Any

from django.db import connection, models

from contracts.models import Contract, LedgerEntry, PriceChange, Term, TermOutcome

# In the order of what needs what.
TABLES: tuple[type[models.Model], ...] = (Contract, Term, LedgerEntry, PriceChange, TermOutcome)
OWN: Mapping[str, Mapping[str, str]] = {
    "sqlite": {"public_id": "lower(hex(randomblob(16)))"},
    "postgresql": {"public_id": "gen_random_uuid()"},
}
COPY = """
INSERT INTO $table ($columns)
SELECT $values FROM $table CROSS JOIN ($numbers) AS copy
WHERE $key <= $last
"""
NUMBERS = """
WITH RECURSIVE n(number) AS (SELECT $first UNION ALL SELECT number + 1 FROM n WHERE number < $last)
SELECT number FROM n
"""


def multiply(times: int) -> None:
    """Copy every contract until there are `times` as many, with all that figures are read from."""
    with connection.cursor() as cursor:
        last = {model: _last(model) for model in TABLES}
        for model in TABLES:
            cursor.execute(_copy(model, last, times))


def _last(model: type[models.Model]) -> int:
    return int(model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0)


def _copy(model: type[models.Model], last: Mapping[type[models.Model], int], times: int) -> str:
    values = {str(f.column): _value(f, last) for f in model._meta.concrete_fields}
    return Template(COPY).substitute(
        table=model._meta.db_table,
        columns=", ".join(values),
        values=", ".join(values.values()),
        numbers=Template(NUMBERS).substitute(first=1, last=times - 1),
        key=model._meta.pk.column,
        last=last[model],
    )


def _value(field: "models.Field[Any, Any]", last: Mapping[type[models.Model], int]) -> str:
    """Return a copy's column: keys move on by as many rows as there were."""
    column, pointed = str(field.column), field.model if field.primary_key else None
    if isinstance(field, models.ForeignKey):
        pointed = field.related_model
    if pointed is not None and pointed in last:
        return f"{column} + number * {last[pointed]}"
    if column == "external_reference":
        return "external_reference || '-' || CAST(number AS text)"
    return OWN[connection.vendor].get(column, column)
