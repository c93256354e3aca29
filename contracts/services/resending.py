"""What a person may do to single messages: send them again, or take them back; with a record of who did it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from contracts.models import Alert, Delivery, DeliveryAction
from contracts.rules.vocabulary import AlertState, DeliveryAct, DeliveryState
from contracts.services import addressing

ENDED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.CANCELLED)


@transaction.atomic
def resend(delivery_ids: Iterable[int], *, by: Any, now: datetime) -> int:
    """Let these messages be sent again, each under the id that it has; returns how many.

    Each has 12 attempts again, whatever came before. One that waits or is being sent, whose alert
    is no longer open, or whose destination is switched off, is left as it is. A digest goes with
    what it carried, as far as that is still open.

    Source: R11.
    """
    rows = _locked(delivery_ids, Q(state__in=ENDED, destination__is_active=True))
    still_open = Q(alert__state=AlertState.OPEN) | Q(alert=None, pk__in=_digests_with_open())
    chosen = list(rows.filter(still_open))
    ids = [row.pk for row in chosen]
    _record(chosen, DeliveryAct.RESEND, by, now)
    again = {"state": DeliveryState.PENDING, "next_at": now, "last_error": "", "updated_at": now}
    again |= {"is_withdrawn": False, "hold": None}
    Delivery.objects.filter(pk__in=ids, alert__isnull=False).update(
        earlier_attempts=F("earlier_attempts") + F("attempts"), attempts=0, carried_by=None, **again
    )
    # From its first attempt on a digest takes in nothing more, and keeps its id.
    Delivery.objects.filter(pk__in=ids, alert=None).update(
        earlier_attempts=F("earlier_attempts") + F("attempts"), attempts=1, **again
    )
    carried = Delivery.objects.filter(carried_by__in=ids, alert__state=AlertState.OPEN)
    carried.filter(state__in=ENDED).update(**again)
    return len(ids)


@transaction.atomic
def cancel(delivery_ids: Iterable[int], *, by: Any, now: datetime) -> int:
    """Take back these messages while they wait; returns how many.

    No plan sends them after all. An alert that nobody else was told about goes on to the next
    destination or person: to silence it, acknowledge it. What is being sent cannot be taken back.

    Source: R11.
    """
    waiting = list(_locked(delivery_ids, Q(state=DeliveryState.PENDING)))
    ids = [row.pk for row in waiting]
    _record(waiting, DeliveryAct.CANCEL, by, now)
    taken = Delivery.objects.filter(Q(pk__in=ids) | Q(carried_by__in=ids))
    alerts = list(taken.exclude(alert=None).values_list("alert", flat=True))
    taken.filter(state=DeliveryState.PENDING).update(
        state=DeliveryState.CANCELLED,
        is_withdrawn=True,
        last_error=_("Cancelled by %(person)s.") % {"person": by},
        updated_at=now,
    )
    addressing.address_open(now=now, alerts=Alert.objects.filter(pk__in=alerts))
    return len(ids)


def _locked(delivery_ids: Iterable[int], wanted: Q) -> QuerySet[Any]:
    rows = Delivery.objects.filter(wanted, pk__in=list(delivery_ids)).order_by("pk")
    return rows.select_for_update(of=("self",))


def _digests_with_open() -> QuerySet[Any]:
    carried = Delivery.objects.filter(carried_by=OuterRef("pk"), alert__state=AlertState.OPEN)
    return Delivery.objects.digests().filter(Exists(carried)).values("pk")


def _record(rows: Iterable[Delivery], action: DeliveryAct, by: Any, now: datetime) -> None:
    DeliveryAction.objects.bulk_create(
        DeliveryAction(
            delivery=row,
            action=action.value,
            at=now,
            by=by,
            state_before=row.state,
            error_before=row.last_error,
        )
        for row in rows
    )
