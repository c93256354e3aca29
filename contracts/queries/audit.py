"""What the auditor reads: contracts and terms as they were written, and beside them what the tables say."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from contracts.models import Alert, Contract, ContractLink, Delivery, Document, KeyDate, Term
from contracts.queries.audit_policies import Book, book
from contracts.queries.reach import reach_of
from contracts.rules.audit import (
    AuditedContract,
    AuditedTerm,
    Expectation,
    ExpectedDays,
    expectation,
)
from contracts.rules.audit_alerts import (
    HABITS,
    REACH_OF_DAYS,
    AuditedPlace,
    ends_by_itself,
    expected_offset,
    rests,
)
from contracts.rules.audit_days import AuditedDuties, KeyDay, key_days
from contracts.rules.calendar import business_calendar
from contracts.rules.vocabulary import AlertState, DeliveryState

CHUNK = 1000
# The planner comes every five minutes and the sender each minute: later than this is a breach.
GRACE = timedelta(minutes=15)
# Days before an anchor are at most so many.
AHEAD = timedelta(730)
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
DUTIES = ("announcement_days", "true_up_months", "true_up_report_days")
PLACE = ("vendor", "department", "category", "currency")
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
    until: date | None
    is_live: bool


class About(NamedTuple):
    """A day that alerts count down to: the end of its term, the value of that term, and itself."""

    term: int
    kind: str
    anchor: date
    end: date | None
    place: AuditedPlace


@dataclass(frozen=True, slots=True)
class Audited:
    """One contract: what must be so, and what the tables say about it."""

    id: int
    expected: Expectation
    stored: dict[int, ExpectedDays]
    key_days: set[KeyDay]
    stored_key_days: set[KeyDay]
    alerts: Sequence[StoredAlert]
    abouts: Sequence[About]

    def own(self, about: About) -> list[StoredAlert]:
        """Return the alerts about one day."""
        return [
            alert for alert in self.alerts if (alert.term, alert.kind, alert.anchor) == about[:3]
        ]


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
    policies = book()
    audited_contracts = audited(contract_ids, policies, today=today)
    for each in audited_contracts:
        _days(each, found)
        _alerts(each, policies, today, found)
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


def audited(contract_ids: Collection[int], policies: Book, *, today: date) -> list[Audited]:
    """Read these contracts with what follows from them and what is stored; seven statements."""
    window = today - timedelta(REACH_OF_DAYS), today + AHEAD
    terms, stored, values = _terms(contract_ids)
    alerts, days = _alerts_of(contract_ids, today), _key_days_of(contract_ids, window)
    links = ContractLink.objects.filter(from_contract__in=contract_ids)
    continued = set(links.values_list("from_contract", flat=True))
    papers = _papers_of(contract_ids)
    rows = Contract.objects.filter(pk__in=contract_ids).order_by("pk")
    found = []
    for row in rows.values(*WRITTEN, *DUTIES, *PLACE, "pk", "vendor__calendar"):
        pk = row["pk"]
        written = _written(row, terms[pk], pk in continued)
        expected = expectation(written)
        duties = AuditedDuties(
            **{name: row[name] for name in DUTIES},
            review_months=settings.REVIEW_MONTHS,
            expiries=papers[pk],
        )
        own_days = key_days(written, duties, expected, window)
        ends = {term.id: term.end for term in terms[pk]}
        place = tuple(row[name] for name in PLACE)
        abouts = [
            About(term, kind, day, ends[term], policies.place(place, values[term]))
            for term, kind, day in sorted({*own_days, *_waiting(expected)})
        ]
        found.append(Audited(pk, expected, stored[pk], own_days, days[pk], alerts[pk], abouts))
    return found


def offset_of(about: About, policies: Book, today: date) -> int | None:
    """Return the offset of the alert that must be there, rest left aside; None where none is due.

    Source: R9, R10, R13.
    """
    home = business_calendar((settings.HOME_CALENDAR,))
    days = policies.days(about.kind, about.place)
    return expected_offset(about.kind, about.anchor, about.end, days, today, home.is_business_day)


def _waiting(expected: Expectation) -> set[KeyDay]:
    """Return the anchor of the term that waits for a decision, if one does."""
    term = expected.waiting
    days = expected.days[term.id] if term else None
    if term is None or days is None or days.anchor_date is None:
        return set()
    return {(term.id, days.anchor_kind, days.anchor_date)}


def _written(row: dict[str, Any], terms: list[AuditedTerm], continued: bool) -> AuditedContract:
    calendar = business_calendar((row["vendor__calendar"], settings.HOME_CALENDAR))
    return AuditedContract(
        **{name: row[name] for name in WRITTEN},
        is_continued=continued,
        terms=terms,
        review_buffer_days=settings.REVIEW_BUFFER_DAYS,
        works_on=calendar.is_business_day,
    )


def _papers_of(ids: Collection[int]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    rows = Document.objects.filter(contract__in=ids, expires_on__isnull=False)
    for contract, day in rows.values_list("contract", "expires_on"):
        found[contract] += [day] if day else []
    return found


def _key_days_of(ids: Collection[int], window: tuple[date, date]) -> dict[int, set[KeyDay]]:
    found: dict[int, set[KeyDay]] = defaultdict(set)
    rows = KeyDate.objects.filter(term__contract__in=ids, date__range=window)
    for contract, term, kind, day in rows.values_list("term__contract", "term", "kind", "date"):
        found[contract].add((term, kind, day))
    return found


def _terms(
    ids: Collection[int],
) -> tuple[dict[int, list[AuditedTerm]], dict[int, dict[int, ExpectedDays]], dict[int, Decimal]]:
    written: dict[int, list[AuditedTerm]] = defaultdict(list)
    stored: dict[int, dict[int, ExpectedDays]] = defaultdict(dict)
    values: dict[int, Decimal] = {}
    rows = Term.objects.filter(contract__in=ids).order_by("contract", "seq")
    columns = ("contract", "annual_value", "pk", "seq", "start_date", "end_date")
    for row in rows.values_list(*columns, *STORED):
        contract, value, *own = row[:6]
        written[contract].append(AuditedTerm(*own))
        stored[contract][own[0]] = ExpectedDays(*row[6:])
        values[own[0]] = value
    return written, stored, values


def _alerts_of(ids: Collection[int], today: date) -> dict[int, list[StoredAlert]]:
    """Return the alerts of the contracts that can still matter: those about no day long ago."""
    live = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENT)
    personal = Delivery.objects.filter(destination__owner__isnull=False)
    told = Exists(personal.filter(alert=OuterRef("pk"), state__in=live))
    found: dict[int, list[StoredAlert]] = defaultdict(list)
    unsettled = Q(state__in=(AlertState.OPEN, AlertState.SNOOZED))
    matters = Q(anchor_date__gte=today - timedelta(REACH_OF_DAYS)) | unsettled
    rows = Alert.objects.filter(matters, term__contract__in=ids).order_by("pk")
    columns = (
        "pk",
        "term",
        "kind",
        "offset_days",
        "anchor_date",
        "state",
        "reason",
        "snoozed_until",
    )
    for contract, *row in rows.values_list("term__contract", *columns, told):
        found[contract].append(StoredAlert(*row))
    return found


def _days(audited: Audited, found: Breaches) -> None:
    waiting = audited.expected.waiting
    if waiting is not None and audited.stored[waiting.id].anchor_date is None:
        found.without_anchor.add(audited.id)
    elif audited.stored != audited.expected.days or audited.stored_key_days != audited.key_days:
        found.wrong_days.add(audited.id)


def _alerts(audited: Audited, policies: Book, today: date, found: Breaches) -> None:
    """Look for the one alert of each day that must be there, and for open ones that must not."""
    known = {about[:3] for about in audited.abouts}
    for alert in audited.alerts:
        about = (alert.term, alert.kind, alert.anchor)
        history = alert.kind in HABITS and alert.anchor < today - timedelta(REACH_OF_DAYS)
        waits = alert.state in (AlertState.OPEN, AlertState.SNOOZED)
        if waits and not history and about not in known:
            found.unexpected.add(audited.id)
    for each in audited.abouts:
        offset = offset_of(each, policies, today)
        _about_one_day(audited, audited.own(each), offset, each, today, found)


def _about_one_day(
    audited: Audited,
    own: Sequence[StoredAlert],
    offset: int | None,
    about: About,
    today: date,
    found: Breaches,
) -> None:
    standing = [alert for alert in own if alert.state == AlertState.OPEN]
    resting = [alert.until for alert in own if alert.until is not None]
    if any(rests(until, about.anchor, today) for until in resting):
        if standing:
            found.unexpected.add(audited.id)
        return
    over = [(about.anchor - min(until, about.anchor)).days for until in resting]
    if offset is None:
        if over or (standing and ends_by_itself(about.kind, about.anchor, today)):
            found.unexpected.add(audited.id)
        return
    offset = min([offset, *over])
    if any(alert.offset > offset for alert in standing):
        found.unexpected.add(audited.id)
    if not any(_answers(alert, offset) for alert in own):
        found.missing.add(audited.id)
        found.set_aside.update(alert.id for alert in own if alert.offset == offset)


def _answers(alert: StoredAlert, offset: int) -> bool:
    """Say whether an alert is the expected one, or somebody has seen that the day has passed."""
    seen_late = alert.state == AlertState.ACKNOWLEDGED and alert.offset < 0 and offset < 0
    return seen_late or (alert.offset <= offset and alert.state in ALIVE)


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
