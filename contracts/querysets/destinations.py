"""Who sees where messages go, and when people want them."""

from typing import Any, ClassVar, Self

from django.db.models import Exists, Q

from contracts.querysets.access import EDITING_ROLES, M, OwnedQuerySet
from contracts.rules.vocabulary import Role


class DestinationQuerySet(OwnedQuerySet[M]):
    """Destinations of one person, of a department, or (with neither) of the whole organisation."""

    department_paths: ClassVar[tuple[str, ...]] = ("department",)

    def editable_by(self, user: Any) -> Self:
        """Keep the user's own and those of departments they edit; all for an administrator."""
        if user.is_superuser or not user.is_active or not user.is_authenticated:
            return super().editable_by(user)
        mine = user.memberships.filter(role__in=EDITING_ROLES)
        departments = mine.exclude(department=None).values("department__below")
        everywhere = mine.filter(department=None)
        return self.filter(
            Q(Exists(everywhere.filter(role=Role.ADMINISTRATOR)))
            | Q(owner=user)
            | Q(department__in=departments)
            | Q(Exists(everywhere), department__isnull=False)
        )

    def personal(self) -> Self:
        """Keep those of people."""
        return self.filter(owner__isnull=False)

    def shared(self) -> Self:
        """Keep those of departments and of the organisation, told beside the people."""
        return self.filter(owner=None)


class PreferenceQuerySet(OwnedQuerySet[M]):
    """Preferences are one's own; administrators of the organisation see and change those of all."""

    owner_paths: ClassVar[tuple[str, ...]] = ("user",)

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own, all of them for an administrator of the organisation."""
        return self.editable_by(user)
