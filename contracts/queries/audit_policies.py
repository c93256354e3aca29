"""Policies as the auditor reads them: the rows as they were written, and the trees above a contract."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from contracts.models import AlertPolicy, Category, Department
from contracts.queries.fixings import Fixing, fixing_on
from contracts.rules.audit_alerts import (
    AuditedPlace,
    AuditedPolicy,
    Parents,
    above,
    days_for,
    policy_for,
)

WRITTEN = ("name", "offsets", "kinds", "vendor", "department", "category")
MINIMUM = ("minimum_value", "minimum_currency")


@dataclass(slots=True)
class Book:
    """All active policies, and what is needed to say which one applies."""

    policies: Sequence[AuditedPolicy]
    departments: Parents
    categories: Parents
    fixings: dict[tuple[str, str], Fixing] = field(default_factory=dict)

    def place(self, row: tuple[Any, ...], annual_value: Decimal) -> AuditedPlace:
        """Return where a contract with a term of that value stands.

        The row holds its vendor, department, category and currency.
        """
        vendor, department, category, currency = row
        departments = above(department, self.departments)
        return AuditedPlace(
            vendor, departments, above(category, self.categories), currency, annual_value
        )

    def applying(self, kind: str, place: AuditedPlace) -> AuditedPolicy | None:
        """Return the policy that applies, None where the usual days do."""
        return policy_for(self.policies, kind, place, self.worth, settings.BASE_CURRENCY)

    def days(self, kind: str, place: AuditedPlace) -> Sequence[int]:
        """Return the days before the anchor on which alerts of the kind are raised."""
        return days_for(kind, self.applying(kind, place), settings.ALERT_OFFSETS)

    def worth(self, amount: Decimal, currency: str, base: str) -> Decimal | None:
        """Return an amount in another currency at the latest rates, None without one."""
        if (currency, base) not in self.fixings:
            fixing = fixing_on(date.max, base=base, currencies=[currency])
            self.fixings[currency, base] = fixing
        return self.fixings[currency, base].converted(amount, currency)


def book() -> Book:
    """Read the policies that are active; without one nothing else is read.

    Source: R9.
    """
    rows = AlertPolicy.objects.filter(is_active=True).values_list(*WRITTEN, *MINIMUM)
    policies = [AuditedPolicy(*row) for row in rows]
    if not policies:
        return Book([], {}, {})
    departments = dict(Department.objects.values_list("pk", "parent"))
    return Book(policies, departments, dict(Category.objects.values_list("pk", "parent")))
