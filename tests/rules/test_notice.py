"""From a notice clause to the deadline, the day to send and the day to decide (R3-R8)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.calendar import BusinessCalendar, add_months, business_calendar
from contracts.rules.notice import (
    DELIVERY_LEADS,
    NoticeClause,
    TermDates,
    deadline_dates,
    units_after,
    units_before,
)
from contracts.rules.vocabulary import NoticeMethod, NoticeRule, NoticeUnit, RenewalKind

DAYS, MONTHS, BUSINESS_DAYS = NoticeUnit.DAYS, NoticeUnit.MONTHS, NoticeUnit.BUSINESS_DAYS
TO_RENEWAL = NoticeRule.COUNTED_TO_RENEWAL
WEEKENDS_ONLY = business_calendar(())
GERMANY = business_calendar(("DE",))
UNITS = st.sampled_from(NoticeUnit)
CLAUSES = st.builds(
    NoticeClause,
    value=st.none() | st.integers(0, 200),
    unit=UNITS,
    rule=st.sampled_from(NoticeRule),
    window_opens_value=st.none() | st.integers(0, 300),
    window_opens_unit=st.none() | UNITS,
    method=st.sampled_from(NoticeMethod),
    delivery_lead_days=st.none() | st.integers(0, 15),
    review_buffer_days=st.integers(0, 30),
)
ENDS = st.dates(date(2015, 1, 1), date(2045, 12, 31))
CALENDARS = st.sampled_from(
    [WEEKENDS_ONLY, GERMANY, business_calendar(("US-CA", "GB")), business_calendar(("XX",))]
)


def dates(
    end: date | None,
    clause: NoticeClause,
    *,
    kind: RenewalKind = RenewalKind.AUTO,
    places: tuple[str, ...] = (),
    start: date = date(2010, 1, 1),
) -> TermDates:
    return deadline_dates(
        start=start,
        end=end,
        renewal_kind=kind,
        clause=clause,
        calendar=business_calendar(places),
    )


def keys(found: TermDates) -> list[str]:
    return [step.text_key for step in found.proof]


@pytest.mark.parametrize(
    ("end", "value", "unit", "deadline"),
    [
        (date(2026, 8, 28), 2, MONTHS, date(2026, 6, 28)),
        (date(2024, 7, 31), 3, MONTHS, date(2024, 4, 30)),
        (date(2021, 9, 26), 3, MONTHS, date(2021, 6, 26)),
        (date(2026, 12, 31), 3, MONTHS, date(2026, 9, 30)),
        (date(2027, 6, 30), 3, MONTHS, date(2027, 3, 31)),
        (date(2027, 4, 30), 2, MONTHS, date(2027, 2, 28)),
        (date(2027, 5, 30), 3, MONTHS, date(2027, 2, 27)),
        (date(2028, 2, 29), 3, MONTHS, date(2027, 11, 30)),
        (date(2026, 12, 31), 90, DAYS, date(2026, 10, 2)),
        (date(2026, 10, 31), 60, DAYS, date(2026, 9, 1)),
        (date(2026, 3, 14), 60, DAYS, date(2026, 1, 13)),
        (date(2026, 3, 14), 0, DAYS, date(2026, 3, 14)),
        (date(2026, 3, 14), 0, MONTHS, date(2026, 3, 14)),
        (date(2026, 3, 14), 0, BUSINESS_DAYS, date(2026, 3, 14)),
    ],
)
def test_the_deadline_leaves_full_units_before_the_renewal(
    end: date, value: int, unit: NoticeUnit, deadline: date
) -> None:
    assert dates(end, NoticeClause(value, unit)).notice_deadline == deadline


@pytest.mark.parametrize(
    ("end", "value", "unit", "deadline"),
    [
        (date(2026, 3, 14), 60, DAYS, date(2026, 1, 14)),
        (date(2026, 12, 31), 3, MONTHS, date(2026, 10, 1)),
        (date(2021, 9, 26), 3, MONTHS, date(2021, 6, 27)),
        (date(2026, 3, 14), 0, DAYS, date(2026, 3, 14)),
    ],
)
def test_a_clause_that_counts_to_the_renewal_day_gains_one_day(
    end: date, value: int, unit: NoticeUnit, deadline: date
) -> None:
    assert dates(end, NoticeClause(value, unit, TO_RENEWAL)).notice_deadline == deadline


def test_ninety_days_are_not_three_months() -> None:
    end = date(2026, 12, 31)
    assert dates(end, NoticeClause(90, DAYS)).notice_deadline == date(2026, 10, 2)
    assert dates(end, NoticeClause(3, MONTHS)).notice_deadline == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("places", "deadline"),
    [
        ((), date(2026, 12, 25)),
        (("DE",), date(2026, 12, 24)),
        (("DE", "GB"), date(2026, 12, 23)),
        (("XX",), date(2026, 12, 25)),
    ],
)
def test_business_days_count_back_from_the_renewal_over_both_calendars(
    places: tuple[str, ...], deadline: date
) -> None:
    found = dates(date(2026, 12, 31), NoticeClause(5, BUSINESS_DAYS), places=places)
    assert found.notice_deadline == deadline
    assert ("calendar_unknown" in keys(found)) is (places == ("XX",))


@pytest.mark.parametrize(
    ("rule", "end", "deadline"),
    [
        (NoticeRule.QUARTER_END, date(2027, 6, 30), date(2027, 3, 31)),
        (NoticeRule.QUARTER_END, date(2027, 8, 14), date(2027, 3, 31)),
        (NoticeRule.MONTH_END, date(2027, 8, 14), date(2027, 4, 30)),
        (NoticeRule.MONTH_END, date(2027, 8, 31), date(2027, 5, 31)),
        (NoticeRule.YEAR_END, date(2027, 8, 14), date(2026, 9, 30)),
    ],
)
def test_a_period_end_clause_aims_at_the_last_period_end_within_the_term(
    rule: NoticeRule, end: date, deadline: date
) -> None:
    assert dates(end, NoticeClause(3, MONTHS, rule)).notice_deadline == deadline


@pytest.mark.parametrize(
    ("method", "send_by"),
    [
        (NoticeMethod.PORTAL, date(2026, 9, 30)),
        (NoticeMethod.EMAIL, date(2026, 9, 29)),
        (NoticeMethod.COURIER, date(2026, 9, 25)),
        (NoticeMethod.REGISTERED_POST, date(2026, 9, 23)),
    ],
)
def test_each_method_has_its_delivery_lead(method: NoticeMethod, send_by: date) -> None:
    found = dates(date(2026, 12, 31), NoticeClause(3, MONTHS, method=method))
    assert found.notice_deadline == date(2026, 9, 30)
    assert found.send_by == send_by


def test_every_method_of_the_vocabulary_has_a_lead() -> None:
    assert set(DELIVERY_LEADS) == set(NoticeMethod)


def test_a_recorded_lead_replaces_that_of_the_method() -> None:
    clause = NoticeClause(3, MONTHS, method=NoticeMethod.EMAIL, delivery_lead_days=0)
    found = dates(date(2026, 12, 31), clause)
    assert found.send_by == date(2026, 9, 30)
    assert "lead_recorded" in keys(found)


def test_a_deadline_on_a_weekend_rolls_back_before_the_lead_is_taken() -> None:
    found = dates(date(2026, 8, 28), NoticeClause(2, MONTHS, method=NoticeMethod.EMAIL))
    sunday = date(2026, 6, 28)
    assert found.notice_deadline == sunday
    assert found.send_by == date(2026, 6, 25)
    assert found.decide_by == date(2026, 6, 11)
    assert keys(found).count("rolled_weekend") == 2


def test_a_deadline_on_a_holiday_rolls_back_and_names_it() -> None:
    clause = NoticeClause(30, DAYS, method=NoticeMethod.PORTAL)
    found = dates(date(2026, 5, 6), clause, places=("DE",))
    assert found.notice_deadline == date(2026, 4, 6)
    assert found.send_by == date(2026, 4, 2)
    assert [step.params.get("holiday") for step in found.proof if step.rule == "R4"] == [
        "Easter Monday",
        None,
        None,
        "Good Friday",
    ]


def test_the_review_buffer_is_ten_business_days_unless_stated() -> None:
    end, clause = date(2026, 12, 31), NoticeClause(3, MONTHS, method=NoticeMethod.PORTAL)
    assert dates(end, clause).decide_by == date(2026, 9, 16)
    assert dates(end, replace(clause, review_buffer_days=0)).decide_by == date(2026, 9, 30)


def test_a_window_opens_by_its_own_unit() -> None:
    clause = NoticeClause(30, DAYS, window_opens_value=90)
    assert dates(date(2026, 12, 31), clause).window_opens == date(2026, 10, 3)
    months = replace(clause, window_opens_unit=MONTHS, window_opens_value=6)
    assert dates(date(2026, 12, 31), months).window_opens == date(2026, 7, 1)
    assert dates(date(2026, 12, 31), NoticeClause(30, DAYS)).window_opens is None


def test_a_window_that_opens_after_the_deadline_is_flagged() -> None:
    found = dates(date(2026, 12, 31), NoticeClause(60, DAYS, window_opens_value=30))
    assert "window_empty" in keys(found)
    assert found.notice_deadline == date(2026, 11, 1)


def test_a_renewing_term_without_a_notice_period_takes_its_end_and_says_so() -> None:
    found = dates(date(2026, 12, 31), NoticeClause(method=NoticeMethod.PORTAL))
    assert found.notice_deadline == date(2026, 12, 31)
    assert found.send_by == date(2026, 12, 31)
    assert keys(found)[0] == "no_clause"


@pytest.mark.parametrize("kind", [RenewalKind.FIXED, RenewalKind.MANUAL])
def test_a_term_that_ends_by_itself_needs_no_notice(kind: RenewalKind) -> None:
    found = dates(date(2026, 12, 31), NoticeClause(), kind=kind)
    assert (found.notice_deadline, found.send_by, found.decide_by) == (None, None, None)
    assert keys(found) == ["nothing_to_send"]


@pytest.mark.parametrize("kind", [RenewalKind.FIXED, RenewalKind.MANUAL])
def test_a_clause_counts_for_terms_that_do_not_renew_by_themselves_too(kind: RenewalKind) -> None:
    found = dates(date(2026, 12, 31), NoticeClause(90), kind=kind)
    assert found.notice_deadline == date(2026, 10, 2)


@pytest.mark.parametrize(
    ("end", "kind"), [(None, RenewalKind.AUTO), (date(2026, 12, 31), RenewalKind.EVERGREEN)]
)
def test_an_evergreen_term_has_no_yearly_deadline(end: date | None, kind: RenewalKind) -> None:
    found = dates(end, NoticeClause(3, MONTHS), kind=kind)
    assert (found.notice_deadline, found.send_by, found.window_opens) == (None, None, None)
    assert [step.rule for step in found.proof] == ["R16"]


def test_a_deadline_before_the_term_is_kept_and_flagged() -> None:
    found = dates(date(2026, 1, 31), NoticeClause(60), start=date(2026, 1, 1))
    assert found.notice_deadline == date(2025, 12, 2)
    assert "before_start" in keys(found)
    in_time = dates(date(2026, 3, 31), NoticeClause(60), start=date(2026, 1, 1))
    assert "before_start" not in keys(in_time)


@pytest.mark.parametrize(
    "numbers",
    [
        {"value": -1},
        {"window_opens_value": -1},
        {"delivery_lead_days": -1},
        {"review_buffer_days": -1},
    ],
)
def test_a_clause_refuses_negative_numbers(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no negative numbers"):
        replace(NoticeClause(), **numbers)  # type: ignore[arg-type]  # values by name


@given(ENDS, CLAUSES, CALENDARS)
def test_no_derived_day_lies_after_the_end(
    end: date, clause: NoticeClause, calendar: BusinessCalendar
) -> None:
    found = deadline_dates(
        start=date(2010, 1, 1),
        end=end,
        renewal_kind=RenewalKind.AUTO,
        clause=clause,
        calendar=calendar,
    )
    assert found.notice_deadline is not None
    assert found.send_by is not None
    assert found.decide_by is not None
    assert found.decide_by <= found.send_by <= found.notice_deadline <= end
    assert calendar.is_business_day(found.send_by)
    assert calendar.is_business_day(found.decide_by)


@given(ENDS, CLAUSES.filter(lambda clause: clause.value is not None), st.integers(0, 120))
def test_more_notice_never_gives_a_later_day(end: date, clause: NoticeClause, more: int) -> None:
    longer = replace(clause, value=(clause.value or 0) + more)
    short, long = dates(end, clause, places=("DE",)), dates(end, longer, places=("DE",))
    for name in ("notice_deadline", "send_by", "decide_by"):
        assert getattr(long, name) <= getattr(short, name)


@given(ENDS, st.integers(1, 60))
def test_full_months_lie_between_the_deadline_and_the_renewal(end: date, months: int) -> None:
    deadline = dates(end, NoticeClause(months, MONTHS)).notice_deadline
    assert deadline is not None
    assert add_months(deadline + timedelta(days=1), months) <= end + timedelta(days=1)


@given(ENDS, CLAUSES.filter(lambda clause: clause.rule == NoticeRule.BEFORE_RENEWAL))
def test_counting_to_the_renewal_never_gives_an_earlier_day(
    end: date, clause: NoticeClause
) -> None:
    full = dates(end, clause).notice_deadline
    counted = dates(end, replace(clause, rule=TO_RENEWAL)).notice_deadline
    assert full is not None
    assert counted is not None
    assert timedelta(0) <= counted - full <= timedelta(days=1)


@given(ENDS, st.integers(0, 120), UNITS)
def test_going_forward_undoes_going_back_at_most(end: date, value: int, unit: NoticeUnit) -> None:
    back = units_before(end, value, unit, GERMANY)
    assert back <= end
    if unit == DAYS:
        assert units_after(back, value, unit, GERMANY) == end
    if unit == MONTHS:
        assert units_after(back, value, unit, GERMANY) <= end
