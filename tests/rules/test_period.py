"""Ranges of days, anniversaries, months, quarters and years (C3, R6)."""

from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.calendar import add_months
from contracts.rules.period import (
    Grain,
    Period,
    anniversary,
    anniversary_years,
    label,
    months_between,
    period_end_on_or_after,
    period_end_on_or_before,
    period_of,
    periods,
    whole_months,
)

DAYS = st.dates(date(1995, 1, 1), date(2060, 12, 31))
GRAINS = st.sampled_from(get_args(Grain))


@st.composite
def ranges(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    return Period(start, start + timedelta(days=draw(st.integers(0, 2500))))


def test_a_period_counts_both_ends() -> None:
    assert Period(date(2024, 1, 1), date(2024, 1, 1)).days == 1
    assert Period(date(2024, 1, 1), date(2024, 12, 31)).days == 366


def test_a_period_holds_its_first_and_its_last_day() -> None:
    january = Period(date(2024, 1, 1), date(2024, 1, 31))
    assert january.contains(date(2024, 1, 1))
    assert january.contains(date(2024, 1, 31))
    assert not january.contains(date(2024, 2, 1))
    assert not january.contains(date(2023, 12, 31))


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end on 2024-01-01 before it starts"):
        Period(date(2024, 1, 2), date(2024, 1, 1))


def test_periods_that_share_one_day_intersect_in_it() -> None:
    first = Period(date(2024, 1, 1), date(2024, 1, 31))
    second = Period(date(2024, 1, 31), date(2024, 2, 10))
    assert first.intersect(second) == Period(date(2024, 1, 31), date(2024, 1, 31))
    assert first.intersect(Period(date(2024, 2, 1), date(2024, 2, 10))) is None


@given(ranges(), ranges())
def test_an_intersection_holds_the_days_of_both(one: Period, other: Period) -> None:
    common = one.intersect(other)
    assert common == other.intersect(one)
    probes = [one.start, one.end, other.start, other.end]
    for day in probes:
        both = one.contains(day) and other.contains(day)
        assert both is (common is not None and common.contains(day))


def test_a_leap_day_has_its_anniversary_on_the_28th() -> None:
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert anniversary(date(2024, 3, 31), 1) == date(2025, 3, 31)


def test_a_term_from_a_leap_day_is_cut_at_the_28th() -> None:
    assert list(anniversary_years(date(2024, 2, 29), date(2027, 2, 27))) == [
        (date(2024, 2, 29), date(2025, 2, 27), 365),
        (date(2025, 2, 28), date(2026, 2, 27), 365),
        (date(2026, 2, 28), date(2027, 2, 27), 365),
    ]


def test_the_last_part_is_clipped_but_knows_its_whole_year() -> None:
    assert list(anniversary_years(date(2023, 3, 1), date(2023, 6, 30))) == [
        (date(2023, 3, 1), date(2023, 6, 30), 366)
    ]


def test_a_term_that_ends_before_it_starts_has_no_years() -> None:
    assert list(anniversary_years(date(2023, 3, 1), date(2023, 2, 28))) == []


@given(ranges())
def test_anniversary_years_touch_and_cover_the_term(term: Period) -> None:
    parts = list(anniversary_years(term.start, term.end))
    assert parts[0][0] == term.start
    assert parts[-1][1] == term.end
    for (_, last, days), (following, _, _) in pairwise(parts):
        assert following == last + timedelta(days=1)
        assert days in (365, 366)
    assert all((last - first).days + 1 == days for first, last, days in parts[:-1])


@pytest.mark.parametrize(
    ("first", "second", "months"),
    [
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2024, 1, 31), date(2024, 2, 28), 0),
        (date(2024, 1, 15), date(2024, 1, 14), -1),
        (date(2024, 1, 15), date(2023, 12, 15), -1),
        (date(2024, 1, 15), date(2025, 1, 15), 12),
    ],
)
def test_months_between_two_days(first: date, second: date, months: int) -> None:
    assert months_between(first, second) == months


@given(DAYS, DAYS)
def test_months_between_is_the_greatest_that_fits(first: date, second: date) -> None:
    months = months_between(first, second)
    assert add_months(first, months) <= second < add_months(first, months + 1)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 1, 1), date(2024, 12, 31), 12),
        (date(2024, 1, 31), date(2024, 2, 28), 1),
        (date(2024, 1, 1), date(2024, 1, 30), None),
        (date(2024, 1, 1), date(2024, 2, 1), None),
    ],
)
def test_whole_months_of_a_term(start: date, end: date, months: int | None) -> None:
    assert whole_months(start, end) == months


@pytest.mark.parametrize(
    ("grain", "labels"),
    [
        ("month", ["2024-11", "2024-12", "2025-01"]),
        ("quarter", ["2024-Q4", "2025-Q1"]),
        ("year", ["2024", "2025"]),
    ],
)
def test_a_window_falls_into_labelled_periods(grain: Grain, labels: list[str]) -> None:
    window = Period(date(2024, 11, 15), date(2025, 1, 10))
    found = periods(window, grain)
    assert [name for name, _ in found] == labels
    assert found[0][1].start == window.start
    assert found[-1][1].end == window.end


@given(ranges(), GRAINS)
def test_the_periods_of_a_window_cover_each_day_once(window: Period, grain: Grain) -> None:
    found = periods(window, grain)
    assert sum(part.days for _, part in found) == window.days
    assert len({name for name, _ in found}) == len(found)
    for name, part in found:
        assert label(part.start, grain) == label(part.end, grain) == name


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("month", Period(date(2024, 5, 1), date(2024, 5, 31))),
        ("quarter", Period(date(2024, 4, 1), date(2024, 6, 30))),
        ("year", Period(date(2024, 1, 1), date(2024, 12, 31))),
    ],
)
def test_the_period_that_holds_a_day(grain: Grain, expected: Period) -> None:
    assert period_of(date(2024, 5, 10), grain) == expected


@pytest.mark.parametrize("grain", get_args(Grain))
def test_the_last_year_of_the_calendar_has_periods_too(grain: Grain) -> None:
    assert period_of(date(9999, 12, 5), grain).end == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("day", "grain", "after", "before"),
    [
        (date(2027, 5, 10), "quarter", date(2027, 6, 30), date(2027, 3, 31)),
        (date(2027, 6, 30), "quarter", date(2027, 6, 30), date(2027, 6, 30)),
        (date(2027, 7, 1), "month", date(2027, 7, 31), date(2027, 6, 30)),
        (date(2027, 1, 1), "year", date(2027, 12, 31), date(2026, 12, 31)),
    ],
)
def test_period_ends_on_either_side_of_a_day(
    day: date, grain: Grain, after: date, before: date
) -> None:
    assert period_end_on_or_after(day, grain) == after
    assert period_end_on_or_before(day, grain) == before
