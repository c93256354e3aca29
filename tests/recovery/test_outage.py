"""The engine stood still, or was told twice: nothing is lost and nothing is doubled (F05, F07)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
import time_machine
from django.core import mail

from contracts import tasks
from contracts.models import Alert, Delivery, Heartbeat, Hold
from contracts.rules.alerts import offsets_due
from contracts.rules.calendar import business_calendar
from contracts.rules.occasions import DEFAULT_OFFSETS
from saas_tracker.accounts.models import User
from tests.recovery.portfolio import add_terms

FIRST = date(2026, 11, 16)
DAYS = 140
TERMS = 40

pytestmark = pytest.mark.django_db


def tick_on(day: date, hour: int = 8) -> None:
    with time_machine.travel(datetime.combine(day, time(hour), tzinfo=UTC), tick=False):
        for job in (tasks.plan, tasks.pump):
            job()


def sent() -> set[str]:
    ids = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    assert len(ids) == len(set(ids))
    return set(ids)


def told() -> set[object]:
    """Return the ids of the alerts' own messages, by themselves or in a digest."""
    sent_ones = Delivery.objects.filter(state="sent", alert__isnull=False)
    return set(sent_ones.values_list("dedup_key", flat=True))


@pytest.fixture(autouse=True)
def portfolio() -> None:
    owner = User.objects.create_user("owner@tracker.example")
    add_terms(TERMS, anchor=FIRST + timedelta(days=30), owner=owner, days_apart=2)


def test_after_three_days_without_a_tick_everybody_is_told_what_they_would_have_been() -> None:
    for day in (0, 1):
        tick_on(FIRST + timedelta(days=day))
    tick_on(FIRST + timedelta(days=5))
    # What an outage of more than three days brings is held for half an hour.
    tick_on(FIRST + timedelta(days=5), hour=9)
    after_outage = set(Alert.objects.filter(state="open").values_list("term", "offset_days"))
    told_after_outage = told()
    sent()

    Alert.objects.all().delete()
    for table in (Delivery, Hold, Heartbeat):
        table._default_manager.all().delete()
    mail.outbox.clear()
    for day in range(6):
        tick_on(FIRST + timedelta(days=day))
    assert after_outage == set(
        Alert.objects.filter(state="open").values_list("term", "offset_days")
    )
    # A daily engine also sent what the outage collapsed; of what counts at the end nothing differs.
    assert told_after_outage <= told()
    assert len(told_after_outage) > 10


def random_days(chance: Random) -> Iterator[date]:
    """Yield days with gaps of up to twelve, and now and then the same day again."""
    day = FIRST
    while day <= FIRST + timedelta(days=DAYS):
        yield day
        day += timedelta(days=chance.choice((0, 1, 1, 2, 5, 12)))


@pytest.mark.parametrize("seed", range(2))
def test_on_any_day_the_open_alert_is_the_one_the_rules_call_for(seed: int) -> None:
    calendar = business_calendar(("",))
    compared = 0
    for day in random_days(Random(seed)):
        tick_on(day)
        found = dict(Alert.objects.filter(state="open").values_list("term", "offset_days"))
        for term, anchor in Alert.objects.values_list("term", "anchor_date").distinct():
            due = offsets_due(anchor, DEFAULT_OFFSETS, day, calendar).open
            assert due is not None
            assert found.get(term) == due.offset, (day, anchor)
            compared += 1
    sent()
    assert compared > 400


def test_fifty_ticks_on_one_day_send_what_one_sends() -> None:
    tick_on(FIRST)
    once = len(mail.outbox)
    for _ in range(50):
        tick_on(FIRST)
    assert len(mail.outbox) == once > 0
