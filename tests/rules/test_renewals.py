"""The next term, and what is refused (R2, R14, R15)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.calendar import ONE_DAY, add_months, term_end
from contracts.rules.renewals import (
    Refusal,
    kind_after,
    may_cancel,
    may_renew,
    renewal_term,
    term_on,
)
from contracts.rules.vocabulary import RenewalKind

ANCHORS = st.dates(date(1996, 1, 1), date(2036, 12, 31))
MONTHS = st.integers(1, 60)


@given(ANCHORS, MONTHS, MONTHS, st.integers(1, 8))
def test_renewals_never_drift_from_the_first_day(
    anchor: date, initial: int, renewal: int, times: int
) -> None:
    start, end = anchor, term_end(anchor, initial)
    for _ in range(times):
        start, end = renewal_term(anchor, end, renewal, start)
    assert start == add_months(anchor, initial + (times - 1) * renewal)
    assert end == add_months(anchor, initial + times * renewal) - ONE_DAY


def test_a_month_from_the_31st_keeps_its_day() -> None:
    anchor, start, end = date(2024, 10, 31), date(2024, 10, 31), date(2024, 11, 29)
    found = []
    for _ in range(5):
        start, end = renewal_term(anchor, end, 1, start)
        found.append((start, end))
    assert found == [
        (date(2024, 11, 30), date(2024, 12, 30)),
        (date(2024, 12, 31), date(2025, 1, 30)),
        (date(2025, 1, 31), date(2025, 2, 27)),
        (date(2025, 2, 28), date(2025, 3, 30)),
        (date(2025, 3, 31), date(2025, 4, 29)),
    ]


def test_the_renewal_length_is_not_the_initial_one() -> None:
    anchor = date(2017, 9, 27)
    first_end = term_end(anchor, 60)
    assert renewal_term(anchor, first_end, 12, anchor) == (
        add_months(anchor, 60),
        add_months(anchor, 72) - ONE_DAY,
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2024, 1, 1), date(2026, 12, 31), (date(2027, 1, 1), date(2029, 12, 31))),
        (date(2024, 2, 29), date(2025, 2, 27), (date(2025, 2, 28), date(2026, 2, 27))),
        (date(2024, 1, 10), date(2024, 6, 2), (date(2024, 6, 3), date(2024, 10, 25))),
    ],
)
def test_without_a_renewal_length_the_previous_one_is_repeated(
    start: date, end: date, expected: tuple[date, date]
) -> None:
    assert renewal_term(start, end, None, start) == expected


@given(ANCHORS, MONTHS, st.integers(1, 6))
def test_repeating_a_whole_month_term_does_not_drift_either(
    anchor: date, months: int, times: int
) -> None:
    start, end = anchor, term_end(anchor, months)
    for _ in range(times):
        start, end = renewal_term(anchor, end, None, start)
    assert end == add_months(anchor, (times + 1) * months) - ONE_DAY


def test_a_repeated_month_keeps_the_day_of_the_anchor() -> None:
    anchor, start, end = date(2024, 10, 31), date(2025, 2, 28), date(2025, 3, 30)
    assert renewal_term(anchor, end, None, start) == (date(2025, 3, 31), date(2025, 4, 29))


def test_a_term_that_began_off_the_anchor_is_repeated_by_its_own_months() -> None:
    anchor, start, end = date(2024, 1, 1), date(2024, 5, 15), date(2024, 8, 14)
    assert renewal_term(anchor, end, None, start) == (date(2024, 8, 15), date(2024, 11, 14))


def test_a_term_off_the_anchor_counts_from_its_own_first_day() -> None:
    found = renewal_term(date(2024, 1, 1), date(2024, 8, 19), 12, date(2024, 1, 1))
    assert found == (date(2024, 8, 20), date(2025, 8, 19))


def test_a_renewal_lasts_at_least_a_month() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        renewal_term(date(2024, 1, 1), date(2024, 12, 31), 0, date(2024, 1, 1))


@given(ANCHORS, MONTHS, MONTHS, st.integers(0, 4000))
def test_the_term_of_a_day_holds_it_and_follows_from_the_renewals(
    anchor: date, initial: int, renewal: int, later: int
) -> None:
    day = anchor + timedelta(days=later)
    found = term_on(anchor, initial, renewal, day)
    assert found is not None
    seq, start, end = found
    assert start <= day <= end
    if seq > 1:
        previous = term_on(anchor, initial, renewal, start - ONE_DAY)
        assert previous is not None
        assert previous[0] == seq - 1
        assert renewal_term(anchor, previous[2], renewal, previous[1]) == (start, end)


def test_no_term_holds_a_day_before_the_first() -> None:
    assert term_on(date(2024, 1, 1), 12, 12, date(2023, 12, 31)) is None
    with pytest.raises(ValueError, match="at least one month"):
        term_on(date(2024, 1, 1), 12, 0, date(2024, 1, 1))


def test_a_locked_term_that_rolls_monthly_becomes_evergreen() -> None:
    assert kind_after(RenewalKind.AUTO, 1) == RenewalKind.EVERGREEN
    assert kind_after(RenewalKind.AUTO, 12) == RenewalKind.AUTO
    assert kind_after(RenewalKind.AUTO, None) == RenewalKind.AUTO
    assert kind_after(RenewalKind.FIXED, 1) == RenewalKind.FIXED


JAN, DEC = date(2026, 1, 1), date(2026, 12, 31)
NEXT_JAN, NEXT_DEC = date(2027, 1, 1), date(2027, 12, 31)


@pytest.mark.parametrize(
    ("new_start", "new_end", "cancelled_on", "expected"),
    [
        (NEXT_JAN, NEXT_DEC, None, None),
        (NEXT_JAN, None, None, None),
        (date(2026, 10, 1), NEXT_DEC, None, None),
        (date(2027, 3, 1), NEXT_DEC, None, None),
        (NEXT_JAN, NEXT_DEC, DEC, Refusal.CANCELLED),
        (date(2026, 12, 31), NEXT_DEC, DEC, None),
        (NEXT_JAN, DEC, None, Refusal.ENDS_BEFORE_START),
        (JAN, NEXT_DEC, None, Refusal.STARTS_TOO_EARLY),
        (date(2025, 12, 31), NEXT_DEC, None, Refusal.STARTS_TOO_EARLY),
    ],
)
def test_what_may_follow_a_term(
    new_start: date, new_end: date | None, cancelled_on: date | None, expected: Refusal | None
) -> None:
    found = may_renew(
        previous_start=JAN,
        previous_end=DEC,
        new_start=new_start,
        new_end=new_end,
        cancelled_on=cancelled_on,
    )
    assert found == expected


def test_an_evergreen_term_is_followed_by_a_fixed_one_only() -> None:
    dates = {"previous_start": JAN, "new_start": NEXT_JAN}
    assert may_renew(previous_end=None, new_end=None, **dates) == Refusal.EVERGREEN
    assert may_renew(previous_end=None, new_end=NEXT_DEC, **dates) is None


@pytest.mark.parametrize(
    ("last_day", "last_end", "cancelled_on", "expected"),
    [
        (DEC, DEC, None, None),
        (date(2026, 6, 30), DEC, None, None),
        (date(2025, 12, 1), DEC, None, None),
        (NEXT_JAN, DEC, None, Refusal.AFTER_THE_END),
        (NEXT_JAN, None, None, None),
        (DEC, DEC, DEC, Refusal.ALREADY_CANCELLED),
    ],
)
def test_what_may_be_cancelled(
    last_day: date, last_end: date | None, cancelled_on: date | None, expected: Refusal | None
) -> None:
    assert may_cancel(last_day=last_day, last_end=last_end, cancelled_on=cancelled_on) == expected
