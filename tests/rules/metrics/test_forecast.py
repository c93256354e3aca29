"""Assumed renewals: the same length again and again, on the anniversaries of the start."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.period import Period
from metrics.rules.forecast import assumed_renewals, grown, year_after

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def starts(start: date, end: date, window: Period) -> list[tuple[int, date, int]]:
    """Return the first day of each piece, with its renewal and the days of its year."""
    return [
        (piece.renewal, piece.days.start, piece.year_days)
        for piece in assumed_renewals(start, end, window)
    ]


def test_a_year_renews_on_its_anniversary_through_a_leap_year() -> None:
    window = Period(date(2024, 1, 1), date(2025, 12, 31))
    assert starts(date(2023, 3, 1), date(2024, 2, 29), window) == [
        (1, date(2024, 3, 1), 365),
        (2, date(2025, 3, 1), 365),
    ]


def test_a_term_from_29_february_renews_on_the_28th_and_returns_to_the_29th() -> None:
    window = Period(date(2027, 1, 1), date(2028, 12, 31))
    pieces = starts(date(2024, 2, 29), date(2027, 2, 27), window)
    assert [first for _, first, _ in pieces] == [date(2027, 2, 28), date(2028, 2, 28)]
    yearly = starts(date(2024, 2, 29), date(2025, 2, 27), window)
    assert date(2028, 2, 29) in [first for _, first, _ in yearly]


def test_a_term_of_days_renews_by_the_same_number_of_days() -> None:
    window = Period(date(2024, 1, 1), date(2024, 3, 31))
    assert starts(date(2023, 12, 2), date(2023, 12, 31), window) == [
        (1, date(2024, 1, 1), 366),
        (2, date(2024, 1, 31), 366),
        (3, date(2024, 3, 1), 365),
        (4, date(2024, 3, 31), 365),
    ]


def test_nothing_is_assumed_before_the_end_or_after_the_window() -> None:
    window = Period(date(2024, 1, 1), date(2024, 6, 30))
    assert starts(date(2023, 7, 1), date(2024, 6, 30), window) == []
    assert starts(date(2023, 6, 1), date(2024, 5, 31), window) == [(1, date(2024, 6, 1), 365)]


@given(DAYS, st.integers(1, 1200), st.integers(0, 900), st.integers(1, 400))
def test_every_day_after_the_end_is_assumed_exactly_once(
    start: date, length: int, wait: int, days: int
) -> None:
    end = start + timedelta(days=length - 1)
    first = start + timedelta(days=wait)
    window = Period(first, first + timedelta(days=days - 1))
    pieces = [piece.days for piece in assumed_renewals(start, end, window)]
    covered = sum(piece.days for piece in pieces)
    assert covered == max(0, (window.end - max(end, first - timedelta(days=1))).days)
    assert all(a.end < b.start for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    ("cap", "renewal", "expected"),
    [(Decimal(5), 2, "110.25"), (Decimal(5), 1, "105"), (None, 3, "100"), (Decimal(0), 3, "100")],
)
def test_each_assumed_renewal_takes_the_whole_cap(
    cap: Decimal | None, renewal: int, expected: str
) -> None:
    assert grown(100, cap, renewal) == Fraction(expected)


def test_the_year_after_a_day_ends_on_the_same_day() -> None:
    assert year_after(date(2025, 3, 1)) == Period(date(2025, 3, 2), date(2026, 3, 1))
    assert year_after(date(2024, 2, 29)) == Period(date(2024, 3, 1), date(2025, 2, 28))
