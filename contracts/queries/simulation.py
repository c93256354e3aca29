"""What would be sent on a day, to whom and why; nothing is written to find out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from contracts.models import Alert, Delivery
from contracts.queries.audit import offsets_in_force
from contracts.queries.reach import reach_of
from contracts.rules.alerts import ENDED_REACH, due_on, offsets_due, planned_alerts
from contracts.rules.calendar import ONE_DAY, BusinessCalendar, business_calendar
from contracts.rules.vocabulary import DeliveryState

CHUNK = 2000
# A fortnight of days that bring anything is read at once.
DAYS = 14
Nearest = Mapping[date, int]
Changes = Mapping[date, Sequence[tuple[date, int]]]
AGAIN = ("moved", "decided")


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
        """Say whether it would be the alert about a missed day."""
        return self.offset < 0


class _Row(NamedTuple):
    term: int
    contract: int
    title: str
    vendor: str
    kind: str
    anchor: date
    end: date


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
    offsets, calendar = offsets_in_force(), business_calendar((settings.HOME_CALENDAR,))
    if on == today:
        due = {plan.anchor: plan.nearest for plan in planned_alerts(offsets, today, calendar)}
        yield from _messages({today: due}, terms)
    steps = _steps(max(on, today + ONE_DAY), last, offsets, calendar)
    days = iter(sorted(steps))
    while batch := list(islice(days, DAYS)):
        yield from _messages({day: steps[day] for day in batch}, terms)


def _steps(
    first: date, last: date, offsets: list[int], calendar: BusinessCalendar
) -> dict[date, dict[date, int]]:
    """Return for each day the anchors whose nearest alert becomes another one on it."""
    steps: dict[date, dict[date, int]] = defaultdict(dict)
    anchor = first - ONE_DAY
    while due_on(anchor, max(offsets), calendar) <= last:
        changes = {due_on(anchor, offset, calendar) for offset in offsets} | {anchor + ONE_DAY}
        for day in changes:
            if first <= day <= last and (due := offsets_due(anchor, offsets, day, calendar).open):
                steps[day][anchor] = due.offset
        anchor += ONE_DAY
    return steps


def _messages(steps: Mapping[date, Nearest], terms: QuerySet[Any]) -> list[Simulated]:
    """Return what some days would raise, in order; a few statements for all of them."""
    changes: dict[date, list[tuple[date, int]]] = defaultdict(list)
    for day, nearest in steps.items():
        for anchor, offset in nearest.items():
            changes[anchor].append((day, offset))
    waiting = terms.filter(
        is_open=True, anchor_date__in=list(changes), end_date__gte=min(steps) - ENDED_REACH
    )
    names = ("contract__title", "contract__vendor__name")
    columns = ("pk", "contract", *names, "anchor_kind", "anchor_date", "end_date")
    rows = waiting.order_by("pk").values_list(*columns).iterator(chunk_size=CHUNK)
    found = (_Row(*row) for row in rows)
    messages: list[Simulated] = []
    while chunk := list(islice(found, CHUNK)):
        messages += _of_terms(chunk, changes)
    return sorted(messages, key=lambda message: (message.day, message.term_id))


def _of_terms(rows: Sequence[_Row], changes: Changes) -> Iterator[Simulated]:
    said = _already_said(rows)
    reach = reach_of({row.contract for row in rows})
    for row in rows:
        to = tuple(next(iter(reach.get(row.contract, [])), ()))
        for day, offset in changes[row.anchor]:
            if row.end >= day - ENDED_REACH and (row.term, offset) not in said:
                about = (row.title, row.vendor, row.kind, offset, row.anchor)
                yield Simulated(day, row.contract, row.term, *about, to)


def _already_said(rows: Sequence[_Row]) -> set[tuple[int, int]]:
    """Return terms and offsets that are in the table, or went out for a slightly earlier day (R11)."""
    about = {row.term: row for row in rows}
    sent = Exists(Delivery.objects.filter(alert=OuterRef("pk"), state=DeliveryState.SENT))
    known = Alert.objects.filter(term__in=about)
    said = set()
    columns = ("term", "kind", "offset_days", "anchor_date", "reason")
    for term, kind, offset, anchor, reason, was_sent in known.values_list(*columns, sent):
        row = about[term]
        told_from = row.anchor - timedelta(days=abs(offset))
        exists = anchor == row.anchor and reason not in AGAIN
        told = was_sent and told_from <= anchor < row.anchor
        if kind == row.kind and (exists or told):
            said.add((term, offset))
    return said
