"""Windows as people say them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.period import Period
from metrics.rules.windows import Named, fiscal_year, fiscal_year_number, named_window

DAYS = st.dates(date(1960, 1, 1), date(2140, 12, 31))
MONTHS = st.integers(1, 12)
AS_OF = date(2026, 2, 10)


@pytest.mark.parametrize(
    ("name", "start_month", "first", "last"),
    [
        (Named.LAST_12_MONTHS, 1, date(2025, 2, 1), date(2026, 1, 31)),
        (Named.FISCAL_YEAR, 1, date(2026, 1, 1), AS_OF),
        (Named.FISCAL_YEAR, 4, date(2025, 4, 1), AS_OF),
        (Named.LAST_FISCAL_YEAR, 1, date(2025, 1, 1), date(2025, 12, 31)),
        (Named.LAST_FISCAL_YEAR, 4, date(2024, 4, 1), date(2025, 3, 31)),
        (Named.QUARTER_TO_DATE, 1, date(2026, 1, 1), AS_OF),
        (Named.QUARTER_TO_DATE, 2, date(2026, 2, 1), AS_OF),
        (Named.QUARTER_TO_DATE, 12, date(2025, 12, 1), AS_OF),
        (Named.YEAR_TO_DATE, 4, date(2026, 1, 1), AS_OF),
    ],
)
def test_a_name_stands_for_its_days(name: Named, start_month: int, first: date, last: date) -> None:
    assert named_window(name, AS_OF, start_month) == Period(first, last)


def test_the_last_day_of_a_month_ends_the_last_12_months() -> None:
    leap_day = date(2024, 2, 29)
    window = named_window(Named.LAST_12_MONTHS, leap_day, 1)
    assert window == Period(date(2023, 3, 1), leap_day)


def test_a_fiscal_year_is_called_after_the_year_in_which_it_ends() -> None:
    assert fiscal_year_number(fiscal_year(date(2025, 4, 1), 4)) == 2026
    assert fiscal_year_number(fiscal_year(date(2025, 3, 31), 4)) == 2025
    assert fiscal_year_number(fiscal_year(date(2025, 7, 1), 1)) == 2025


@given(DAYS, MONTHS)
def test_fiscal_years_follow_each_other_without_a_gap(day: date, month: int) -> None:
    year = fiscal_year(day, month)
    assert year.contains(day)
    assert year.days in (365, 366)
    assert (year.start.month, year.start.day) == (month, 1)
    following = fiscal_year(year.end + timedelta(days=1), month)
    assert following.start == year.end + timedelta(days=1)


@given(DAYS, MONTHS, st.sampled_from(Named))
def test_no_window_passes_the_as_of_day(day: date, month: int, name: Named) -> None:
    assert named_window(name, day, month).end <= day


@pytest.mark.parametrize(("start_month", "first"), [(1, 4), (4, 4), (2, 5), (3, 3), (12, 3)])
def test_quarters_are_counted_from_the_start_of_the_fiscal_year(
    start_month: int, first: int
) -> None:
    window = named_window(Named.QUARTER_TO_DATE, date(2026, 5, 20), start_month)
    assert window.start == date(2026, first, 1)
