"""The inbox of a person: the alerts that were taken to them, what they have read, what is left to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from contracts.models import Alert, AlertReading, Contract, Delivery, Term
from contracts.queries import recipients
from contracts.rules.vocabulary import AlertState, DeliveryState

Tab = Literal["open", "snoozed", "done"]
TABS: tuple[Tab, ...] = ("open", "snoozed", "done")
STATES: dict[Tab, tuple[AlertState, ...]] = {
    "open": (AlertState.OPEN,),
    "snoozed": (AlertState.SNOOZED,),
    "done": (AlertState.ACKNOWLEDGED, AlertState.RESOLVED),
}
ORDERS: dict[Tab, tuple[str, ...]] = {
    "open": ("anchor_date", "pk"),
    "snoozed": ("snoozed_until", "anchor_date", "pk"),
    "done": ("-updated_at", "-pk"),
}
# What was done longer ago is history: the page of the contract has it.
RECENT = timedelta(days=60)
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One alert of an inbox; `why` is the capacity in which the person is told."""

    alert: Alert
    term: Term
    contract: Contract
    days_left: int
    at_stake: Decimal
    why: str
    is_unread: bool
    may_act: bool


def taken_to(user: Any) -> QuerySet[Alert]:
    """Return the alerts whose levels of recipients include this person, up to the level they reached.

    Also those that went to this person because a message to somebody nearer failed. Only what the
    person may see.

    Source: R9, R11.
    """
    no_owner = Q(term__contract__owner=None) | Q(term__contract__owner__is_active=False)
    manager = "term__contract__department__manager"
    no_manager = Q(**{manager: None}) | Q(**{f"{manager}__is_active": False})
    owned, managed = Q(term__contract__owner=user), Q(**{manager: user})
    administers = Q(Exists(recipients.administrators().filter(pk=user.pk)))
    last = Q(level__gte=2) | Q(level=1) & (no_owner | no_manager) | no_owner & no_manager
    role = owned | managed | administers
    reached = owned | managed & (no_owner | Q(level__gte=1)) | administers & last
    told = Delivery.objects.filter(
        alert=OuterRef("pk"), destination__owner=user, state=DeliveryState.SENT
    )
    rows: QuerySet[Alert] = Alert.objects.visible_to(user)
    return rows.filter(role & (reached | Exists(told)))


def inbox(user: Any, tab: Tab, *, now: datetime) -> QuerySet[Alert]:
    """Return the alerts of one tab in their order, each with `is_unread`."""
    rows = taken_to(user).filter(state__in=STATES[tab])
    if tab == "done":
        rows = rows.filter(updated_at__gte=now - RECENT)
    return with_reading(rows, user).order_by(*ORDERS[tab])


def with_reading(rows: QuerySet[Alert], user: Any) -> QuerySet[Any]:
    """Add to alerts `is_unread`: whether this person has not read them."""
    read = AlertReading.objects.filter(alert=OuterRef("pk"), user=user)
    return rows.annotate(is_unread=~Exists(read))


def counts(user: Any, *, now: datetime) -> dict[Tab, int]:
    """Return how many alerts each tab holds."""
    return {tab: inbox(user, tab, now=now).count() for tab in TABS}


def unread_count(user: Any) -> int:
    """Return how many open alerts of the inbox this person has not read; counted up to 100."""
    read = AlertReading.objects.filter(alert=OuterRef("pk"), user=user)
    rows = taken_to(user).filter(~Exists(read), state=AlertState.OPEN)
    return rows.order_by()[:MOST_COUNTED].count()


def shown(rows: Sequence[Any], user: Any, *, today: date) -> list[InboxRow]:
    """Return alerts of `inbox` as its page shows them; a bounded number of statements."""
    editable = Alert.objects.editable_by(user).filter(pk__in=[row.pk for row in rows])
    mine = set(editable.values_list("pk", flat=True))
    return [
        InboxRow(
            alert=row,
            term=row.term,
            contract=row.term.contract,
            days_left=(row.anchor_date - today).days,
            at_stake=row.term.annual_value,
            why=_why(row, user),
            is_unread=row.is_unread,
            may_act=row.pk in mine,
        )
        for row in rows
    ]


def _why(alert: Alert, user: Any) -> str:
    contract = alert.term.contract
    if contract.owner_id == user.pk:
        return "owner"
    if contract.department and contract.department.manager_id == user.pk:
        return "manager"
    return "administrator"
