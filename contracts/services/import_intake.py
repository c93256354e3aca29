"""The shape every intake of rows has, and how rows in hand are held against rows in the tables."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext

from contracts.importers.problems import RowError
from contracts.importers.recipes import Recipe
from contracts.importers.rows import ParsedRow
from contracts.services.import_report import Change, Decision, Outcome, Refused


class Intake(Protocol):
    """Decides what happens to rows of one kind, chunk by chunk, and writes them in a real run."""

    def take(self, rows: list[ParsedRow], recipe: Recipe) -> list[Decision]:
        """Decide on each row, in order; in a real run everything decided is written on return."""


def refusal(row: ParsedRow, recipe: Recipe, why: Refused) -> Decision:
    """Return the decision that refuses a row for a reason found in the tables."""
    value = row.values.get(why.field)
    message = gettext(why.template) % why.params
    column = recipe.columns.get(why.field, why.field)
    shown = "" if value is None else str(value)[:200]
    return refused_row(row, (RowError(row.number, column, shown, why.code, message),))


def refused_row(row: ParsedRow, errors: Iterable[RowError]) -> Decision:
    """Return the decision that refuses a row."""
    return Decision(row.number, Outcome.REFUSED, errors=tuple(errors))


def differences(instance: models.Model, wanted: Mapping[str, Any]) -> list[Change]:
    """Return what setting the wanted values would change, and set them."""
    changes = []
    for name, value in wanted.items():
        before = getattr(instance, name)
        if before != value:
            changes.append(Change(name, _shown(before), _shown(value)))
            setattr(instance, name, value)
    return changes


def outcome_of(changes: Iterable[Change], *, is_new: bool) -> Outcome:
    """Return what happens to a row with these changes."""
    if is_new:
        return Outcome.CREATED
    return Outcome.CHANGED if tuple(changes) else Outcome.UNCHANGED


def _shown(value: object) -> str:
    return "" if value is None else str(value)
