"""Which days of a term stand in its owner's calendar, and under which lasting identity."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from contracts.rules.vocabulary import AlertKind

# Days before each of them on which a calendar program reminds.
ALARM_DAYS = (7, 1)
# SEQUENCE is a signed number of 32 bits: seconds from here on last until 2088.
FIRST_SECOND = datetime(2020, 1, 1, tzinfo=UTC)


class FeedDay(StrEnum):
    """What a day in the calendar is for (R3, R8, R9). Part of its identity: never renamed."""

    DECIDE_BY = "decide_by"
    SEND_BY = "send_by"
    NOTICE_DEADLINE = "notice_deadline"
    TERM_END = "term_end"


def days_of(
    anchor: AlertKind,
    *,
    decide_by: date | None,
    send_by: date | None,
    notice_deadline: date | None,
    end: date | None,
) -> list[tuple[FeedDay, date]]:
    """Return the days of an open term that belong into a calendar.

    A term that renews by itself: the day to decide by, the last safe day to send notice, and the
    notice deadline, each even where two of them are the same. One that just ends: its last day.

    Source: R3, R8, R9.
    """
    wanted = {
        FeedDay.DECIDE_BY: decide_by,
        FeedDay.SEND_BY: send_by,
        FeedDay.NOTICE_DEADLINE: notice_deadline,
    }
    if anchor == AlertKind.TERM_END:
        wanted = {FeedDay.TERM_END: end}
    return [(kind, day) for kind, day in wanted.items() if day is not None]


def uid(contract: UUID, seq: int, kind: FeedDay, host: str) -> str:
    """Return the identity of a term's day: the same whatever the day is moved to.

    Source: RFC 5545, 3.8.4.7; RFC 4122, 4.3.
    """
    return f"{uuid5(contract, f'{seq}|{kind.value}')}@{host}"


def sequence(changed_at: datetime, versions: Iterable[int]) -> int:
    """Return a number that grows with every change of what an event is made of.

    The seconds alone would miss a second change within one; the versions, each counted up by every
    edit, alone would miss a day that moved with a holiday calendar and start over with a term that
    is entered anew.

    Source: RFC 5545, 3.8.7.4.
    """
    return int((changed_at - FIRST_SECOND).total_seconds()) + sum(versions)
