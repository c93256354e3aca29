"""Faults that other trackers had, and the golden dates of renewals, each as a test of its own."""

from datetime import date, timedelta

import pytest

from contracts.rules.alerts import due_on, offsets_due
from contracts.rules.calendar import ONE_DAY, add_months, business_calendar, term_end
from contracts.rules.ledger import TermSpan, in_force
from contracts.rules.notice import NoticeClause, TermDates, deadline_dates
from contracts.rules.occasions import DEFAULT_OFFSETS
from contracts.rules.renewals import renewal_term, term_on
from contracts.rules.terms import contract_state
from contracts.rules.vocabulary import (
    ContractState,
    NoticeMethod,
    NoticeRule,
    NoticeUnit,
    RenewalKind,
)

EVERY_DAY = business_calendar(())


def notice_of(start: date, end: date | None, clause: NoticeClause) -> TermDates:
    return deadline_dates(
        start=start,
        end=end,
        renewal_kind=RenewalKind.AUTO,
        clause=clause,
        calendar=EVERY_DAY,
    )


def state_of(term: TermSpan[str], today: date, cancelled_on: date | None = None) -> ContractState:
    return contract_state(
        today=today,
        signed=True,
        terms=[term],
        renewal_kind=RenewalKind.FIXED,
        cancelled_on=cancelled_on,
    )


def months(value: int, rule: NoticeRule = NoticeRule.BEFORE_RENEWAL) -> NoticeClause:
    return NoticeClause(value, NoticeUnit.MONTHS, rule, method=NoticeMethod.PORTAL)


@pytest.mark.parametrize(
    ("rule", "alert"),
    [
        (NoticeRule.BEFORE_RENEWAL, date(2021, 6, 5)),
        (NoticeRule.COUNTED_TO_RENEWAL, date(2021, 6, 6)),
    ],
)
def test_glpi_6004_the_alert_of_a_three_year_contract(rule: NoticeRule, alert: date) -> None:
    start = date(2018, 9, 27)
    end = term_end(start, 36)
    deadline = notice_of(start, end, months(3, rule)).notice_deadline
    assert end == date(2021, 9, 26)
    assert deadline is not None
    assert deadline - timedelta(days=21) == alert


def test_glpi_23084_notice_is_taken_from_the_renewed_end() -> None:
    start = date(2022, 8, 29)
    found = term_on(start, 36, 12, date(2026, 2, 11))
    assert found == (2, date(2025, 8, 29), date(2026, 8, 28))
    assert notice_of(found[1], found[2], months(2)).notice_deadline == date(2026, 6, 28)


def test_glpi_14703_a_renewal_adds_the_renewal_length_not_the_initial_one() -> None:
    start = date(2018, 9, 27)
    first_end = term_end(start, 60)
    _, end = renewal_term(start, first_end, 12, start)
    assert end == add_months(start, 72) - ONE_DAY
    assert end != add_months(start, 120) - ONE_DAY


def test_glpi_15893_the_end_is_the_last_day_of_service() -> None:
    assert term_end(date(2020, 8, 1), 36) == date(2023, 7, 31)


def test_wallos_551_monthly_from_the_31st_does_not_overflow() -> None:
    anchor = date(2024, 10, 31)
    found = [add_months(anchor, number) for number in range(1, 6)]
    assert found == [
        date(2024, 11, 30),
        date(2024, 12, 31),
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 3, 31),
    ]
    assert date(2024, 12, 1) not in found


def test_wallos_458_every_ten_years_is_not_every_year() -> None:
    start = date(2016, 5, 4)
    ends = {term_on(start, 120, 120, date(year, 5, 4)) for year in range(2016, 2026)}
    assert ends == {(1, start, date(2026, 5, 3))}


@pytest.mark.parametrize(("year", "day"), [(2025, 28), (2028, 29)])
def test_firefly_5841_the_31st_is_never_skipped_in_february(year: int, day: int) -> None:
    assert add_months(date(year, 1, 31), 1) == date(year, 2, day)


