"""What is asked of the history: a window, an as-of day, a unit, a grace, and whose eyes look."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self

from django.db.models import QuerySet

from contracts.models import Charge, Contract
from contracts.rules.calendar import ONE_DAY
from contracts.rules.period import Period
from metrics.rules.renewals import DEFAULT_GRACE

Unit = Literal["contract", "vendor", "lineage"]
Dimension = Literal["vendor", "category", "department"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The contracts and charges that may be counted; None is all of them."""

    contracts: QuerySet[Contract] | None = None
    charges: QuerySet[Charge] | None = None

    @classmethod
    def of(cls, user: Any) -> Self:
        """Return what `user` may read; who may read everything is not asked contract by contract."""
        if user.is_active and (user.is_superuser or _reads_everything(user)):
            return cls()
        return cls(Contract.objects.visible_to(user), Charge.objects.visible_to(user))


def _reads_everything(user: Any) -> bool:
    """Say whether a membership of the whole organisation opens every contract and charge."""
    return bool(user.is_authenticated and user.memberships.filter(department=None).exists())


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the figures. The same question has the same answer for ever (C9)."""

    window: Period
    as_of: date
    by: Unit = "vendor"
    grace: int = DEFAULT_GRACE
    scope: Scope = field(default=EVERYTHING)
    # What had been recorded by the end of this day; None is what is recorded now.
    believed_on: date | None = None

    @property
    def opening_day(self) -> date:
        """The day before the window: the opening snapshot is taken at its end (C5)."""
        return self.window.start - ONE_DAY
