"""When an alert is due, which one of several goes out, and when to try again (R9, R10, R13)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from contracts.rules.calendar import ONE_DAY, BusinessCalendar
from contracts.rules.occasions import DECISION, Occasion

# The offset of the first alert about a day that has passed; the next ones count on below it.
LATE_OFFSET = -1
DAILY_WHEN_LATE = 3
WEEK = 7
# A day that passed longer ago is history: no alert is raised about it any more.
MISSED_REACH = DECISION.reach
# A term that ended longer ago has nothing left to decide: a register of old contracts stays silent.
ENDED_REACH = timedelta(days=31)
MAX_ATTEMPTS = 12
# A day this near, and a recipient not reached for this long: somebody else is told as well.
URGENT = timedelta(days=7)
PATIENCE = timedelta(hours=1)
JITTER = 0.2
RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)


@dataclass(frozen=True, slots=True)
class DueAlert:
    """An alert that is due: days before the anchor (negative once it has passed) and its day.

    Source: R9, R13.
    """

    offset: int
    due_on: date

    @property
    def late(self) -> bool:
        """Say whether this is an alert about a day that was missed."""
        return self.offset <= LATE_OFFSET


@dataclass(frozen=True, slots=True)
class AlertDecision:
    """What to record for one anchor day: at most one open alert, the others collapsed into it.

    Source: R10.
    """

    open: DueAlert | None
    superseded: tuple[DueAlert, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring anchor days of which the same alert is the open one on the day of a plan.

    Source: R10.
    """

    first: date
    last: date
    nearest: int


def due_on(anchor: date, offset: int, calendar: BusinessCalendar) -> date:
    """Return the day an alert goes out: `offset` days before the anchor, never on a day off.

    Promise: a day off moves it to the working day before, never after.

    Source: R9, R13.
    """
    return calendar.roll_back(anchor - timedelta(days=offset))


def offsets_due(
    anchor: date,
    offsets: Sequence[int],
    today: date,
    calendar: BusinessCalendar,
    *,
    last_day: date | None = None,
    repeats: bool = True,
) -> AlertDecision:
    """Decide which alerts of one anchor day are due on `today`.

    An alert is due from its day on. Of those due only the one nearest to the anchor is open; the
    others are superseded. Once `last_day` (the anchor, if None) has passed, the newest late alert
    is open and no normal one, where the kind `repeats`. Nothing depends on having run on the exact
    day, nor on what was sent before.

    Source: R9, R10, R13.
    """
    due = [
        DueAlert(offset, day)
        for offset in sorted(set(offsets), reverse=True)
        if (day := due_on(anchor, offset, calendar)) <= today
    ]
    last = last_day or anchor
    if repeats and today > last:
        late = late_offset((today - last).days)
        due.append(DueAlert(late, last - timedelta(days=late)))
    if not due:
        return AlertDecision(None, ())
    return AlertDecision(due[-1], tuple(due[:-1]))


def late_offset(days_late: int) -> int:
    """Return the offset of the newest alert about a day that passed `days_late` days ago, from 1.

    Daily for three days, then weekly: -1, -2, -3, -10, -17 and so on. These keep their day even
    where it is a day off: going out the day before would say that a day is late before it is.

    Source: R9.
    """
    if days_late <= DAILY_WHEN_LATE:
        return -days_late
    return -DAILY_WHEN_LATE - (days_late - DAILY_WHEN_LATE) // WEEK * WEEK


def late_days(reach: timedelta) -> Iterator[int]:
    """Yield the days after an anchor on which a late alert goes out, within the reach.

    Source: R9.
    """
    day = 1
    while day <= reach.days:
        yield day
        day += 1 if day < DAILY_WHEN_LATE else WEEK


def stretches(
    occasion: Occasion, offsets: Sequence[int], today: date, calendar: BusinessCalendar
) -> Iterator[Stretch]:
    """Yield which alert is the open one on `today`, for all anchor days that can have one.

    The same answer as `offsets_due` gives for each of these days. They run from the reach of the
    occasion before `today` to the last one whose largest offset is due. `offsets` is not empty.

    Source: R9, R10, R13.
    """
    first = today - occasion.reach
    if occasion.repeats:
        days = list(late_days(occasion.reach))
        for day, following in zip(
            reversed(days), [occasion.reach.days + 1, *days[:0:-1]], strict=True
        ):
            yield Stretch(today - timedelta(days=following - 1), today - timedelta(days=day), -day)
        first = today
    reached = today
    while not calendar.is_business_day(reached + ONE_DAY):
        reached += ONE_DAY
    for offset in sorted(set(offsets)):
        last = reached + timedelta(days=offset)
        yield Stretch(first, last, offset)
        first = last + ONE_DAY


def retry_delay(attempt: int, jitter: float) -> timedelta:
    """Return the wait after the failed attempt number `attempt`, counted from 1.

    5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, then 24 h each; `jitter` from -1 to 1 moves it by up
    to 20 % either way. Raises ValueError outside these ranges.

    Source: delivery T4.
    """
    if attempt < 1 or not -1 <= jitter <= 1:
        raise ValueError("attempts count from 1, jitter lies between -1 and 1")
    return RETRY_DELAYS[min(attempt, len(RETRY_DELAYS)) - 1] * (1 + JITTER * jitter)


def next_attempt(
    now: datetime,
    attempt: int,
    jitter: float,
    deadline: date | None,
    *,
    retry_after: timedelta | None = None,
) -> datetime | None:
    """Return when to try again after attempt `attempt` failed at `now`, None after the last one.

    A receiver's `retry_after` is honoured where it is longer. The wait never passes midnight (of
    the zone of `now`) before the day ahead of the deadline, unless that has passed already.

    Source: delivery T4.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    wait = max(retry_delay(attempt, jitter), retry_after or timedelta(0))
    planned = now + wait
    if deadline is None:
        return planned
    limit = datetime.combine(deadline - ONE_DAY, time.min, tzinfo=now.tzinfo)
    return min(planned, limit) if limit > now else planned
