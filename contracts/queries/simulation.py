"""What would be sent on a day, to whom and why; nothing is written to find out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from contracts.models import Alert, Delivery, KeyDate
from contracts.models.choices import ALERT_KINDS
from contracts.queries.policies import SUBJECT, offsets_for, policies_in_force
from contracts.queries.reach import reach_of
from contracts.rules.alerts import ENDED_REACH, due_on, late_days, offsets_due, stretches
from contracts.rules.calendar import ONE_DAY, BusinessCalendar, business_calendar
from contracts.rules.occasions import DECISIONS, OCCASIONS, Schedule
from contracts.rules.policies import Policy, Subject, offsets_of
from contracts.rules.vocabulary import AlertKind, AlertState, DeliveryState

CHUNK = 2000
# A fortnight of days that bring anything is read at once.
DAYS = 14
Step = tuple[Schedule, date]
Nearest = Mapping[Step, int]
Changes = Mapping[Step, Sequence[tuple[date, int]]]
AGAIN = ("moved", "decided", "snoozed")


@dataclass(frozen=True, slots=True)
class Simulated:
    """One alert that would be raised on `day`: about which term and day, and who would be told."""

    day: date
    contract_id: int
    term_id: int
    title: str
    vendor: str
    kind: str
    offset: int
    anchor: date
    to: tuple[str, ...]

    @property
    def is_late(self) -> bool:
        """Say whether it would be an alert about a missed day."""
        return self.offset < 0

    @property
    def days_late(self) -> int:
        """Return by how many days."""
        return max(-self.offset, 0)

    @property
    def about(self) -> str:
        """Return what it would be about, in words."""
        return str(dict(ALERT_KINDS)[self.kind])


class _Row(NamedTuple):
    term: int
    contract: int
    title: str
    vendor: str
    end: date | None
    kind: str
    anchor: date
    subject: Subject

    @property
    def about(self) -> tuple[int, str, date]:
        return self.term, self.kind, self.anchor


@dataclass(slots=True)
class _Known:
    """What the table says about one day: alerts that count, what was told, what rests until when."""

    offsets: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)
    is_seen_late: bool = False
    until: date | None = None

    def says(self, offset: int) -> bool:
        """Say whether the table has it, or nobody needs to be told."""
        seen = self.is_seen_late and offset < 0
        return seen or offset in self.told or any(each <= offset for each in self.offsets)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Under which policies and holidays is looked ahead, and from which day."""

    policies: Sequence[Policy]
    calendar: BusinessCalendar
    today: date

    def schedules(self) -> set[Schedule]:
        """Return every schedule that some contract may have."""
        return {
            Schedule(OCCASIONS[kind], offsets_of(policy, kind, settings.ALERT_OFFSETS))
            for kind in AlertKind
            for policy in (*self.policies, None)
        }

    def schedule_of(self, row: _Row) -> Schedule:
        """Return the schedule that applies to a row."""
        offsets = offsets_for(self.policies, row.kind, row.subject)
        return Schedule(OCCASIONS[AlertKind(row.kind)], offsets)


def simulate(
    terms: QuerySet[Any], *, on: date, until: date | None = None, today: date
) -> Iterator[Simulated]:
    """Yield what the plans from `on` to `until` would raise and send, in order of days.

    For `today` that is what is due and not in the tables yet; for a later day what becomes due on
    it, if the engine runs each day until then, terms stay as they are and nobody decides. A term
    that renews by itself in between brings its alerts only then. Raises ValueError for days before
    `today`, which are history.

    Source: R9, R10, R11, R13.
    """
    if on < today:
        raise ValueError("only today and the days to come can be simulated")
    last = until or on
    rules = _Rules(policies_in_force(), business_calendar((settings.HOME_CALENDAR,)), today)
    if on == today:
        yield from _messages({today: _standing_on(today, rules)}, terms, rules)
    steps = _steps(max(on, today + ONE_DAY), last, rules)
    resting = Alert.objects.filter(snoozed_until__range=(on, last), snoozed_until__gt=today)
    woken = {day for day in resting.values_list("snoozed_until", flat=True) if day}
    days = iter(sorted({*steps, *woken}))
    while batch := list(islice(days, DAYS)):
        yield from _messages({day: steps.get(day, {}) for day in batch}, terms, rules)


def _standing_on(today: date, rules: _Rules) -> dict[Step, int]:
    """Return the open alert of today for each schedule and anchor day."""
    found: dict[Step, int] = {}
    for schedule in rules.schedules():
        for part in stretches(schedule.occasion, schedule.offsets, today, rules.calendar):
            days = (part.last - part.first).days + 1
            for number in range(days):
                found[schedule, part.first + timedelta(number)] = part.nearest
    return found


def _steps(first: date, last: date, rules: _Rules) -> dict[date, dict[Step, int]]:
    """Return for each day the anchors whose nearest alert becomes another one on it."""
    steps: dict[date, dict[Step, int]] = defaultdict(dict)
    for schedule in rules.schedules():
        anchor = first - schedule.occasion.reach
        while due_on(anchor, max(schedule.offsets), rules.calendar) <= last:
            for day, offset in _changes(schedule, anchor, rules.calendar):
                if first <= day <= last:
                    steps[day][schedule, anchor] = offset
            anchor += ONE_DAY
    return steps


