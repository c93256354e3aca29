"""What the auditor reads: contracts and terms as they were written, and beside them what the tables say."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from contracts.models import Alert, AlertPolicy, Contract, ContractLink, Delivery, Term
from contracts.queries.reach import reach_of
from contracts.rules.audit import (
    REACH_OF_DAYS,
    AuditedContract,
    AuditedTerm,
    Expectation,
    ExpectedDays,
    expectation,
    expected_offset,
)
from contracts.rules.calendar import business_calendar
from contracts.rules.vocabulary import AlertState, DeliveryState

CHUNK = 1000
# The planner comes every five minutes and the sender each minute: later than this is a breach.
GRACE = timedelta(minutes=15)
ALIVE = (AlertState.OPEN, AlertState.ACKNOWLEDGED)
WRITTEN = (
    "is_draft",
    "renewal_kind",
    "notice_value",
    "notice_unit",
    "notice_rule",
    "window_opens_value",
    "window_opens_unit",
    "notice_method",
    "delivery_lead_days",
    "notice_given_on",
    "cancelled_on",
)
STORED = tuple(ExpectedDays.__dataclass_fields__)


class StoredAlert(NamedTuple):
    """An alert as the table has it; `is_live` while somebody was or will be told."""

    id: int
    term: int
    kind: str
    offset: int
    anchor: date
    state: str
    reason: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Audited:
    """One contract: what must be so, and what the tables say about it."""

    id: int
    expected: Expectation
    stored: dict[int, ExpectedDays]
    alerts: Sequence[StoredAlert]


@dataclass(frozen=True, slots=True)
class Breaches:
    """What is wrong with some contracts: ids of contracts, for `set_aside` and `silent` of alerts."""

    wrong_days: set[int]
    without_anchor: set[int]
    missing: set[int]
    unexpected: set[int]
    silent: set[int]
    set_aside: set[int]

    @property
    def contracts(self) -> set[int]:
        """Return the contracts with a breach that shows in their own rows."""
        return self.wrong_days | self.without_anchor | self.missing | self.unexpected


def offsets_in_force() -> list[int]:
    """Return the days of all active policies together, those of the settings where none is active.

    Source: R9.
    """
    active = AlertPolicy.objects.filter(is_active=True).values_list("offsets", flat=True)
    return sorted({day for days in active for day in days} or set(settings.ALERT_OFFSETS))


def chunks(now: datetime) -> Iterator[list[int]]:
    """Yield the ids of the contracts that nobody has touched within the grace, a thousand at a time."""
    fresh = Term.objects.filter(contract=OuterRef("pk"), updated_at__gt=now - GRACE)
    settled = Contract.objects.filter(~Exists(fresh), updated_at__lte=now - GRACE)
    ids = iter(settled.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK))
    while chunk := list(islice(ids, CHUNK)):
        yield chunk


def breaches_in(contract_ids: Collection[int], *, today: date) -> Breaches:
    """Hold the tables against what follows from these contracts and their terms.

    Source: R3 to R11, R13, R16.
    """
    found = Breaches(set(), set(), set(), set(), set(), set())
    offsets = offsets_in_force()
    audited_contracts = audited(contract_ids, today=today)
    for each in audited_contracts:
        _days(each, found)
        _alerts(each, _offset(each.expected, offsets, today), found)
    _silent(audited_contracts, found)
    return found


def overdue(now: datetime) -> int:
    """Return how many messages wait, or are leased by a sender, longer than the grace past their time.

    What waits for an administrator is not late.

    Source: R11.
    """
    late = Q(state=DeliveryState.PENDING, next_at__lt=now - GRACE, carried_by=None, hold=None)
    held = Q(state=DeliveryState.LEASED, lease_until__lt=now - GRACE)
    return int(Delivery.objects.filter(late | held).count())


def audited(contract_ids: Collection[int], *, today: date) -> list[Audited]:
    """Read these contracts with what follows from them and what is stored; five statements."""
    terms, stored = _terms(contract_ids)
    alerts = _alerts_of(contract_ids, today)
    links = ContractLink.objects.filter(from_contract__in=contract_ids)
    continued = set(links.values_list("from_contract", flat=True))
    rows = Contract.objects.filter(pk__in=contract_ids).order_by("pk")
    return [
        Audited(
            id=pk,
            expected=expectation(_written(pk, calendar, values, terms[pk], pk in continued)),
            stored=stored[pk],
            alerts=alerts[pk],
        )
        for pk, calendar, *values in rows.values_list("pk", "vendor__calendar", *WRITTEN)
    ]


def _written(
    pk: int, calendar: str, values: Sequence[Any], terms: list[AuditedTerm], continued: bool
) -> AuditedContract:
    return AuditedContract(
        **dict(zip(WRITTEN, values, strict=True)),
        is_continued=continued,
        terms=terms,
        review_buffer_days=settings.REVIEW_BUFFER_DAYS,
        works_on=business_calendar((calendar, settings.HOME_CALENDAR)).is_business_day,
    )


def _terms(
    ids: Collection[int],
) -> tuple[dict[int, list[AuditedTerm]], dict[int, dict[int, ExpectedDays]]]:
    written: dict[int, list[AuditedTerm]] = defaultdict(list)
    stored: dict[int, dict[int, ExpectedDays]] = defaultdict(dict)
    rows = Term.objects.filter(contract__in=ids).order_by("contract", "seq")
    for row in rows.values_list("contract", "pk", "seq", "start_date", "end_date", *STORED):
        contract, *own = row[:5]
        written[contract].append(AuditedTerm(*own))
        stored[contract][own[0]] = ExpectedDays(*row[5:])
    return written, stored


def _alerts_of(ids: Collection[int], today: date) -> dict[int, list[StoredAlert]]:
    """Return the alerts of the contracts that can still matter: those about no day long ago."""
    live = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENT)
    personal = Delivery.objects.filter(destination__owner__isnull=False)
    told = Exists(personal.filter(alert=OuterRef("pk"), state__in=live))
    found: dict[int, list[StoredAlert]] = defaultdict(list)
    matters = Q(anchor_date__gte=today - timedelta(REACH_OF_DAYS)) | Q(state=AlertState.OPEN)
    rows = Alert.objects.filter(matters, term__contract__in=ids).order_by("pk")
    columns = ("pk", "term", "kind", "offset_days", "anchor_date", "state", "reason")
    for contract, *row in rows.values_list("term__contract", *columns, told):
        found[contract].append(StoredAlert(*row))
    return found


def _offset(expected: Expectation, offsets: Sequence[int], today: date) -> int | None:
    term = expected.waiting
    anchor = expected.days[term.id].anchor_date if term else None
    if term is None or term.end is None or anchor is None:
        return None
    home = business_calendar((settings.HOME_CALENDAR,))
    return expected_offset(anchor, term.end, offsets, today, home.is_business_day)


def _days(audited: Audited, found: Breaches) -> None:
    waiting = audited.expected.waiting
    if waiting is not None and audited.stored[waiting.id].anchor_date is None:
        found.without_anchor.add(audited.id)
    elif audited.stored != audited.expected.days:
        found.wrong_days.add(audited.id)


def _alerts(audited: Audited, offset: int | None, found: Breaches) -> None:
    """Look for the one alert that must be there, and for open ones that must not."""
    term = audited.expected.waiting
    days = audited.expected.days[term.id] if term else None
    about = (term.id, days.anchor_kind, days.anchor_date) if term and days else None
    own = [alert for alert in audited.alerts if (alert.term, alert.kind, alert.anchor) == about]
    if offset is not None and not any(a.offset <= offset and a.state in ALIVE for a in own):
        found.missing.add(audited.id)
        found.set_aside.update(alert.id for alert in own if alert.offset == offset)
    for alert in audited.alerts:
        farther = offset is not None and alert.offset > offset
        if alert.state == AlertState.OPEN and (alert not in own or farther):
            found.unexpected.add(audited.id)


def _silent(audited_contracts: Sequence[Audited], found: Breaches) -> None:
    """Find open alerts that reach nobody although somebody could be told."""
    unheard = {
        alert.id: each.id
        for each in audited_contracts
        for alert in each.alerts
        if alert.state == AlertState.OPEN and alert.reason != "told" and not alert.is_live
    }
    if not unheard:
        return
    reach = reach_of(set(unheard.values()))
    failed: dict[int, set[str]] = defaultdict(set)
    broken = Delivery.objects.filter(alert__in=unheard, state=DeliveryState.FAILED)
    for alert_id, address in broken.values_list("alert", "destination__address"):
        failed[alert_id].add(address)
    for alert_id, contract in unheard.items():
        if any(not failed[alert_id] & set(level) for level in reach.get(contract, [])):
            found.silent.add(alert_id)
