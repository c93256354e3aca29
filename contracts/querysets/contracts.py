"""Named filters over contracts and what hangs on them. A day is always an argument."""

from datetime import date
from typing import ClassVar, Self

from django.db.models import Q

from contracts.querysets.access import M, ScopedQuerySet


class ContractQuerySet(ScopedQuerySet[M]):
    """Contracts, by their terms."""

    owner_paths: ClassVar[tuple[str, ...]] = ("owner",)

    def active_on(self, day: date) -> Self:
        """Keep contracts with a term in force on `day`."""
        number = day.toordinal()
        return self.filter(
            pk__in=self.model._default_manager.filter(
                ledger__first_day__lte=number, ledger__last_day__gte=number
            ).values("pk")
        )

    def decide_within(self, days: int, today: date) -> Self:
        """Keep contracts whose open term must be decided within `days` days from `today`, or is overdue."""
        limit = date.fromordinal(today.toordinal() + days)
        return self.filter(terms__is_open=True, terms__anchor_date__lte=limit)

    def incomplete(self) -> Self:
        """Keep contracts that lack an owner, or a notice period although they renew by themselves."""
        return self.filter(
            Q(owner=None) | Q(renewal_kind="auto", notice_value=None), cancelled_on=None
        )


class ContractPartQuerySet(ScopedQuerySet[M]):
    """Rows that belong to one contract."""

    department_paths: ClassVar[tuple[str, ...]] = ("contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("contract__owner",)


class TermQuerySet(ContractPartQuerySet[M]):
    """Terms of contracts."""

    def open(self) -> Self:
        """Keep the terms that await a decision: the last of its contract, with neither notice nor cancellation."""
        return self.filter(is_open=True)


class TermPartQuerySet(ScopedQuerySet[M]):
    """Rows that belong to one term."""

    department_paths: ClassVar[tuple[str, ...]] = ("term__contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("term__contract__owner",)


class ChargeQuerySet(ScopedQuerySet[M]):
    """Charges belong to their contract's department, else to the one the ledger names."""

    department_paths: ClassVar[tuple[str, ...]] = ("department", "contract__department")
    owner_paths: ClassVar[tuple[str, ...]] = ("contract__owner",)


class LinkQuerySet(ScopedQuerySet[M]):
    """A link is seen by those who see the contract it starts from."""

    department_paths: ClassVar[tuple[str, ...]] = ("from_contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("from_contract__owner",)
