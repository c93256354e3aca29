"""When a demo contract began, renewed, and was left."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum, auto

from contracts.rules.calendar import add_months
from contracts.rules.vocabulary import RenewalKind
from contracts.services.demo.clauses import Clause, end_with_anchor, last_of_month, notice_days
from contracts.services.demo.dice import Dice

# Days from today to the anchor of the first contracts, so that every window has something to decide.
DECISIONS = (3, 12, 25, 44, 72, 103, 8, 18, 29, 36, 52, 58, 65, 79, 86, 89, 95, 101, 110, 117)
# Months: three years and more.
LOOK_BACK = (36, 66)
REASONS = (
    "Replaced by another product",
    "Too expensive after the last increase",
    "No longer used",
    "Consolidated with another contract",
    "Project ended",
)


class Course(Enum):
    """How the life of a contract goes."""

    TO_DECIDE = auto()
    RUNNING = auto()
    ROLLING = auto()
    LEFT = auto()
    REPLACED = auto()
    EXPIRED = auto()
    ENDLESS = auto()
    RAMP = auto()
    UPCOMING = auto()


COURSES = {
    Course.RUNNING: 80,
    Course.ROLLING: 5,
    Course.LEFT: 8,
    Course.EXPIRED: 2,
    Course.ENDLESS: 2,
    Course.UPCOMING: 3,
}


@dataclass(frozen=True, slots=True)
class Span:
    """The days of one term; `end` is the last day, None while evergreen."""

    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The terms of a contract in order, and how it was left."""

    renewal_kind: RenewalKind
    spans: tuple[Span, ...]
    months: int
    cancelled_on: date | None = None
    notice_given_on: date | None = None
    leaving_reason: str = ""


def course_of(dice: Dice, index: int) -> Course:
    """Draw the course of the contract with this number; some numbers always have the same."""
    drawn = dice.weighted(COURSES)
    if index % 5 == 0 and index // 5 < len(DECISIONS):
        return Course.TO_DECIDE
    if index % 25 == 24:
        return Course.REPLACED
    return Course.RAMP if index % 40 == 33 else drawn


def draw_timeline(
    dice: Dice,
    index: int,
    course: Course,
    clause: Clause,
    calendar: str,
    today: date,
    look_back: tuple[int, int] = LOOK_BACK,
) -> Timeline:
    """Draw the terms of a contract up to the one in force on `today`, and what came after.

    Most contracts began between the least and the most months of `look_back` ago.
    """
    if course == Course.UPCOMING:
        return _upcoming(dice, clause, today)
    months = 36 if course == Course.RAMP else clause.renewal_months
    end = _current_end(dice, index, course, replace(clause, renewal_months=months), calendar, today)
    count = _terms_so_far(dice, course, months, look_back)
    spans = _renewed(dice, _spans(end, months, count))
    timeline = Timeline(clause.renewal_kind, tuple(spans), months)
    match course:
        case Course.ROLLING:
            return _rolling(dice, timeline, today)
        case Course.LEFT | Course.REPLACED:
            return _left(dice, timeline, end, course)
        case Course.RUNNING | Course.RAMP:
            return _decided(dice, timeline, end, clause, today)
        case Course.EXPIRED:
            return replace(timeline, renewal_kind=RenewalKind.FIXED)
        case Course.ENDLESS:
            open_end = Span(spans[-1].start, None)
            return Timeline(RenewalKind.MANUAL, (*spans[:-1], open_end), months)
    return timeline


def _current_end(
    dice: Dice, index: int, course: Course, clause: Clause, calendar: str, today: date
) -> date:
    if course == Course.TO_DECIDE:
        anchor = today + timedelta(days=DECISIONS[index // 5])
        return end_with_anchor(clause, calendar, anchor)
    if course in (Course.LEFT, Course.REPLACED, Course.EXPIRED):
        ago = dice.randint(40, 200 if course == Course.EXPIRED else 700)
        return last_of_month(today - timedelta(days=ago))
    day = today + timedelta(days=dice.randint(1, clause.renewal_months * 30))
    return last_of_month(day) if dice.chance(0.6) else day


def _terms_so_far(dice: Dice, course: Course, months: int, look_back: tuple[int, int]) -> int:
    """Return how many terms fill the months that the contract looks back on; some are new."""
    if course == Course.RAMP or dice.chance(0.12):
        return 1
    return max(1, round(dice.randint(*look_back) / months))


def _spans(end: date, months: int, count: int) -> list[Span]:
    """Return `count` terms, each counted from the first day of the contract, the last ending on `end`."""
    anchor = add_months(end + timedelta(days=1), -months * count)
    starts = [add_months(anchor, months * number) for number in range(count + 1)]
    lasts = [following - timedelta(days=1) for following in starts[1:-1]]
    return [Span(*days) for days in zip(starts[:-1], [*lasts, end], strict=True)]


def _renewed(dice: Dice, spans: list[Span]) -> list[Span]:
    """Let some renewals begin early, and some late."""
    moved = spans[:1]
    for span in spans[1:]:
        drawn = dice.random()
        days = -dice.randint(20, 60) if drawn < 0.05 else dice.randint(4, 21)
        shift = timedelta(days=days if drawn < 0.08 else 0)
        moved.append(Span(span.start + shift, span.end))
    return moved


def _rolling(dice: Dice, timeline: Timeline, today: date) -> Timeline:
    """Turn the term in force into one without an end (R15)."""
    last = timeline.spans[-1]
    start = min(last.start, today - timedelta(days=dice.randint(20, 300)))
    earlier = tuple(span for span in timeline.spans[:-1] if span.start < start)
    return Timeline(RenewalKind.EVERGREEN, (*earlier, Span(start, None)), 1)


def _left(dice: Dice, timeline: Timeline, end: date, course: Course) -> Timeline:
    """Leave at the end of the last term, or before it in some cases."""
    day = end - timedelta(days=dice.randint(30, 150)) if dice.chance(0.2) else end
    return replace(
        timeline,
        cancelled_on=day,
        notice_given_on=day - timedelta(days=dice.randint(95, 140)),
        leaving_reason=REASONS[0] if course == Course.REPLACED else dice.choice(REASONS[1:]),
    )


def _decided(dice: Dice, timeline: Timeline, end: date, clause: Clause, today: date) -> Timeline:
    """Decide most of the terms whose notice deadline has passed; a few are missed."""
    deadline = end - timedelta(days=notice_days(clause))
    if deadline > today:
        return timeline
    drawn = dice.random()
    if drawn < 0.66:
        start = end + timedelta(days=1)
        following = add_months(start, clause.renewal_months) - timedelta(days=1)
        return replace(timeline, spans=(*timeline.spans, Span(start, following)))
    if drawn < 0.88:
        given = max(deadline - timedelta(days=dice.randint(3, 40)), timeline.spans[-1].start)
        return replace(
            timeline,
            cancelled_on=end if dice.chance(0.5) else None,
            notice_given_on=given,
            leaving_reason=dice.choice(REASONS),
        )
    return timeline


def _upcoming(dice: Dice, clause: Clause, today: date) -> Timeline:
    """Return a signed contract that has not begun."""
    start = last_of_month(today + timedelta(days=dice.randint(5, 70))) + timedelta(days=1)
    end = add_months(start, clause.renewal_months) - timedelta(days=1)
    return Timeline(clause.renewal_kind, (Span(start, end),), clause.renewal_months)
