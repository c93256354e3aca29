"""Which people and departments a person may name when they write a row."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from contracts.models import Department
from contracts.querysets.access import EDITING_ROLES, AdministeredQuerySet, SharedQuerySet


def edits_somewhere(user: Any) -> bool:
    """Say whether the user may change anything in any department."""
    return bool(user.is_active) and (
        user.is_superuser
        or user.memberships.filter(role__in=EDITING_ROLES).exists()
        or user.managed_departments.exists()
    )


def edits_everywhere(user: Any) -> bool:
    """Say whether the user may change rows that belong to no department."""
    mine = user.memberships.filter(role__in=EDITING_ROLES, department=None)
    return bool(user.is_active) and (user.is_superuser or mine.exists())


def may_add(rows: QuerySet[Any], user: Any) -> bool:
    """Say whether the user may add a row to this table at all; its department is asked later."""
    if isinstance(rows, AdministeredQuerySet | SharedQuerySet):
        return not rows.editable_by(user).query.is_empty()
    return edits_somewhere(user)


def departments_of_editor(user: Any) -> QuerySet[Department]:
    """Return the departments whose rows the user may change, those below included."""
    if edits_everywhere(user):
        return Department.objects.all()
    mine = user.memberships.filter(role__in=EDITING_ROLES).exclude(department=None)
    return Department.objects.filter(_below(user, mine))


def departments_of_reader(user: Any) -> QuerySet[Department]:
    """Return the departments whose rows the user may read, those below included."""
    mine = user.memberships.all()
    if user.is_superuser or mine.filter(department=None).exists():
        return Department.objects.all()
    return Department.objects.filter(_below(user, mine))


def may_keep(user: Any, *, owner: Any, department: Department | None) -> bool:
    """Say whether the user may keep a destination of this owner or department, or of all (neither)."""
    if administers(user) or (owner is not None and owner.pk == user.pk):
        return True
    if department is None:
        return False
    return departments_of_editor(user).filter(pk=department.pk).exists()


def people_known_to(user: Any) -> QuerySet[Any]:
    """Return the people the user may name: active colleagues for members, only themselves for others."""
    everybody = get_user_model()._default_manager.filter(Q(is_active=True) | Q(pk=user.pk))
    if user.is_superuser or user.memberships.exists():
        return everybody
    return everybody.filter(pk=user.pk)


def _below(user: Any, memberships: QuerySet[Any]) -> Q:
    """Match the departments of these memberships and those that the user manages, with all below."""
    managed = user.managed_departments.values("below")
    return Q(pk__in=memberships.values("department__below")) | Q(pk__in=managed)


def administers(user: Any) -> bool:
    """Say whether the user administers the whole organisation."""
    return not Department.objects.editable_by(user).query.is_empty()
