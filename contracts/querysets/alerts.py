"""Named filters over alerts and deliveries. An instant is always an argument."""

from datetime import datetime
from typing import ClassVar, Self

from django.db.models import Q

from contracts.querysets.access import M, ScopedQuerySet
from contracts.rules.alerts import MAX_ATTEMPTS
from contracts.rules.vocabulary import DeliveryState


class AlertQuerySet(ScopedQuerySet[M]):
    """Alerts are seen by those who see the contract."""

    department_paths: ClassVar[tuple[str, ...]] = ("term__contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("term__contract__owner",)


class DeliveryQuerySet(ScopedQuerySet[M]):
    """Messages to one destination each."""

    department_paths: ClassVar[tuple[str, ...]] = ("alert__term__contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("alert__term__contract__owner", "destination__owner")

    def due(self, now: datetime) -> Self:
        """Keep what a sender may claim: pending and its time come, or leased by a sender that is gone."""
        pending = Q(state=DeliveryState.PENDING, next_at__lte=now)
        abandoned = Q(state=DeliveryState.LEASED, lease_until__lt=now)
        return self.filter(pending | abandoned, attempts__lt=MAX_ATTEMPTS)


class AttemptQuerySet(ScopedQuerySet[M]):
    """Attempts are seen with their delivery."""

    department_paths: ClassVar[tuple[str, ...]] = ("delivery__alert__term__contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("delivery__alert__term__contract__owner",)
