"""What tests of calendar feeds share: an address, and what stands behind it."""

from datetime import date
from typing import Any

from django.test import Client
from icalendar import Calendar

from contracts.services import feeds
from saas_tracker.accounts.models import User


def address(owner: User, **values: Any) -> str:
    _feed, secret = feeds.open_feed(owner, name=values.pop("name", "Decisions"), **values)
    return f"/contracts/feeds/{secret}.ics"


def events(at: str) -> dict[str, Any]:
    """Return the events of a feed by their summary, read by a library that did not write them."""
    response = Client().get(at)
    assert response.status_code == 200
    parsed = Calendar.from_ical(response.content)
    found = {str(event["summary"]): event for event in parsed.events}
    assert len(found) == len(parsed.events)
    assert [event.errors for event in parsed.events if event.errors] == []
    return found


def day_of(event: Any) -> date:
    found = event["dtstart"].dt
    assert type(found) is date
    return found


def by_kind(found: dict[str, Any]) -> dict[str, Any]:
    return {summary.partition(": ")[0]: event for summary, event in found.items()}


def titles(at: str) -> set[str]:
    return {summary.partition(": ")[2].partition(" (")[0] for summary in events(at)}
