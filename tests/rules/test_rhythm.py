"""When a message may reach a person: digests, quiet days, and what waits for neither."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.rules.alerts import URGENT, due_on
from contracts.rules.calendar import business_calendar
from contracts.rules.clock import Jump, is_mass, jump
from contracts.rules.occasions import DEFAULT_OFFSETS
from contracts.rules.rhythm import Timing, is_urgent, send_at
from contracts.rules.vocabulary import Rhythm

# A Wednesday.
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
TODAY = NOW.date()
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe")

timings = st.builds(
    Timing,
    rhythm=st.sampled_from(Rhythm),
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    quiet_days=st.frozensets(st.integers(0, 6), max_size=6),
    quiet_from=st.just(None),
    quiet_until=st.just(None),
) | st.builds(
    lambda rhythm, first, length, hour: Timing(
        rhythm, 2, hour, frozenset({5, 6}), first, first + timedelta(days=length)
    ),
    st.sampled_from(Rhythm),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.integers(0, 400),
    st.integers(0, 23),
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).flatmap(
    lambda at: st.sampled_from(ZONES).map(lambda zone: at.replace(tzinfo=ZoneInfo(zone)))
)


def days_ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


@settings(max_examples=1000)
@given(timings, instants, st.integers(-400, 400))
def test_no_message_is_lost_or_waits_longer_than_until_it_is_urgent(
    timing: Timing, now: datetime, ahead: int
) -> None:
    anchor = now.date() + timedelta(days=ahead)
    at = send_at(timing, anchor, now)
    assert at >= now
    assert at == now or at.date() <= anchor - URGENT
    if ahead <= 7:
        assert at == now


@settings(max_examples=1000)
@given(timings, instants, st.integers(8, 400))
def test_what_can_wait_comes_on_a_quiet_day_only_where_every_earlier_day_is_quiet_too(
    timing: Timing, now: datetime, ahead: int
) -> None:
    last = now.date() + timedelta(days=ahead) - URGENT
    at = send_at(timing, last + URGENT, now)
    if timing.is_quiet(at.date()):
        between = (now.date() + timedelta(days=n) for n in range(1, (last - now.date()).days + 1))
        assert at == now
        assert all(timing.is_quiet(day) for day in between)
    elif at != now:
        assert at.time() == time(timing.hour)


@settings(max_examples=500)
@given(timings, instants, st.integers(8, 400))
def test_a_message_waits_for_the_first_day_that_suits_its_reader(
    timing: Timing, now: datetime, ahead: int
) -> None:
    last = now.date() + timedelta(days=ahead) - URGENT
    at = send_at(timing, last + URGENT, now)
    skipped = (now.date() + timedelta(days=n) for n in range(1, (at.date() - now.date()).days))
    if timing.suits(at.date()):
        assert not any(timing.suits(day) for day in skipped)


@pytest.mark.parametrize("rhythm", list(Rhythm))
def test_what_is_urgent_or_late_goes_at_once_on_a_quiet_day_too(rhythm: Rhythm) -> None:
    timing = Timing(rhythm, 0, 8, frozenset({2}))
    for days in (7, 1, 0, -3):
        assert is_urgent(days_ahead(days), TODAY)
        assert send_at(timing, days_ahead(days), NOW) == NOW
    assert send_at(timing, days_ahead(90), NOW, urgent=True) == NOW
    assert send_at(timing, days_ahead(90), NOW) > NOW


def test_a_day_comes_in_the_readers_own_zone() -> None:
    timing = Timing(Rhythm.DAILY, hour=8)
    auckland = NOW.astimezone(ZoneInfo("Pacific/Auckland"))
    assert send_at(timing, days_ahead(90), auckland) == datetime(2026, 11, 18, 19, tzinfo=UTC)
    assert send_at(timing, days_ahead(90), NOW) == datetime(2026, 11, 19, 8, tzinfo=UTC)


def test_a_weekly_digest_that_would_be_too_late_comes_the_day_before_it_is_urgent() -> None:
    timing = Timing(Rhythm.WEEKLY, weekday=2)
    assert send_at(timing, days_ahead(14), NOW) == NOW.replace(hour=8) + timedelta(days=7)
    # Wednesday next week is too late for 13 days: the Tuesday before it is the last day that is not.
    assert send_at(timing, days_ahead(13), NOW) == NOW.replace(hour=8) + timedelta(days=6)


def test_quiet_days_that_end_too_late_move_a_message_to_the_day_before_them() -> None:
    timing = Timing(quiet_days=frozenset({2}), quiet_from=days_ahead(3), quiet_until=days_ahead(30))
    # Today is quiet, the next two days are not.
    assert send_at(timing, days_ahead(20), NOW) == NOW.replace(hour=8) + timedelta(days=1)
    away = Timing(quiet_from=days_ahead(-1), quiet_until=days_ahead(30))
    assert send_at(away, days_ahead(20), NOW) == NOW
    assert send_at(away, days_ahead(60), NOW) == NOW.replace(hour=8) + timedelta(days=31)


def test_an_alert_of_a_weekend_is_raised_before_it_and_waits_for_quiet_fridays_only_if_it_can() -> (
    None
):
    calendar = business_calendar(("DE",))
    timing = Timing(quiet_days=frozenset({4, 5, 6}))
    saturday = date(2026, 11, 28)
    for offset in DEFAULT_OFFSETS:
        anchor = saturday + timedelta(days=offset)
        raised = due_on(anchor, offset, calendar)
        assert raised == date(2026, 11, 27)
        now = datetime.combine(raised, time(6), tzinfo=UTC)
        monday = datetime(2026, 11, 30, 8, tzinfo=UTC)
        assert send_at(timing, anchor, now) == (monday if offset > 9 else now)


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        (0, Jump.NONE),
        (3, Jump.NONE),
        (-1, Jump.NONE),
        (4, Jump.OUTAGE),
        (31, Jump.OUTAGE),
        (32, Jump.IMPLAUSIBLE),
        (400, Jump.IMPLAUSIBLE),
        (-2, Jump.IMPLAUSIBLE),
        (-400, Jump.IMPLAUSIBLE),
    ],
)
def test_a_day_goes_on_stands_still_for_an_outage_or_cannot_be(days: int, verdict: Jump) -> None:
    assert jump(TODAY, days_ahead(days)) == verdict


def test_more_than_a_hundred_and_a_fifth_is_a_mass() -> None:
    assert [is_mass(n, 0) for n in (100, 101)] == [False, True]
    assert [is_mass(n, 5000) for n in (1000, 1001)] == [False, True]
