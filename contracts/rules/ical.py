"""Calendars as calendar programs read them: the part of RFC 5545 that all-day events need."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

PRODUCT = "-//SaaS Tracker//Decisions//EN"
# How often a program should ask again; most ask when it suits them.
REFRESH = "PT6H"
LINE_OCTETS = 75
# An all-day event begins at midnight; its alarms ring at nine in the morning of their own days.
ALARM_HOUR = 9
# What TEXT must not hold; line breaks are gone by then, a tab may stay.
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Event:
    """One all-day event. `uid` and `url` are plain ASCII; `alarms` are days before the day.

    `sequence` grows with each change of the event, `changed_at` is the instant of the last one.

    Source: RFC 5545, 3.6.1.
    """

    uid: str
    day: date
    summary: str
    description: str
    url: str
    sequence: int
    changed_at: datetime
    alarms: tuple[int, ...]


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """Write a calendar: the same events give the same bytes.

    Without METHOD, so that DTSTAMP is the instant of the last change and not that of the writing.

    Source: RFC 5545, 3.4 and 3.8.7.2; RFC 7986, 5.1 and 5.7.
    """
    shown = escaped(name)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines += [f"NAME:{shown}", f"X-WR-CALNAME:{shown}"]
    lines += [f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}"]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "\r\n".join([*map(folded, lines), ""]).encode()


def escaped(text: str) -> str:
    """Return a text as a property value: line breaks of every kind as `\\n`, no control characters.

    Example: `a, b;` -> `a\\, b\\;`.

    Source: RFC 5545, 3.3.11.
    """
    marked = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return CONTROLS.sub(" ", "\\n".join(marked.splitlines()))


def folded(line: str) -> str:
    """Return a content line as lines of at most 75 octets each, no character of it cut in two.

    Source: RFC 5545, 3.1.
    """
    if len(line) <= LINE_OCTETS and line.isascii():
        return line
    octets = line.encode()
    pieces = []
    while len(octets) > LINE_OCTETS:
        cut = LINE_OCTETS
        while octets[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(octets[:cut])
        # The blank that marks a continuation counts.
        octets = b" " + octets[cut:]
    return b"\r\n".join([*pieces, octets]).decode()


def _event(event: Event) -> Iterator[str]:
    changed = event.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART;VALUE=DATE:{_basic(event.day)}"
    # Without an end an event lasts its one day; the day after the last one there is cannot be written.
    if event.day < date.max:
        yield f"DTEND;VALUE=DATE:{_basic(event.day + timedelta(days=1))}"
    summary = escaped(event.summary)
    yield f"SUMMARY:{summary}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    yield "CLASS:PRIVATE"
    yield "STATUS:CONFIRMED"
    yield "TRANSP:TRANSPARENT"
    for days in event.alarms:
        yield from _alarm(days, summary)
    yield "END:VEVENT"


def _alarm(days: int, summary: str) -> Iterator[str]:
    ahead = timedelta(days=days, hours=-ALARM_HOUR)
    whole = f"{ahead.days}D" if ahead.days else ""
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{summary}"
    yield f"TRIGGER:-P{whole}T{ahead.seconds // 3600}H"
    yield "END:VALARM"


def _basic(day: date) -> str:
    return day.isoformat().replace("-", "")
