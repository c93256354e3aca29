"""What a plan of alerts asks the database: a number for each schedule, and which terms follow it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from contracts.models import Term
from contracts.queries.policies import policies_in_force
from contracts.rules.alerts import stretches
from contracts.rules.calendar import ONE_DAY, BusinessCalendar, business_calendar
from contracts.rules.occasions import DECISIONS, OCCASIONS, Schedule
from contracts.rules.policies import Policy, offsets_of
from contracts.rules.vocabulary import AlertKind

OTHERS = tuple(kind for kind in AlertKind if kind not in DECISIONS)
LONGEST_OFFSET = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a statement with its parameters."""

    text: str
    parameters: tuple[Any, ...] = ()


@dataclass(slots=True)
class Plan:
    """What is due on a day: by schedule and anchor day the open alert, by those what falls due.

    `numbers` says which number the statement knows a schedule by.
    """

    today: date
    policies: Sequence[Policy]
    calendar: BusinessCalendar
    numbers: dict[Schedule, int] = field(default_factory=dict)

    @property
    def by_scope(self) -> bool:
        """Say whether somebody must look at the contracts to know their schedules."""
        return any(_condition(policy).text for policy in self.policies)

    def number(self, kind: AlertKind, policy: Policy | None) -> int:
        """Return the number of the schedule of a kind under a policy."""
        days = tuple(sorted(offsets_of(policy, kind, settings.ALERT_OFFSETS)))
        schedule = Schedule(OCCASIONS[kind], days)
        return self.numbers.setdefault(schedule, len(self.numbers))

    def schedule_of(self, column: str, kinds: Iterable[AlertKind]) -> Fragment:
        """Return the expression that names the schedule of a row, whose kind is in `column`."""
        arms = {kind: self._of_kind(kind) for kind in kinds}
        first, *rest = arms.values()
        if all(arm == first for arm in rest):
            return first
        text = " ".join(f"WHEN '{kind.value}' THEN {arm.text}" for kind, arm in arms.items())
        parameters = tuple(value for arm in arms.values() for value in arm.parameters)
        return Fragment(f"CASE {column} {text} END", parameters)

    def _of_kind(self, kind: AlertKind) -> Fragment:
        """Return the number of the first policy that applies: they come in their order."""
        text: list[str] = []
        parameters: list[Any] = []
        for policy in self.policies:
            if not policy.about(kind):
                continue
            condition, number = _condition(policy), self.number(kind, policy)
            if not condition.text:
                return _first_of(text, parameters, number)
            text.append(f"WHEN {condition.text} THEN {number}")
            parameters += condition.parameters
        return _first_of(text, parameters, self.number(kind, None))

    def anchors(self) -> Iterator[dict[str, Any]]:
        """Yield the number of the open alert for each schedule and anchor day."""
        for schedule, number in self.numbers.items():
            for stretch in stretches(
                schedule.occasion, schedule.offsets, self.today, self.calendar
            ):
                day = stretch.first
                while day <= stretch.last:
                    yield {
                        "schedule": number,
                        "anchor": day.isoformat(),
                        "nearest": stretch.nearest,
                    }
                    day += ONE_DAY

    def dues(self) -> Iterator[dict[str, int]]:
        """Yield what falls due with each alert that may be open: itself, and the earlier ones."""
        for schedule, number in self.numbers.items():
            for stretch in stretches(
                schedule.occasion, schedule.offsets, self.today, self.calendar
            ):
                earlier = {days for days in schedule.offsets if days > stretch.nearest}
                for days in sorted({stretch.nearest, *earlier}):
                    yield {"schedule": number, "nearest": stretch.nearest, "days": days}

    def days_off(self) -> Iterator[dict[str, str]]:
        """Yield each day off on which an alert could fall due, with the working day before it."""
        day = self.today - max(each.reach for each in OCCASIONS.values()) - LONGEST_OFFSET
        before = self.calendar.roll_back(day)
        last = self.today + timedelta(days=14)
        while day <= last:
            if self.calendar.is_business_day(day):
                before = day
            else:
                yield {"off": day.isoformat(), "before": before.isoformat()}
            day += ONE_DAY


def plan_of(today: date) -> Plan:
    """Return the plan of a day under the policies of now.

    Source: R9, R10, R13.
    """
    return Plan(today, policies_in_force(), business_calendar((settings.HOME_CALENDAR,)))


def _first_of(arms: Sequence[str], parameters: Sequence[Any], number: int) -> Fragment:
    if not arms:
        return Fragment(str(number))
    return Fragment(f"CASE {' '.join(arms)} ELSE {number} END", tuple(parameters))


def _condition(policy: Policy) -> Fragment:
    """Return when a policy matches contract `c` and term `t`; empty if always."""
    parts: list[str] = []
    parameters: list[Any] = []
    if policy.vendor is not None:
        parts.append(f"c.vendor_id = {policy.vendor}")
    if policy.departments is not None:
        parts.append(f"c.department_id IN ({_listed(policy.departments)})")
    if policy.categories is not None:
        parts.append(f"c.category_id IN ({_listed(policy.categories)})")
    if policy.minimum is not None:
        least = "c.currency = %s AND t.annual_value >= %s"
        parts.append(f"({' OR '.join([least] * len(policy.minimum))})")
        parameters += _stored(policy.minimum)
    return Fragment(" AND ".join(parts), tuple(parameters))


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(str(pk) for pk in sorted(ids))


def _stored(minimum: Mapping[str, Decimal]) -> Iterator[str | int]:
    """Yield currencies and least values as the tables hold them."""
    values = Term._meta.get_field("annual_value")
    for code, amount in minimum.items():
        yield code
        yield values.scaled(amount)
