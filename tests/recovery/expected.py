"""A second computation of what people are told, and when, from the text of R9, R10 and R13 alone.

It has arithmetic of its own; only the days before the anchor are read from the rules.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
# So long after the anchor, and after the end of the term, nothing is said any more.
PASSED, ENDED = timedelta(days=400), timedelta(days=31)
# The days after the anchor on which it is said that it passed: three, then the same weekday.
LATE = (1, 2, 3, *(3 + 7 * week for week in range(1, 57)))


@dataclass(frozen=True, slots=True)
class Told:
    """One alert: the day it is due and the day on which the engine first ran from then on."""

    due: date
    on: date


def due_day(anchor: date, days: int) -> date:
    """Return the day, or the working day before where it falls on a weekend (R13)."""
    day = anchor - timedelta(days=days)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def told(
    anchor: date, end: date, days: Sequence[int], runs: Sequence[date], *, seen_on: date | None
) -> dict[int, Told]:
    """Return each alert that people are told of, by its days before the anchor, or after it (below 0).

    `runs` are the days on which the engine ran, in order. Of several that fall due before the same
    run only the nearest is told (R10). From `seen_on` on somebody reacts to what is told as late,
    after the run of the day: nothing follows that.
    """
    due = {offset: due_day(anchor, offset) for offset in days}
    due |= {-late: anchor + timedelta(days=late) for late in LATE}
    by_run: dict[date, list[int]] = {}
    for offset, day in due.items():
        position = bisect_left(runs, day)
        if position < len(runs):
            by_run.setdefault(runs[position], []).append(offset)
    last = min(anchor + PASSED, end + ENDED)
    if seen_on is not None:
        last = min([last, *runs[bisect_left(runs, seen_on) :][:1]])
    return {
        min(offsets): Told(due[min(offsets)], run) for run, offsets in by_run.items() if run <= last
    }
