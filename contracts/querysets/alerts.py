"""Named filters over alerts and deliveries. An instant is always an argument."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db.models import Exists, F, Max, Min, OuterRef, Q

from contracts.querysets.access import M, OwnedQuerySet, ScopedQuerySet
from contracts.rules.alerts import MAX_ATTEMPTS
from contracts.rules.occasions import DECISIONS
from contracts.rules.vocabulary import DeliveryState

ANCHORED = Q(term__is_open=True, term__anchor_date=F("anchor_date"), term__anchor_kind=F("kind"))


class AlertQuerySet(ScopedQuerySet[M]):
    """Alerts are seen by those who see the contract."""

    department_paths: ClassVar[tuple[str, ...]] = ("term__contract__department",)
    owner_paths: ClassVar[tuple[str, ...]] = ("term__contract__owner",)

    def asked_for(self) -> Self:
        """Keep alerts about a day that still counts: the anchor of an open term, or a key date."""
        return self.filter(ANCHORED | Exists(self._key_dates(date=OuterRef("anchor_date"))))

    def idle(self) -> Self:
        """Keep alerts about a day that counts no longer."""
        # The range keeps to the terms and dates of these days. The day itself is compared by two
        # bounds: joined by an equal day, each alert would meet every term of that day.
        span = self.aggregate(first=Min("anchor_date"), last=Max("anchor_date"))
        if span["first"] is None:
            return self.none()
        days = (span["first"], span["last"])
        terms = self._terms(
            anchor_date__gte=OuterRef("anchor_date"),
            anchor_date__lte=OuterRef("anchor_date"),
            anchor_kind=OuterRef("kind"),
        )
        dates = self._key_dates(date=OuterRef("anchor_date"))
        return self.exclude(Exists(terms.filter(anchor_date__range=days))).exclude(
            Exists(dates.filter(date__range=days))
        )

    def decided(self) -> Self:
        """Keep alerts whose term has no such day any more, not even another one."""
        of_term = Q(kind__in=DECISIONS) & Exists(self._terms())
        return self.exclude(of_term | Exists(self._key_dates()))

    def _terms(self, **about: OuterRef) -> Any:
        terms: Any = self.model._meta.get_field("term").related_model
        return terms._default_manager.filter(pk=OuterRef("term"), is_open=True, **about)

    def _key_dates(self, **about: OuterRef) -> Any:
        terms: Any = self.model._meta.get_field("term").related_model
        days = terms._meta.get_field("key_dates").related_model._default_manager
        return days.filter(term=OuterRef("term"), kind=OuterRef("kind"), **about)


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


class ReadingQuerySet(OwnedQuerySet[M]):
    """What somebody has read is seen by that person."""

    owner_paths: ClassVar[tuple[str, ...]] = ("user",)
