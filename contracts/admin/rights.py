"""Who may do what to which row; asked once per request, row and right."""

from typing import Any

from django.db import models
from django.http import HttpRequest

from contracts.models import Department
from contracts.queries.rights import may_add
from contracts.querysets.access import AdministeredQuerySet, ScopedQuerySet, SharedQuerySet

KINDS = (AdministeredQuerySet, SharedQuerySet, ScopedQuerySet)


def may_read(request: HttpRequest, row: models.Model | None = None) -> bool:
    """Say whether this person may open the admin, or read this row of it."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return False
    return row is None or row.pk is None or _within(request, row, "visible_to")


def may_edit(request: HttpRequest, model: type[models.Model], row: models.Model | None) -> bool:
    """Say whether this person may change the row, or any row of the table at all."""
    if not may_read(request):
        return False
    if row is None or row.pk is None:
        return _adds_some(request, model)
    return _within(request, row, "editable_by")


def administers(request: HttpRequest) -> bool:
    """Say whether this person administers the whole organisation."""
    return _adds_some(request, Department)


def _adds_some(request: HttpRequest, model: type[models.Model]) -> bool:
    rows: Any = model._default_manager.all()
    # Tables of one kind share the answer: the navigation asks for every table.
    kind = next(kind for kind in KINDS if isinstance(rows, kind))
    return _remembered(request, (kind, None, "add"), lambda: may_add(rows, request.user))


def _within(request: HttpRequest, row: models.Model, right: str) -> bool:
    rows: Any = type(row)._default_manager.all()
    return _remembered(
        request,
        (type(row), row.pk, right),
        lambda: getattr(rows, right)(request.user).filter(pk=row.pk).exists(),
    )


def _remembered(request: HttpRequest, key: tuple[Any, ...], answer: Any) -> bool:
    known: dict[tuple[Any, ...], bool] = request.__dict__.setdefault("_known_rights", {})
    if key not in known:
        known[key] = bool(answer())
    return known[key]
