"""Months from an anchor and working days (R1, R2, R5)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.calendar import (
    add_months,
    business_calendar,
    is_leap_year,
    last_day_of_month,
    term_end,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
PLACES = st.sampled_from([(), ("DE",), ("DE-BY", "US-CA"), ("GB", "FR"), ("IL",)])
WEEKENDS_ONLY = business_calendar(())


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (0, date(2024, 10, 31)),
        (1, date(2024, 11, 30)),
        (2, date(2024, 12, 31)),
        (3, date(2025, 1, 31)),
        (4, date(2025, 2, 28)),
        (5, date(2025, 3, 31)),
        (-1, date(2024, 9, 30)),
        (-8, date(2024, 2, 29)),
    ],
)
def test_months_count_from_the_anchor_and_clip_to_the_last_day(months: int, expected: date) -> None:
    assert add_months(date(2024, 10, 31), months) == expected


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        (1, date(2029, 2, 28)),
        (2, date(2030, 2, 28)),
        (3, date(2031, 2, 28)),
        (4, date(2032, 2, 29)),
    ],
)
def test_a_leap_day_comes_back_in_the_next_leap_year(years: int, expected: date) -> None:
    assert add_months(date(2028, 2, 29), 12 * years) == expected


@given(anchor=DAYS, months=st.integers(-600, 600))
def test_months_from_the_anchor_never_drift(anchor: date, months: int) -> None:
    day = add_months(anchor, months)
    assert (day.year - anchor.year) * 12 + day.month - anchor.month == months
    assert day.day == min(anchor.day, last_day_of_month(day).day)


@given(anchor=DAYS, first=st.integers(-300, 300), more=st.integers(0, 300))
def test_more_months_never_give_an_earlier_day(anchor: date, first: int, more: int) -> None:
    assert add_months(anchor, first) <= add_months(anchor, first + more)


@pytest.mark.parametrize("months", [0, 11])
def test_the_first_and_the_last_year_are_inside_the_calendar(months: int) -> None:
    first, last = add_months(date(1, 12, 1), -months), add_months(date(9999, 1, 1), months)
    assert (first.year, last.year) == (1, 9999)


@pytest.mark.parametrize("months", [-1, 120_000])
def test_a_day_outside_the_calendar_is_an_overflow(months: int) -> None:
    with pytest.raises(OverflowError, match="outside the calendar"):
        add_months(date(1, 1, 1), months)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2020, 8, 1), 36, date(2023, 7, 31)),
        (date(2024, 1, 31), 1, date(2024, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2023, 3, 1), 12, date(2024, 2, 29)),
        (date(2025, 1, 1), 12, date(2025, 12, 31)),
    ],
)
def test_a_term_ends_the_day_before_it_renews(start: date, months: int, expected: date) -> None:
    assert term_end(start, months) == expected


@pytest.mark.parametrize("months", [0, -1])
def test_a_term_lasts_at_least_a_month(months: int) -> None:
    with pytest.raises(ValueError, match="at least one month"):
        term_end(date(2025, 1, 1), months)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2024, 2, 1), 29),
        (date(2025, 2, 28), 28),
        (date(1900, 2, 3), 28),
        (date(2000, 2, 3), 29),
        (date(2025, 12, 31), 31),
        (date(2025, 4, 30), 30),
    ],
)
def test_the_last_day_of_a_month(day: date, last: int) -> None:
    assert last_day_of_month(day) == day.replace(day=last)


@given(st.integers(1, 9998))
def test_a_leap_year_has_366_days(year: int) -> None:
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    assert is_leap_year(year) is (days == 366)


def test_weekends_are_days_off_without_any_calendar() -> None:
    assert WEEKENDS_ONLY.is_business_day(date(2026, 12, 25))
    assert not WEEKENDS_ONLY.is_business_day(date(2026, 12, 26))
    assert WEEKENDS_ONLY.is_weekend(date(2026, 12, 26))
    assert not WEEKENDS_ONLY.is_weekend(date(2026, 12, 25))
    assert WEEKENDS_ONLY.codes == ()
    assert WEEKENDS_ONLY.warnings == ()


def test_a_holiday_of_a_country_has_a_name() -> None:
    germany = business_calendar(("DE",))
    assert not germany.is_business_day(date(2026, 12, 25))
    assert germany.holiday_name(date(2026, 12, 25)) == "Christmas Day"
    assert germany.holiday_name(date(2026, 12, 24)) is None


def test_a_region_adds_its_own_holidays() -> None:
    epiphany = date(2026, 1, 6)
    assert business_calendar(("DE",)).is_business_day(epiphany)
    assert not business_calendar(("DE-BY",)).is_business_day(epiphany)


def test_a_day_off_for_the_vendor_or_the_buyer_is_a_day_off() -> None:
    both = business_calendar(("US", "GB"))
    thanksgiving, boxing_day = date(2026, 11, 26), date(2026, 12, 28)
    assert not both.is_business_day(thanksgiving)
    assert not both.is_business_day(boxing_day)
    assert business_calendar(("GB",)).is_business_day(thanksgiving)
    assert business_calendar(("US",)).is_business_day(boxing_day)


def test_the_weekend_is_that_of_the_country() -> None:
    israel = business_calendar(("IL",))
    friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
    assert not israel.is_business_day(friday)
    assert israel.is_business_day(sunday)
    assert not business_calendar(("IL", "US")).is_business_day(sunday)


@pytest.mark.parametrize("code", ["XX", "Atlantis", "USA", "ZZ-BY"])
def test_an_unknown_calendar_counts_weekends_and_is_warned_of(code: str) -> None:
    unknown = business_calendar((code,))
    assert unknown.warnings == (code.upper(),)
    assert unknown.codes == ()
    assert unknown.is_business_day(date(2026, 12, 25))
    assert not unknown.is_business_day(date(2026, 12, 26))


def test_an_unknown_region_falls_back_on_its_country_and_is_warned_of() -> None:
    calendar = business_calendar(("DE-ZZ",))
    assert calendar.codes == ("DE",)
    assert calendar.warnings == ("DE-ZZ",)
    assert not calendar.is_business_day(date(2026, 12, 25))


def test_an_unknown_code_does_not_spoil_a_known_one() -> None:
    calendar = business_calendar(("DE", "XX"))
    assert calendar.warnings == ("XX",)
    assert not calendar.is_business_day(date(2026, 12, 25))


def test_codes_may_be_blank_doubled_or_in_small_letters() -> None:
    assert business_calendar((" de-by ", "", "DE-BY")).codes == ("DE-BY",)
    assert business_calendar(("us-ca",)).codes == ("US-CA",)


def test_the_same_codes_share_one_calendar() -> None:
    assert business_calendar(("DE", "US")) is business_calendar(("DE", "US"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 2), date(2026, 4, 2)),
        (date(2026, 4, 6), date(2026, 4, 2)),
        (date(2026, 12, 27), date(2026, 12, 24)),
        (date(2026, 11, 22), date(2026, 11, 20)),
    ],
)
def test_days_off_roll_back_over_easter_and_christmas(day: date, expected: date) -> None:
    germany = business_calendar(("DE",))
    assert germany.roll_back(day) == expected
    assert len(list(germany.days_off_back_from(day))) == (day - expected).days


def test_five_working_days_before_christmas_eve() -> None:
    germany = business_calendar(("DE",))
    assert germany.business_days_before(date(2026, 12, 24), 5) == date(2026, 12, 17)
    assert germany.business_days_after(date(2026, 12, 17), 5) == date(2026, 12, 24)


def test_the_day_itself_is_not_counted() -> None:
    monday = date(2026, 11, 23)
    assert WEEKENDS_ONLY.business_days_before(monday, 1) == date(2026, 11, 20)
    assert WEEKENDS_ONLY.business_days_after(monday, 1) == date(2026, 11, 24)
    assert WEEKENDS_ONLY.business_days_before(monday, 0) == monday


@pytest.mark.parametrize("count", [-1, -10])
def test_business_days_are_never_negative(count: int) -> None:
    with pytest.raises(ValueError, match="from zero up"):
        WEEKENDS_ONLY.business_days_before(date(2026, 1, 1), count)


@given(day=DAYS, places=PLACES)
def test_a_roll_only_goes_back_and_ends_on_a_business_day(
    day: date, places: tuple[str, ...]
) -> None:
    calendar = business_calendar(places)
    rolled = calendar.roll_back(day)
    assert rolled <= day
    assert calendar.is_business_day(rolled)
    between = [rolled + timedelta(days=n) for n in range(1, (day - rolled).days + 1)]
    assert not any(calendar.is_business_day(skipped) for skipped in between)


@given(day=DAYS, count=st.integers(1, 40), places=PLACES)
def test_counting_back_passes_exactly_that_many_business_days(
    day: date, count: int, places: tuple[str, ...]
) -> None:
    calendar = business_calendar(places)
    result = calendar.business_days_before(day, count)
    passed = [result + timedelta(days=n) for n in range((day - result).days)]
    assert calendar.is_business_day(result)
    assert sum(calendar.is_business_day(step) for step in passed) == count
