"""A smaller part of what somebody may read: one department, category, vendor or currency."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from contracts.models import Category, Charge, Contract, Department, Vendor
from metrics.queries.question import Scope


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a view is narrowed to; None is everything that its reader may read.

    A department stands for itself and those below it. A charge follows its contract, and its own
    columns where it has none.
    """

    department: Department | None = None
    category: Category | None = None
    vendor: Vendor | None = None
    currency: str | None = None

    def parameters(self) -> dict[str, str | int]:
        """Return the narrowing as it stands in an address."""
        rows = {"department": self.department, "category": self.category, "vendor": self.vendor}
        named: dict[str, str | int] = {name: row.pk for name, row in rows.items() if row}
        return named | ({"currency": self.currency} if self.currency else {})

    def scope(self, user: Any) -> Scope:
        """Return what `user` may read of it."""
        if not self.parameters():
            return Scope.of(user)
        return Scope(
            Contract.objects.visible_to(user).filter(self._contracts()),
            Charge.objects.visible_to(user).filter(self._charges()),
        )

    def _contracts(self) -> Q:
        wanted = Q()
        if self.department:
            wanted &= Q(department__in=_below(self.department))
        if self.category:
            wanted &= Q(category=self.category)
        if self.vendor:
            wanted &= Q(vendor=self.vendor)
        if self.currency:
            wanted &= Q(currency=self.currency)
        return wanted

    def _charges(self) -> Q:
        wanted = Q()
        if self.department:
            # A charge of a contract without a department has its own, as in the figures by name.
            below = _below(self.department)
            own = Q(contract__department=None, department__in=below)
            wanted &= Q(contract__department__in=below) | own
        if self.category:
            wanted &= Q(contract__category=self.category)
        if self.vendor:
            wanted &= Q(vendor=self.vendor) | Q(vendor=None, contract__vendor=self.vendor)
        if self.currency:
            wanted &= Q(currency=self.currency)
        return wanted


def visible_choices(user: Any) -> dict[str, Any]:
    """Return the departments, categories and vendors of the contracts that `user` may read."""
    own = Contract.objects.visible_to(user).order_by()
    return {
        "department": Department.objects.filter(
            Exists(own.filter(department__above=OuterRef("pk")))
        ).order_by("name"),
        "category": Category.objects.filter(Exists(own.filter(category=OuterRef("pk")))).order_by(
            "name"
        ),
        "vendor": Vendor.objects.filter(Exists(own.filter(vendor=OuterRef("pk")))).order_by("name"),
    }


def _below(department: Department) -> Any:
    return department.below.order_by().values("pk")
