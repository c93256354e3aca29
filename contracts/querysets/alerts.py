"""Named filters over alerts and deliveries. An instant is always an argument."""

from datetime import datetime
from typing import ClassVar, Self

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

    def ready(self, now: datetime) -> Self:
        """Keep what waits for a sender and whose time has come, the longest wait first."""
        return self.filter(
            state=DeliveryState.PENDING,
            carried_by=None,
            hold=None,
            next_at__lte=now,
            attempts__lt=MAX_ATTEMPTS,
        ).order_by("next_at", "pk")

    def single(self) -> Self:
        """Keep the messages about one alert that go out by themselves."""
        return self.filter(alert__isnull=False, carried_by=None)

    def digests(self) -> Self:
        """Keep the messages that carry others."""
        return self.filter(alert=None)

    def carried_along(self, digest_id: int) -> Self:
        """Keep what a digest carries and nobody was told about yet, the nearest day first."""
        waiting = self.filter(carried_by=digest_id, state=DeliveryState.PENDING)
        return waiting.order_by("alert__anchor_date", "pk")

    def abandoned(self, now: datetime) -> Self:
        """Keep what a sender leased and never finished, the longest ago first."""
        return self.filter(state=DeliveryState.LEASED, lease_until__lt=now).order_by(
            "lease_until", "pk"
        )


class AttemptQuerySet(ScopedQuerySet[M]):
    """Attempts are seen with their delivery."""

    department_paths: ClassVar[tuple[str, ...]] = ("delivery__alert__term__contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("delivery__alert__term__contract__owner",)
