"""When alerts are due and when sending is tried again (R9, R10, R13)."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.alerts import (
    LATE_OFFSET,
    MAX_ATTEMPTS,
    DueAlert,
    due_on,
    late_days,
    late_offset,
    next_attempt,
    offsets_due,
    retry_delay,
    stretches,
)
from contracts.rules.calendar import business_calendar
from contracts.rules.occasions import DEFAULT_OFFSETS, OCCASIONS
from contracts.rules.vocabulary import AlertKind

WEEKENDS_ONLY = business_calendar(())
ANCHOR = date(2026, 9, 29)
ANCHORS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
OFFSETS = st.lists(st.integers(0, 200), min_size=1, max_size=9, unique=True)
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def open_offset(today: date) -> int | None:
    found = offsets_due(ANCHOR, DEFAULT_OFFSETS, today, WEEKENDS_ONLY).open
    return found.offset if found else None


def test_an_alert_due_on_a_day_off_goes_out_the_working_day_before() -> None:
    assert due_on(ANCHOR, 30, WEEKENDS_ONLY) == date(2026, 8, 28)
    assert due_on(ANCHOR, 60, WEEKENDS_ONLY) == date(2026, 7, 31)
    assert due_on(date(2027, 1, 2), 1, business_calendar(("DE",))) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("today", "offset"),
    [
        (date(2026, 6, 1), 120),
        (date(2026, 6, 30), 120),
        (date(2026, 5, 31), None),
        (date(2026, 7, 1), 90),
        (date(2026, 7, 2), 90),
        (date(2026, 8, 27), 60),
        (date(2026, 8, 28), 30),
        (date(2026, 9, 28), 1),
        (ANCHOR, 1),
        (date(2026, 9, 30), LATE_OFFSET),
    ],
)
def test_the_alert_nearest_to_the_anchor_is_open(today: date, offset: int | None) -> None:
    assert open_offset(today) == offset


def test_several_due_at_once_collapse_into_the_nearest() -> None:
    decision = offsets_due(ANCHOR, DEFAULT_OFFSETS, date(2026, 9, 20), WEEKENDS_ONLY)
    assert decision.open == DueAlert(14, date(2026, 9, 15))
    assert [alert.offset for alert in decision.superseded] == [120, 90, 60, 30]


def test_a_missed_anchor_gives_the_newest_late_alert_and_no_normal_one() -> None:
    decision = offsets_due(ANCHOR, DEFAULT_OFFSETS, date(2027, 3, 1), WEEKENDS_ONLY)
    assert decision.open == DueAlert(-150, date(2027, 2, 26))
    assert decision.open.late
    assert [alert.offset for alert in decision.superseded] == list(DEFAULT_OFFSETS)
    assert not any(alert.late for alert in decision.superseded)


def test_a_passed_day_is_said_daily_for_three_days_and_then_weekly() -> None:
    days = [1, 2, 3, 4, 9, 10, 16, 17, 395, 401]
    assert [late_offset(day) for day in days] == [-1, -2, -3, -3, -3, -10, -10, -17, -395, -395]
    assert list(late_days(timedelta(31))) == [1, 2, 3, 10, 17, 24, 31]


@pytest.mark.parametrize("kind", AlertKind)
@pytest.mark.parametrize("today", [date(2026, 11, 18), date(2026, 11, 20), date(2026, 12, 24)])
def test_the_stretches_of_a_day_say_what_each_anchor_day_says(kind: AlertKind, today: date) -> None:
    occasion, calendar = OCCASIONS[kind], business_calendar(("DE",))
    found: dict[date, int] = {}
    for part in stretches(occasion, occasion.offsets, today, calendar):
        for number in range((part.last - part.first).days + 1):
            assert found.setdefault(part.first + timedelta(number), part.nearest) == part.nearest
    for days in range(-410, 140):
        anchor = today + timedelta(days)
        due = offsets_due(anchor, occasion.offsets, today, calendar, repeats=occasion.repeats).open
        in_reach = due if today - anchor <= occasion.reach else None
        assert found.get(anchor) == (in_reach.offset if in_reach else None), anchor


def test_between_send_by_and_deadline_the_last_alert_stays_a_normal_one() -> None:
    deadline = ANCHOR + timedelta(days=4)

    def at(today: date) -> int | None:
        found = offsets_due(ANCHOR, DEFAULT_OFFSETS, today, WEEKENDS_ONLY, last_day=deadline)
        return found.open.offset if found.open else None

    assert at(deadline) == 1
    assert at(deadline + timedelta(days=1)) == LATE_OFFSET


def test_nothing_is_due_long_before_the_anchor() -> None:
    decision = offsets_due(ANCHOR, DEFAULT_OFFSETS, date(2026, 1, 1), WEEKENDS_ONLY)
    assert (decision.open, decision.superseded) == (None, ())


def test_offsets_may_come_in_any_order_and_twice() -> None:
    today = date(2026, 9, 1)
    mixed = offsets_due(ANCHOR, (30, 120, 30, 60), today, WEEKENDS_ONLY)
    assert mixed == offsets_due(ANCHOR, (120, 60, 30), today, WEEKENDS_ONLY)


@given(ANCHORS, st.integers(0, 400))
def test_a_due_day_is_a_working_day_not_after_its_offset(anchor: date, offset: int) -> None:
    day = due_on(anchor, offset, WEEKENDS_ONLY)
    assert WEEKENDS_ONLY.is_business_day(day)
    assert timedelta(0) <= (anchor - timedelta(days=offset)) - day <= timedelta(days=2)


@given(ANCHORS, OFFSETS, st.integers(-220, 30))
def test_each_due_offset_is_recorded_once_and_one_is_open(
    anchor: date, offsets: list[int], shift: int
) -> None:
    today = anchor + timedelta(days=shift)
    decision = offsets_due(anchor, offsets, today, WEEKENDS_ONLY)
    recorded = [*decision.superseded, *([decision.open] if decision.open else [])]
    expected = {offset for offset in offsets if due_on(anchor, offset, WEEKENDS_ONLY) <= today}
    assert sorted(alert.offset for alert in recorded if not alert.late) == sorted(expected)
    assert (decision.open is not None) is bool(recorded)
    assert all(alert.due_on <= today for alert in recorded)


@given(ANCHORS, OFFSETS, st.integers(-220, 20), st.integers(0, 15))
def test_days_without_a_run_lose_nothing(
    anchor: date, offsets: list[int], shift: int, outage: int
) -> None:
    before = offsets_due(anchor, offsets, anchor + timedelta(days=shift), WEEKENDS_ONLY)
    after = offsets_due(anchor, offsets, anchor + timedelta(days=shift + outage), WEEKENDS_ONLY)
    seen = {alert for alert in (before.open, *before.superseded) if alert and not alert.late}
    assert seen <= {after.open, *after.superseded}
    if before.open:
        assert after.open
        assert after.open.offset <= before.open.offset


def test_the_wait_grows_from_five_seconds_to_a_day() -> None:
    hour = timedelta(hours=1)
    assert [retry_delay(attempt, 0.0) for attempt in range(1, 13)] == [
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        2 * hour,
        5 * hour,
        10 * hour,
        14 * hour,
        20 * hour,
        24 * hour,
        24 * hour,
        24 * hour,
        24 * hour,
    ]


def test_jitter_moves_a_wait_by_a_fifth_at_most() -> None:
    assert retry_delay(3, -1) == timedelta(minutes=24)
    assert retry_delay(3, 1) == timedelta(minutes=36)


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0), (-1, 0), (1, 1.1), (1, -1.1)])
def test_a_wait_outside_its_ranges_is_refused(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="attempts count from 1"):
        retry_delay(attempt, jitter)


def test_after_the_last_attempt_there_is_no_next() -> None:
    assert next_attempt(NOW, MAX_ATTEMPTS, 0, None) is None
    assert next_attempt(NOW, MAX_ATTEMPTS - 1, 0, None) == NOW + timedelta(hours=24)


def test_a_longer_wait_that_the_receiver_asks_for_is_honoured() -> None:
    hour = timedelta(hours=1)
    assert next_attempt(NOW, 1, 0, None, retry_after=hour) == NOW + hour
    assert next_attempt(NOW, 6, 0, None, retry_after=hour) == NOW + timedelta(hours=10)


def test_a_wait_never_passes_the_day_before_the_deadline() -> None:
    deadline = date(2026, 9, 3)
    limit = datetime(2026, 9, 2, tzinfo=UTC)
    assert next_attempt(NOW, 9, 0, deadline) == limit
    assert next_attempt(NOW, 2, 0, deadline) == NOW + timedelta(minutes=5)
    assert next_attempt(NOW, 1, 0, deadline, retry_after=timedelta(days=3)) == limit


def test_once_that_day_has_begun_the_schedule_goes_on() -> None:
    assert next_attempt(NOW, 9, 0, date(2026, 9, 2)) == NOW + timedelta(hours=24)
    assert next_attempt(NOW, 9, 0, date(2026, 8, 1)) == NOW + timedelta(hours=24)


def test_midnight_is_that_of_the_zone_of_the_clock() -> None:
    zone = timezone(timedelta(hours=2))
    found = next_attempt(NOW.astimezone(zone), 9, 0, date(2026, 9, 3))
    assert found == datetime(2026, 9, 2, tzinfo=zone)


@given(st.integers(1, MAX_ATTEMPTS - 1), st.floats(-1, 1), st.integers(-5, 30))
def test_the_next_attempt_lies_ahead(attempt: int, jitter: float, days: int) -> None:
    planned = next_attempt(NOW, attempt, jitter, NOW.date() + timedelta(days=days))
    assert planned is not None
    assert NOW < planned <= NOW + timedelta(hours=24) * 1.2


def test_the_late_offset_is_kept_in_stored_keys() -> None:
    assert LATE_OFFSET == -1
    assert DEFAULT_OFFSETS == (120, 90, 60, 30, 14, 7, 1)
