"""Writes many rows at once with their history."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import models
from simple_history.utils import bulk_update_with_history

from contracts.models.base import VersionedRecord
from contracts.services import bulk

M = TypeVar("M", bound=models.Model)
BATCH = 500


def create(model: type[M], rows: Sequence[M], by: Any) -> None:
    """Insert rows in their order, each with its first entry of history; they have their ids then."""
    if rows:
        bulk.insert(rows, model, by=by)


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
