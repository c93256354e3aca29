"""Who is told about a contract: its owner, else its department's manager, else the administrators."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, F, Q, QuerySet, When

from contracts.models import Contract, Department, Destination
from contracts.rules.vocabulary import Role

# Each level takes over from the one before where that one is empty or cannot be reached.
LEVELS = ("owner", "manager", "administrators")


def administrators() -> QuerySet[Any]:
    """Return the active people who administer the whole organisation."""
    everywhere = Q(memberships__role=Role.ADMINISTRATOR.value, memberships__department=None)
    people = get_user_model()._default_manager.filter(is_active=True)
    return people.filter(Q(is_superuser=True) | everywhere).distinct().order_by("pk")


def levels_of(contract_ids: Iterable[int]) -> dict[int, list[list[int]]]:
    """Return for each contract the user ids of its levels, the nearest first, without empty ones."""
    everyone = list(administrators().values_list("pk", flat=True))
    found = (
        Contract.objects.filter(pk__in=contract_ids)
        .order_by()
        .values_list(
            "pk",
            Case(When(owner__is_active=True, then=F("owner_id"))),
            Case(When(department__manager__is_active=True, then=F("department__manager_id"))),
        )
    )
    return {
        contract: [level for level in (_one(owner), _one(manager), everyone) if level]
        for contract, owner, manager in found
    }


def shared_of(contract_ids: Iterable[int]) -> dict[int, list[Destination]]:
    """Return for each contract what is told beside its people: of its department, those above, all.

    What was switched off or is passed over is left out.
    """
    places = list(Destination.objects.shared().filter(is_active=True, marked_at=None))
    if not places:
        return {}
    everywhere = [place for place in places if place.department_id is None]
    above: defaultdict[int | None, list[int]] = defaultdict(list)
    owners = [place.department_id for place in places if place.department_id]
    through = Department.below.through._default_manager.filter(from_department__in=owners)
    for upper, lower in through.values_list("from_department_id", "to_department_id"):
        above[lower].append(upper)
    contracts = Contract.objects.filter(pk__in=contract_ids).order_by()
    return {
        contract: everywhere + [place for place in places if place.department_id in above[home]]
        for contract, home in contracts.values_list("pk", "department_id")
    }


def _one(user: int | None) -> list[int]:
    return [] if user is None else [user]
