"""When a message may reach a person: at once, with the next digest, not on quiet days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from contracts.rules.alerts import URGENT
from contracts.rules.calendar import ONE_DAY
from contracts.rules.vocabulary import Rhythm

DEFAULT_HOUR = 8


@dataclass(frozen=True, slots=True)
class Timing:
    """What one person chose; `weekday` counts for a weekly rhythm, Monday is 0.

    Source: R11.
    """

    rhythm: Rhythm = Rhythm.IMMEDIATE
    weekday: int = 0
    hour: int = DEFAULT_HOUR
    quiet_days: frozenset[int] = frozenset()
    quiet_from: date | None = None
    quiet_until: date | None = None

    def is_quiet(self, day: date) -> bool:
        """Say whether nothing that can wait is sent on this day.

        Source: R11.
        """
        away = self.quiet_from and self.quiet_until and self.quiet_from <= day <= self.quiet_until
        return bool(away) or day.weekday() in self.quiet_days

    def suits(self, day: date) -> bool:
        """Say whether what waits may be sent on this day.

        Source: R11.
        """
        other_day = self.rhythm == Rhythm.WEEKLY and day.weekday() != self.weekday
        return not other_day and not self.is_quiet(day)


def is_urgent(anchor: date, today: date) -> bool:
    """Say whether a message about this day waits for nothing: 7 days or fewer are left, or none.

    Source: R11.
    """
    return anchor - today <= URGENT


def send_at(timing: Timing, anchor: date, now: datetime, *, urgent: bool = False) -> datetime:
    """Return the instant from which a message about `anchor` may go out; `now` for at once.

    `now` is in the person's own zone. Promise: never before `now`, and never later than the day on
    which it becomes urgent. What is urgent goes at once, on quiet days too. What would be too late
    with the next digest, or after the quiet days, goes on the last day before that is not quiet.

    Source: R11, R13.
    """
    today, last = now.date(), anchor - URGENT
    if urgent or last <= today:
        return now
    if timing.rhythm == Rhythm.IMMEDIATE and not timing.is_quiet(today):
        return now
    slots = (_at(day, timing, now) for day in _days(today, last) if timing.suits(day))
    slot = next((slot for slot in slots if slot >= now), None)
    return slot or _before(last, timing, now)


def _before(last: date, timing: Timing, now: datetime) -> datetime:
    """Return the last day up to `last` that is not quiet; at once where there is none."""
    while last > now.date() and timing.is_quiet(last):
        last -= ONE_DAY
    return _at(last, timing, now) if last > now.date() else now


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


def _at(day: date, timing: Timing, now: datetime) -> datetime:
    return datetime.combine(day, time(timing.hour), tzinfo=now.tzinfo)