def _changes(
    schedule: Schedule, anchor: date, calendar: BusinessCalendar
) -> Iterator[tuple[date, int]]:
    """Yield the days on which another alert of one anchor day becomes the open one."""
    # Two may fall due on one day before a weekend: the nearest comes last and stays.
    for offset in sorted(schedule.offsets, reverse=True):
        yield due_on(anchor, offset, calendar), offset
    if schedule.occasion.repeats:
        for days in late_days(schedule.occasion.reach):
            yield anchor + timedelta(days), -days


def _messages(
    steps: Mapping[date, Nearest], terms: QuerySet[Any], rules: _Rules
) -> list[Simulated]:
    """Return what some days would raise, in order; a few statements for all of them."""
    changes: dict[Step, list[tuple[date, int]]] = defaultdict(list)
    for day, nearest in steps.items():
        for step, offset in nearest.items():
            changes[step].append((day, offset))
    resting = Alert.objects.filter(state=AlertState.SNOOZED, snoozed_until__lte=max(steps))
    anchors = {anchor for _schedule, anchor in changes}
    found = _rows(terms, {*anchors, *resting.values_list("anchor_date", flat=True)})
    messages: list[Simulated] = []
    while chunk := list(islice(found, CHUNK)):
        messages += _of_rows(chunk, changes, list(steps), rules)
    return sorted(messages, key=lambda each: (each.day, each.term_id, each.kind, each.anchor))


def _rows(terms: QuerySet[Any], anchors: set[date]) -> Iterator[_Row]:
    """Yield the terms that wait for a decision, then the key dates, that lie on these days."""
    own = ("pk", "contract", "contract__title", "contract__vendor__name", "end_date")
    waiting = terms.filter(is_open=True, anchor_date__in=anchors).order_by("pk")
    columns = (*own, "anchor_kind", "anchor_date", *SUBJECT)
    for row in waiting.values_list(*columns).iterator(chunk_size=CHUNK):
        yield _row(row)
    others = KeyDate.objects.filter(term__in=terms, date__in=anchors).order_by("pk")
    of_term = [f"term__{name}" for name in (*own[1:], *SUBJECT)]
    split = len(own) - 1
    paths = ("term", *of_term[:split], "kind", "date", *of_term[split:])
    for row in others.values_list(*paths).iterator(chunk_size=CHUNK):
        yield _row(row)


def _row(row: Sequence[Any]) -> _Row:
    term, contract, title, vendor, end, kind, anchor, *subject = row
    return _Row(term, contract, title, vendor, end, kind, anchor, Subject(*subject))


def _of_rows(
    rows: Sequence[_Row], changes: Changes, days: Sequence[date], rules: _Rules
) -> Iterator[Simulated]:
    known = _known(rows)
    reach = reach_of({row.contract for row in rows})
    for row in rows:
        to = tuple(next(iter(reach.get(row.contract, [])), ()))
        schedule = rules.schedule_of(row)
        due = changes.get((schedule, row.anchor), ())
        for day, offset in _said(row, schedule, due, known[row.about], days, rules):
            about = (row.title, row.vendor, row.kind, offset, row.anchor)
            yield Simulated(day, row.contract, row.term, *about, to)


def _said(
    row: _Row,
    schedule: Schedule,
    due: Sequence[tuple[date, int]],
    known: _Known,
    days: Sequence[date],
    rules: _Rules,
) -> Iterator[tuple[date, int]]:
    """Yield what would be said about one day: nothing while it rests, the matter anew after that."""
    back = known.until and max(known.until, rules.today)
    if back in days and back is not None and known.until is not None:
        there = offsets_due(row.anchor, schedule.offsets, back, rules.calendar).open
        own = (row.anchor - known.until).days
        yield back, min(own, there.offset if there else own)
    for day, offset in due:
        rests = back is not None and day <= back
        over = AlertKind(row.kind) in DECISIONS and row.end and row.end < day - ENDED_REACH
        if not rests and not over and not known.says(offset):
            yield day, offset


def _known(rows: Sequence[_Row]) -> defaultdict[tuple[int, str, date], _Known]:
    """Return what the tables say about these days, or about slightly earlier ones (R11)."""
    anchors: dict[tuple[int, str], list[date]] = defaultdict(list)
    for row in rows:
        anchors[row.term, row.kind].append(row.anchor)
    sent = Exists(Delivery.objects.filter(alert=OuterRef("pk"), state=DeliveryState.SENT))
    alerts = Alert.objects.filter(term__in={row.term for row in rows})
    found: defaultdict[tuple[int, str, date], _Known] = defaultdict(_Known)
    columns = ("term", "kind", "anchor_date", "offset_days", "state", "reason", "snoozed_until")
    for *about, offset, state, reason, until, was_sent in alerts.values_list(*columns, sent):
        term, kind, day = about
        own = found[term, kind, day]
        if reason not in AGAIN:
            own.offsets.add(offset)
        own.until = until or own.until
        own.is_seen_late |= offset < 0 and state == AlertState.ACKNOWLEDGED
        for anchor in anchors[term, kind] if was_sent else ():
            if anchor - timedelta(days=abs(offset)) <= day < anchor:
                found[term, kind, anchor].told.add(offset)
    return found
