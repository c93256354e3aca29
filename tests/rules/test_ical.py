"""Calendars as RFC 5545 wants them, read by a library that did not write them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from contracts.rules.ical import LINE_OCTETS, Event, calendar, escaped, folded

CHANGED = datetime(2026, 3, 2, 12, 30, 15, tzinfo=UTC)
# Neither a database nor a form lets half a character or a NUL through.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)


def event(**values: Any) -> Event:
    given: dict[str, Any] = {
        "uid": "1@tracker.example",
        "day": date(2026, 9, 30),
        "summary": "Send notice: CRM (Acme)",
        "description": "Send notice today at the latest.",
        "url": "https://tracker.example/admin/contracts/contract/1/change/",
        "sequence": 7,
        "changed_at": CHANGED,
        "alarms": (7, 1),
    }
    return Event(**(given | values))


def read(*events: Event, name: str = "Decisions") -> Any:
    return Calendar.from_ical(calendar(name, events))


def lines(document: bytes) -> list[bytes]:
    assert document.endswith(b"\r\n")
    return document[:-2].split(b"\r\n")


def test_an_event_is_read_back_as_it_was_written() -> None:
    parsed = read(event())
    [found] = parsed.events
    assert parsed.errors == found.errors == []
    assert found.uid == "1@tracker.example"
    assert (found.start, found.end) == (date(2026, 9, 30), date(2026, 10, 1))
    assert found.DTSTAMP == found.LAST_MODIFIED == CHANGED
    assert found.sequence == 7
    assert str(found["summary"]) == "Send notice: CRM (Acme)"
    assert str(found["url"]) == event().url
    assert (found["class"], found["transp"]) == ("PRIVATE", "TRANSPARENT")


def test_a_calendar_has_what_the_standard_requires() -> None:
    parsed = read(event(), name="Team, IT; Berlin")
    assert (parsed["version"], parsed["calscale"]) == ("2.0", "GREGORIAN")
    assert str(parsed["prodid"]).startswith("-//")
    # The library leaves what RFC 5545 does not name as it stands in the file.
    assert parsed["x-wr-calname"] == parsed["name"] == r"Team\, IT\; Berlin"
    assert parsed["refresh-interval"].dt == timedelta(hours=6)
    assert parsed["refresh-interval"].params["value"] == "DURATION"
    # With a METHOD every event would need an organizer (RFC 5546), and DTSTAMP would be now.
    assert "method" not in parsed


def test_a_calendar_without_events_is_a_calendar() -> None:
    assert read().events == []


@pytest.mark.parametrize(
    ("days", "rings_on"), [(7, date(2026, 9, 23)), (2, date(2026, 9, 28)), (1, date(2026, 9, 29))]
)
def test_an_alarm_rings_at_nine_in_the_morning_of_its_day(days: int, rings_on: date) -> None:
    [found] = read(event(alarms=(days,))).events
    [alarm] = found.walk("VALARM")
    midnight = datetime(2026, 9, 30)
    assert midnight + alarm["trigger"].dt == datetime(
        rings_on.year, rings_on.month, rings_on.day, 9
    )
    assert alarm["action"] == "DISPLAY"
    assert alarm["description"] == found["summary"]


def test_the_last_day_there_is_has_an_event_without_an_end() -> None:
    [found] = read(event(day=date.max)).events
    assert found["dtstart"].dt == date.max
    assert "dtend" not in found


def test_a_year_has_four_digits() -> None:
    assert b"DTSTART;VALUE=DATE:09870102" in calendar("", [event(day=date(987, 1, 2))])


def test_an_instant_is_written_in_utc() -> None:
    here = datetime.fromisoformat("2026-03-02T14:30:15+02:00")
    assert calendar("", [event(changed_at=here)]) == calendar("", [event()])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a, b; c", r"a\, b\; c"),
        (r"C:\new", r"C:\\new"),
        ("one\r\ntwo\rthree\nfour", r"one\ntwo\nthree\nfour"),
        ("one\u2028two\u0085three", r"one\ntwo\nthree"),
        ("bell\x07 null\x00 tab\t.", "bell  null  tab\t."),
        ("Büro 🎉", "Büro 🎉"),
    ],
)
def test_a_text_is_escaped(text: str, written: str) -> None:
    assert escaped(text) == written


def test_a_text_cannot_add_a_line() -> None:
    [found] = read(event(summary="x\r\nEND:VEVENT\r\nBEGIN:VEVENT\nATTENDEE:mailto:a@b")).events
    assert "attendee" not in found
    assert "\nEND:VEVENT\n" in str(found["summary"])


@pytest.mark.parametrize("length", [74, 75, 76, 149, 150, 224])
@pytest.mark.parametrize("letter", ["a", "ü", "€", "🎉"])
def test_no_line_is_longer_than_75_octets_or_cuts_a_character(letter: str, length: int) -> None:
    line = ("x" + letter * length)[:length]
    pieces = folded(line).encode().split(b"\r\n")
    assert max(map(len, pieces)) <= LINE_OCTETS
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    assert all(piece.decode() for piece in pieces)
    assert b"".join([pieces[0], *(piece[1:] for piece in pieces[1:])]).decode() == line


def test_a_line_of_75_octets_stays_whole() -> None:
    assert folded("a" * 75) == "a" * 75
    assert folded("a" * 76) == "a" * 75 + "\r\n a"


@given(summary=TEXTS, description=TEXTS, name=TEXTS)
def test_whatever_people_type_is_read_back(summary: str, description: str, name: str) -> None:
    document = calendar(name, [event(summary=summary, description=description)])
    assert max(map(len, lines(document))) <= LINE_OCTETS
    assert b"\n" not in document.replace(b"\r\n", b"")
    assert b"\r" not in document.replace(b"\r\n", b"")
    parsed = Calendar.from_ical(document)
    [found] = parsed.events
    assert found.errors == []
    assert readable(str(found["summary"])) == readable(summary)
    assert readable(str(found["description"])) == readable(description)
    assert parsed["name"] == escaped(name)


def readable(text: str) -> str:
    """Return a text with line breaks of one kind, and blanks where a calendar holds no such character."""
    joined = "\n".join(text.splitlines())
    return "".join(" " if (ord(c) < 32 and c not in "\t\n") or ord(c) == 127 else c for c in joined)
