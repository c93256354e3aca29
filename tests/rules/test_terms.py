"""Alert anchors, exits and states (R6, R7, R9, R14, R16, R30)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules import ledger, notice, proof, terms
from contracts.rules.calendar import business_calendar
from contracts.rules.terms import (
    NoticeClause,
    TermDates,
    TermSpan,
    alert_anchor,
    contract_state,
    earliest_exit,
    notice_is_valid,
)
from contracts.rules.vocabulary import (
    AlertKind,
    ContractState,
    NoticeRule,
    NoticeUnit,
    RenewalKind,
)

WEEKENDS_ONLY = business_calendar(())
END = date(2026, 12, 31)
SEND_BY = date(2026, 9, 29)
MONTHS = NoticeUnit.MONTHS
FIRST = TermSpan(1, date(2026, 1, 1), END, 1)
SECOND = TermSpan(2, date(2027, 1, 1), date(2027, 12, 31), 2)
DEADLINE = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("kind", "end", "anchor"),
    [
        (RenewalKind.AUTO, END, (AlertKind.NOTICE_DEADLINE, SEND_BY)),
        (RenewalKind.FIXED, END, (AlertKind.TERM_END, END)),
        (RenewalKind.MANUAL, END, (AlertKind.TERM_END, END)),
        (RenewalKind.EVERGREEN, END, None),
        (RenewalKind.AUTO, None, None),
    ],
)
def test_alerts_count_down_to_the_day_that_matters(
    kind: RenewalKind, end: date | None, anchor: tuple[AlertKind, date] | None
) -> None:
    assert alert_anchor(kind, end, TermDates(send_by=SEND_BY)) == anchor


@pytest.mark.parametrize(
    ("rule", "value", "today", "expected"),
    [
        (NoticeRule.QUARTER_END, 3, date(2027, 2, 10), date(2027, 6, 30)),
        (NoticeRule.QUARTER_END, 3, date(2027, 3, 31), date(2027, 6, 30)),
        (NoticeRule.QUARTER_END, 3, date(2027, 4, 1), date(2027, 9, 30)),
        (NoticeRule.MONTH_END, 1, date(2027, 1, 31), date(2027, 2, 28)),
        (NoticeRule.YEAR_END, 6, date(2027, 7, 1), date(2028, 12, 31)),
        (NoticeRule.BEFORE_RENEWAL, 1, date(2027, 2, 10), date(2027, 3, 31)),
    ],
)
def test_the_earliest_exit_is_the_first_period_end_after_the_notice(
    rule: NoticeRule, value: int, today: date, expected: date
) -> None:
    assert earliest_exit(today, NoticeClause(value, MONTHS, rule), WEEKENDS_ONLY) == expected


@pytest.mark.parametrize(
    ("today", "months", "expected"),
    [
        (date(2027, 2, 10), 1, date(2027, 3, 14)),
        (date(2027, 2, 14), 1, date(2027, 3, 14)),
        (date(2027, 2, 15), 1, date(2027, 4, 14)),
        (date(2027, 2, 10), 12, date(2028, 1, 14)),
    ],
)
def test_an_evergreen_contract_ends_with_the_billing_period_that_notice_reaches(
    today: date, months: int, expected: date
) -> None:
    found = earliest_exit(
        today,
        NoticeClause(1, MONTHS),
        WEEKENDS_ONLY,
        billing_anchor=date(2025, 1, 15),
        billing_months=months,
    )
    assert found == expected


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(0, 200),
    st.sampled_from(NoticeUnit),
    st.sampled_from(NoticeRule),
    st.integers(1, 12),
)
def test_an_exit_is_never_before_the_notice_has_run(
    today: date, value: int, unit: NoticeUnit, rule: NoticeRule, months: int
) -> None:
    clause = NoticeClause(value, unit, rule)
    found = earliest_exit(
        today,
        clause,
        WEEKENDS_ONLY,
        billing_anchor=date(2019, 5, 31),
        billing_months=months,
    )
    assert found >= notice.units_after(today, value, unit, WEEKENDS_ONLY) >= today


def test_notice_counts_only_inside_its_window() -> None:
    opens = date(2026, 7, 1)
    assert notice_is_valid(opens, DEADLINE, opens)
    assert notice_is_valid(DEADLINE, DEADLINE, opens)
    assert not notice_is_valid(opens - timedelta(days=1), DEADLINE, opens)
    assert not notice_is_valid(DEADLINE + timedelta(days=1), DEADLINE, opens)
    assert notice_is_valid(date(2020, 1, 1), None, None)
    assert not notice_is_valid(None, DEADLINE, opens)


def state(today: date, **changes: Any) -> ContractState:
    arguments: dict[str, Any] = {
        "signed": True,
        "terms": [FIRST],
        "renewal_kind": RenewalKind.AUTO,
        "deadline": DEADLINE,
    }
    return contract_state(today=today, **(arguments | changes))


@pytest.mark.parametrize(
    ("today", "changes", "expected"),
    [
        (date(2026, 3, 1), {"signed": False}, ContractState.DRAFT),
        (date(2026, 3, 1), {"terms": []}, ContractState.DRAFT),
        (date(2025, 12, 31), {}, ContractState.UPCOMING),
        (date(2026, 1, 1), {}, ContractState.ACTIVE),
        (date(2026, 6, 30), {"window_opens": date(2026, 7, 1)}, ContractState.ACTIVE),
        (date(2026, 7, 1), {"window_opens": date(2026, 7, 1)}, ContractState.IN_NOTICE_WINDOW),
        (DEADLINE, {"window_opens": date(2026, 7, 1)}, ContractState.IN_NOTICE_WINDOW),
        (DEADLINE, {}, ContractState.ACTIVE),
        (date(2026, 10, 1), {}, ContractState.LOCKED_IN),
        (END, {}, ContractState.LOCKED_IN),
        (date(2026, 10, 1), {"renewal_kind": RenewalKind.FIXED}, ContractState.ACTIVE),
        (END, {"renewal_kind": RenewalKind.MANUAL}, ContractState.ACTIVE),
        (date(2026, 10, 1), {"terms": [FIRST, SECOND]}, ContractState.ACTIVE),
        (date(2026, 8, 1), {"notice_given_on": date(2026, 8, 1)}, ContractState.NOTICE_GIVEN),
        (date(2026, 11, 1), {"notice_given_on": DEADLINE}, ContractState.NOTICE_GIVEN),
        (date(2026, 7, 31), {"notice_given_on": date(2026, 8, 1)}, ContractState.ACTIVE),
        (date(2026, 11, 1), {"notice_given_on": date(2026, 10, 1)}, ContractState.LOCKED_IN),
        (date(2026, 8, 1), {"cancelled_on": END}, ContractState.NOTICE_GIVEN),
        (date(2027, 1, 1), {}, ContractState.EXPIRED),
        (date(2027, 1, 1), {"cancelled_on": END}, ContractState.TERMINATED),
        (date(2026, 6, 1), {"cancelled_on": date(2026, 5, 31)}, ContractState.TERMINATED),
        (date(2026, 5, 31), {"cancelled_on": date(2026, 5, 31)}, ContractState.NOTICE_GIVEN),
        (date(2026, 3, 1), {"cancelled_on": date(2025, 12, 1)}, ContractState.TERMINATED),
        (date(2026, 6, 1), {"superseded": True}, ContractState.ACTIVE),
        (date(2027, 1, 1), {"superseded": True}, ContractState.SUPERSEDED),
        (
            date(2026, 6, 1),
            {"superseded": True, "cancelled_on": date(2026, 5, 31)},
            ContractState.SUPERSEDED,
        ),
    ],
)
def test_where_a_contract_stands(
    today: date, changes: dict[str, Any], expected: ContractState
) -> None:
    assert state(today, **changes) == expected


def test_a_notice_before_its_window_is_none() -> None:
    early = {"notice_given_on": date(2026, 6, 1), "window_opens": date(2026, 7, 1)}
    assert state(date(2026, 8, 1), **early) == ContractState.IN_NOTICE_WINDOW


def test_a_contract_between_two_terms_is_upcoming() -> None:
    later = TermSpan(2, date(2027, 2, 1), date(2028, 1, 31), 2)
    assert state(date(2027, 1, 15), terms=[FIRST, later]) == ContractState.UPCOMING


def test_an_evergreen_contract_stays_active() -> None:
    evergreen = TermSpan(1, date(2020, 1, 1), None, 1)
    found = state(
        date(2040, 1, 1), terms=[evergreen], renewal_kind=RenewalKind.EVERGREEN, deadline=None
    )
    assert found == ContractState.ACTIVE


@given(
    st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    st.none() | st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    st.booleans(),
)
def test_a_contract_is_over_exactly_when_no_day_is_left(
    today: date, cancelled: date | None, superseded: bool
) -> None:
    found = state(today, terms=[FIRST, SECOND], cancelled_on=cancelled, superseded=superseded)
    pieces = ledger.in_force([FIRST, SECOND], cancelled, date(2030, 1, 1))
    over = not any(piece.last >= today for piece in pieces)
    ended = {ContractState.EXPIRED, ContractState.TERMINATED, ContractState.SUPERSEDED}
    assert (found in ended) is over


def test_the_names_of_the_parts_can_be_imported_from_terms() -> None:
    for name in terms.__all__:
        homes = [part for part in (ledger, notice, proof) if hasattr(part, name)]
        assert hasattr(terms, name)
        assert all(getattr(part, name) is getattr(terms, name) for part in homes)