def test_a_leap_day_renews_on_the_28th_and_comes_back() -> None:
    anchor = date(2028, 2, 29)
    start, end = anchor, term_end(anchor, 12)
    starts = []
    for _ in range(4):
        start, end = renewal_term(anchor, end, 12, start)
        starts.append(start)
    assert starts == [date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29)]


def test_wallos_an_alert_is_not_lost_when_its_exact_day_is_missed() -> None:
    anchor = date(2026, 9, 30)
    day = due_on(anchor, 30, EVERY_DAY)
    for later in range(10):
        decision = offsets_due(anchor, DEFAULT_OFFSETS, day + timedelta(days=later), EVERY_DAY)
        assert decision.open is not None
        assert decision.open.offset == 30


def test_snipe_it_the_same_alert_is_not_new_every_day() -> None:
    anchor = date(2026, 9, 30)
    decisions = [
        offsets_due(anchor, DEFAULT_OFFSETS, date(2026, 9, 1) + timedelta(days=number), EVERY_DAY)
        for number in range(10)
    ]
    assert len(set(decisions)) == 1


def test_snipe_it_the_last_day_is_a_day_in_force() -> None:
    end = date(2026, 12, 31)
    term = TermSpan(1, date(2026, 1, 1), end, "only")
    assert in_force([term], None, end)[-1].last == end
    assert state_of(term, end) == ContractState.ACTIVE
    assert state_of(term, end + ONE_DAY) == ContractState.EXPIRED


def test_netbox_contract_notice_without_an_end_date_is_no_error() -> None:
    found = notice_of(date(2026, 1, 1), None, months(3))
    assert found.notice_deadline is None
    assert found.proof[0].text_key == "evergreen"


def test_netbox_contract_an_expired_contract_is_not_a_cancelled_one() -> None:
    term = TermSpan(1, date(2026, 1, 1), date(2026, 12, 31), "only")
    after = date(2027, 1, 1)
    assert state_of(term, after) == ContractState.EXPIRED
    cancelled = state_of(term, after, cancelled_on=date(2026, 6, 30))
    assert cancelled == ContractState.TERMINATED


def test_probo_a_deadline_on_a_weekend_does_not_move_to_monday() -> None:
    sunday = date(2026, 6, 28)
    assert notice_of(date(2025, 8, 29), date(2026, 8, 28), months(2)).send_by == date(2026, 6, 26)
    assert due_on(sunday, 0, EVERY_DAY) == date(2026, 6, 26)


def test_productiv_the_start_moves_with_the_end() -> None:
    start, end = renewal_term(date(2025, 1, 1), date(2025, 12, 31), 12, date(2025, 1, 1))
    assert (start, end) == (date(2026, 1, 1), date(2026, 12, 31))


def test_a_contract_entered_late_gets_one_alert_at_once() -> None:
    anchor = date(2026, 9, 30)
    decision = offsets_due(anchor, DEFAULT_OFFSETS, date(2026, 9, 24), EVERY_DAY)
    assert decision.open is not None
    assert decision.open.offset == 7
    passed = offsets_due(anchor, DEFAULT_OFFSETS, date(2026, 10, 24), EVERY_DAY)
    assert passed.open is not None
    assert passed.open.offset == -24


@pytest.mark.parametrize(
    ("end", "count", "late"),
    [
        (date(2026, 8, 28), 2, date(2026, 6, 29)),
        (date(2024, 7, 31), 3, date(2024, 5, 2)),
        (date(2021, 9, 26), 3, date(2021, 6, 28)),
        (date(2026, 12, 31), 3, date(2026, 10, 2)),
        (date(2027, 6, 30), 3, date(2027, 4, 1)),
        (date(2027, 4, 30), 2, date(2027, 3, 1)),
        (date(2027, 5, 30), 3, date(2027, 3, 1)),
        (date(2028, 2, 29), 3, date(2027, 12, 1)),
    ],
)
def test_months_are_not_thirty_days_which_would_be_late(end: date, count: int, late: date) -> None:
    deadline = notice_of(date(2018, 1, 1), end, months(count)).notice_deadline
    assert end - timedelta(days=30 * count) == late
    assert deadline is not None
    assert deadline < late
