"""One way to store and remove a row: validated, versioned, with its history and what follows from it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from contracts.models import (
    Charge,
    Contract,
    ContractLink,
    Department,
    Destination,
    Document,
    FxRate,
    Term,
    Vendor,
)
from contracts.models.base import VersionedRecord
from contracts.models.fields import DerivedNameField
from contracts.services import destinations, ledger

M = TypeVar("M", bound=models.Model)
APPEND_ONLY = (Charge, FxRate)


class StaleError(Exception):
    """Somebody else changed the row since it was read; `current` is the version it has now."""

    def __init__(self, current: int) -> None:
        super().__init__(_("Somebody else changed this in the meantime. Load it again."))
        self.current = current


@transaction.atomic
def store(instance: M, *, expected_version: int | None = None, by: Any = None) -> M:
    """Validate and save one row, and bring up to date what follows from it.

    `expected_version` is the version the editor saw: raises `StaleError` if the row has another one now.
    `by` is the user that the history names. Raises `ValidationError` for invalid fields, a broken
    promise of the database, or a change to an append-only row.
    """
    is_new = instance._state.adding
    if isinstance(instance, APPEND_ONLY) and not is_new:
        raise ValidationError(_("This row is never changed; add another one."), code="append_only")
    if isinstance(instance, VersionedRecord) and not is_new:
        instance.version = _next_version(instance, expected_version)
    _prepare(instance)
    instance.full_clean(exclude=_not_asked(instance))
    _sign(instance, by)
    instance.save()
    _follow_up(instance)
    return instance


@transaction.atomic
def remove(instance: models.Model, *, expected_version: int | None = None, by: Any = None) -> None:
    """Delete one row and bring up to date what followed from it.

    Raises `StaleError` as `store` does, `ProtectedError` where other rows need it, and `ValidationError`
    for an append-only row.
    """
    if isinstance(instance, APPEND_ONLY):
        raise ValidationError(_("This row is never removed; reverse it."), code="append_only")
    if isinstance(instance, VersionedRecord):
        instance.version = _next_version(instance, expected_version)
    _sign(instance, by)
    follow_up = AFTER_REMOVAL.get(type(instance))
    instance.delete()
    if follow_up:
        follow_up(instance)


def _next_version(instance: VersionedRecord, expected: int | None) -> int:
    """Count the version up in the database; the update holds the row until the transaction ends."""
    rows = type(instance)._default_manager.filter(pk=instance.pk)
    matching = rows if expected is None else rows.filter(version=expected)
    if not matching.update(version=F("version") + 1):
        current = rows.values_list("version", flat=True).first()
        raise StaleError(current or 0)
    return int(rows.values_list("version", flat=True).get())


def _prepare(instance: models.Model) -> None:
    """Fill the columns that nobody types."""
    for field in instance._meta.concrete_fields:
        if isinstance(field, DerivedNameField):
            field.pre_save(instance, add=instance._state.adding)
    if isinstance(instance, Term) and not instance.seq and instance.contract_id:
        last = Term.objects.filter(contract_id=instance.contract_id).aggregate(
            last=models.Max("seq")
        )["last"]
        instance.seq = (last or 0) + 1
    if isinstance(instance, Department) and instance.parent_id:
        _refuse_cycle(instance)
    if isinstance(instance, Destination):
        destinations.prepare(instance)


def _not_asked(instance: models.Model) -> set[str]:
    """Return the fields that no person fills and full_clean would call blank."""
    return {
        field.name
        for field in instance._meta.concrete_fields
        if not field.editable and not field.primary_key and not isinstance(field, DerivedNameField)
    }


def _sign(instance: Any, by: Any) -> None:
    if by is not None and not isinstance(by, AnonymousUser):
        instance._history_user = by


def _follow_up(instance: models.Model) -> None:
    follow_up = FOLLOW_UPS.get(type(instance))
    if follow_up:
        follow_up(instance)


def _refuse_cycle(department: Department) -> None:
    above = department.parent
    while above is not None:
        if above.pk == department.pk:
            raise ValidationError(
                {"parent": ValidationError(_("A department is not below itself."), code="cycle")}
            )
        above = above.parent


def _rebuild_departments(_department: Department | None = None) -> None:
    """Write every department's set of departments below it; the table is small."""
    parents = dict(Department.objects.values_list("pk", "parent_id"))
    through = Department.below.through
    wanted = set()
    for pk in parents:
        above: int | None = pk
        while above is not None:
            wanted.add((above, pk))
            above = parents[above]
    rows = through._default_manager
    known = set(rows.values_list("from_department_id", "to_department_id"))
    for above_id, below_id in known - wanted:
        rows.filter(from_department_id=above_id, to_department_id=below_id).delete()
    rows.bulk_create(
        through(from_department_id=above_id, to_department_id=below_id)
        for above_id, below_id in sorted(wanted - known)
    )


AFTER_REMOVAL: dict[type[models.Model], Callable[[Any], None]] = {
    Term: lambda term: ledger.refresh([term.contract_id]),
    ContractLink: lambda link: ledger.refresh([link.from_contract_id]),
    Document: lambda document: ledger.refresh([document.contract_id]),
    Department: _rebuild_departments,
}
FOLLOW_UPS: dict[type[models.Model], Callable[[Any], None]] = {
    **AFTER_REMOVAL,
    Contract: lambda contract: ledger.refresh([contract.pk]),
    Vendor: lambda vendor: ledger.refresh(
        Contract.objects.filter(vendor=vendor).values_list("pk", flat=True)
    ),
}
