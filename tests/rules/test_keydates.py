"""The days of a term besides its anchor (R7, R16, R19, R23); the auditor finds the same."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from contracts.rules.keydates import announcement_day, owed_until, reviews, true_up_reports
from contracts.rules.vocabulary import RenewalKind

HORIZON = date(2100, 12, 31)
START, END = date(2026, 1, 1), date(2028, 12, 31)


@pytest.mark.parametrize(
    ("kind", "end", "days", "expected"),
    [
        (RenewalKind.AUTO, date(2026, 12, 31), 90, date(2026, 10, 3)),
        (RenewalKind.MANUAL, date(2026, 12, 31), 0, date(2027, 1, 1)),
        (RenewalKind.FIXED, date(2026, 12, 31), 90, None),
        (RenewalKind.EVERGREEN, date(2026, 12, 31), 90, None),
        (RenewalKind.AUTO, None, 90, None),
        (RenewalKind.AUTO, date(2026, 12, 31), None, None),
    ],
)
def test_a_price_is_announced_days_before_the_renewal(
    kind: RenewalKind, end: date | None, days: int | None, expected: date | None
) -> None:
    assert announcement_day(kind, end, days) == expected


def test_a_true_up_is_reported_before_each_anniversary_and_before_the_end() -> None:
    assert list(true_up_reports(START, END, 12, None)) == [
        date(2026, 12, 2),
        date(2027, 12, 2),
        date(2028, 12, 2),
    ]
    assert list(true_up_reports(START, END, 18, 0)) == [date(2027, 7, 1), date(2029, 1, 1)]


def test_without_the_clause_nothing_is_reported_and_nothing_before_the_term_starts() -> None:
    assert list(true_up_reports(START, END, None, 30)) == []
    assert list(true_up_reports(START, date(2026, 3, 31), 1, 45)) == [
        date(2026, 1, 15),
        date(2026, 2, 15),
    ]


def test_reviews_keep_the_day_of_the_start() -> None:
    found = list(reviews(date(2024, 8, 31), date(2026, 3, 1), 6))
    assert found == [date(2025, 2, 28), date(2025, 8, 31), date(2026, 2, 28)]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ((END, None, None), END),
        ((END, date(2027, 5, 5), None), date(2027, 5, 5)),
        ((END, None, date(2028, 1, 1)), date(2027, 12, 31)),
        ((None, None, None), HORIZON),
    ],
)
def test_duties_of_a_term_end_with_it(
    known: tuple[date | None, date | None, date | None], expected: date
) -> None:
    assert owed_until(*known, HORIZON) == expected


def test_an_endless_series_ends_at_the_horizon() -> None:
    found = list(reviews(START, HORIZON, 6))
    assert found[-1] == date(2100, 7, 1)
    assert all(after - before > timedelta(180) for before, after in pairwise(found))
