"""Who sees a row: the one rule that admin, API, exports and feeds share."""

from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Expression, Q

from contracts.rules.vocabulary import Role

M = TypeVar("M", bound=models.Model)
EDITING_ROLES = (Role.EDITOR.value, Role.ADMINISTRATOR.value)
# No person has this key.
NOBODY = -1
ALL_ROLES = (Role.VIEWER.value, *EDITING_ROLES)


class Written(Expression):
    """A condition or a list of rows whose SQL is written already."""

    def __init__(
        self, text: str, params: tuple[Any, ...], output_field: "models.Field[Any, Any]"
    ) -> None:
        super().__init__(output_field=output_field)
        self.text, self.params = text, params

    def as_sql(self, *_compiler: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the text and its parameters."""
        return self.text, self.params


def _reach(user: Any, roles: tuple[str, ...]) -> list[Written]:
    """Return whether a person reaches everything, and the departments they are in and manage.

    Every list asks this, so the text is made once and only the person changes.
    """
    kinds = (user.memberships.model, user.managed_departments.model)
    number = models.BigIntegerField()
    fields: tuple[models.Field[Any, Any], ...] = (models.BooleanField(), number, number)
    return [
        Written(text, tuple(user.pk if each == NOBODY else each for each in params), kind)
        for (text, params), kind in zip(_statements(kinds, roles), fields, strict=True)
    ]


@cache
def _statements(
    kinds: tuple[type[models.Model], type[models.Model]], roles: tuple[str, ...]
) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Return the statements of `_reach` with NOBODY in the place of the person."""
    memberships, departments = kinds
    mine = memberships._default_manager.order_by().filter(user=NOBODY, role__in=roles)
    managed = departments._default_manager.order_by().filter(manager=NOBODY)
    text, params = mine.filter(department=None).values("pk").query.sql_with_params()
    within = mine.exclude(department=None).values("department__below")
    return (
        (f"EXISTS({text})", params),
        within.query.sql_with_params(),
        managed.values("below").query.sql_with_params(),
    )


class ScopedQuerySet(models.QuerySet[M]):
    """Rows that belong to departments.

    A person sees the rows of their departments and of the departments below, everything with a membership of the
    whole organisation, and what they own. Who manages a department edits its rows: alerts go to them too.
    `department_paths` and `owner_paths` name the way from this table.
    """

    department_paths: ClassVar[tuple[str, ...]] = ("department",)
    owner_paths: ClassVar[tuple[str, ...]] = ()

    def visible_to(self, user: Any) -> Self:
        """Keep the rows that `user` may read."""
        return self._within(user, ALL_ROLES)

    def editable_by(self, user: Any) -> Self:
        """Keep the rows that `user` may change."""
        return self._within(user, EDITING_ROLES)

    def _within(self, user: Any, roles: Iterable[str]) -> Self:
        if not user.is_active or not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        everywhere, departments, managed = _reach(user, tuple(roles))
        allowed = Q(everywhere)
        for path in self.department_paths:
            allowed |= Q(**{f"{path}__in": departments}) | Q(**{f"{path}__in": managed})
        for path in self.owner_paths:
            allowed |= Q(**{path: user})
        return self.filter(allowed)


class OwnedQuerySet(ScopedQuerySet[M]):
    """Rows of one person; an organisation-wide administrator changes them too."""

    department_paths: ClassVar[tuple[str, ...]] = ()
    owner_paths: ClassVar[tuple[str, ...]] = ("owner",)

    def editable_by(self, user: Any) -> Self:
        """Keep the user's own rows, all of them for an administrator of the organisation."""
        return self._within(user, (Role.ADMINISTRATOR.value,))


class SharedQuerySet(models.QuerySet[M]):
    """Rows of the whole organisation (vendors, categories, rates): every signed-in person reads them."""

    def visible_to(self, user: Any) -> Self:
        """Keep everything for a signed-in person, nothing for anybody else."""
        return self if user.is_active and user.is_authenticated else self.none()

    def editable_by(self, user: Any) -> Self:
        """Keep everything for a person who edits anywhere, nothing for anybody else."""
        if user.is_superuser or user.memberships.filter(role__in=EDITING_ROLES).exists():
            return self.visible_to(user)
        return self.none()


class AdministeredQuerySet(SharedQuerySet[M]):
    """Rows that only administrators of the organisation change (people, departments, policies)."""

    def editable_by(self, user: Any) -> Self:
        """Keep everything for an administrator of the whole organisation, nothing for anybody else."""
        administers = user.is_active and (
            user.is_superuser
            or user.memberships.filter(role=Role.ADMINISTRATOR, department=None).exists()
        )
        return self.all() if administers else self.none()
