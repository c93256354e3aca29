"""The auditor's own computation against the rules': two ways, one answer."""

from datetime import date, timedelta
from random import Random

import pytest

from contracts.rules import notice, terms
from contracts.rules.alerts import stretches
from contracts.rules.audit import AuditedContract, AuditedTerm, Silence, expectation
from contracts.rules.audit_alerts import days_for, expected_offset
from contracts.rules.calendar import BusinessCalendar, business_calendar
from contracts.rules.occasions import DEFAULT_OFFSETS, OCCASIONS
from contracts.rules.vocabulary import AlertKind, NoticeMethod, NoticeRule, NoticeUnit, RenewalKind

CASES = 4000
CALENDARS = [business_calendar(codes) for codes in ((), ("DE-BY",), ("US", "GB"), ("IL",))]


def written(chance: Random, calendar: BusinessCalendar) -> AuditedContract:
    start = date(2024, 1, 1) + timedelta(chance.randrange(1500))
    end = chance.choice([None, *[start + timedelta(chance.randrange(1200)) for _ in range(5)]])
    return AuditedContract(
        is_draft=False,
        is_continued=False,
        renewal_kind=chance.choice(list(RenewalKind)).value,
        notice_value=chance.choice([None, 0, 1, 3, 12, 30, 90]),
        notice_unit=chance.choice(list(NoticeUnit)).value,
        notice_rule=chance.choice(list(NoticeRule)).value,
        window_opens_value=chance.choice([None, None, 0, 6, 120]),
        window_opens_unit=chance.choice(list(NoticeUnit)).value,
        notice_method=chance.choice(list(NoticeMethod)).value,
        delivery_lead_days=chance.choice([None, None, 0, 4]),
        notice_given_on=chance.choice([None, start + timedelta(chance.randrange(600))]),
        cancelled_on=None,
        terms=[AuditedTerm(1, 1, start, end)],
        review_buffer_days=chance.choice([0, 10]),
        works_on=calendar.is_business_day,
    )


def by_the_rules(contract: AuditedContract, calendar: BusinessCalendar) -> tuple[object, ...]:
    """Return days, anchor and openness as the main path derives them."""
    [term] = contract.terms
    clause = notice.NoticeClause(
        value=contract.notice_value,
        unit=NoticeUnit(contract.notice_unit),
        rule=NoticeRule(contract.notice_rule),
        window_opens_value=contract.window_opens_value,
        window_opens_unit=NoticeUnit(contract.window_opens_unit),
        method=NoticeMethod(contract.notice_method),
        delivery_lead_days=contract.delivery_lead_days,
        review_buffer_days=contract.review_buffer_days,
    )
    kind = RenewalKind(contract.renewal_kind)
    found = notice.deadline_dates(
        start=term.start, end=term.end, renewal_kind=kind, clause=clause, calendar=calendar
    )
    anchor = terms.alert_anchor(kind, term.end, found)
    given = terms.notice_is_valid(
        contract.notice_given_on, found.notice_deadline, found.window_opens
    )
    days = (found.notice_deadline, found.window_opens, found.send_by, found.decide_by)
    return (*days, *(anchor or ("", None)), anchor is not None and not given)


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: "+".join(calendar.codes))
def test_both_computations_find_the_same_days(calendar: BusinessCalendar) -> None:
    chance = Random(28)
    opened = 0
    for _ in range(CASES // len(CALENDARS)):
        contract = written(chance, calendar)
        found = expectation(contract)
        days = found.days[1]
        own = (days.notice_deadline, days.window_opens, days.send_by, days.decide_by)
        assert (*own, days.anchor_kind, days.anchor_date, days.is_open) == by_the_rules(
            contract, calendar
        ), contract
        assert (found.waiting is None) != (found.silence is None)
        opened += days.is_open
    assert CASES // len(CALENDARS) * 0.3 < opened < CASES // len(CALENDARS) * 0.9


@pytest.mark.parametrize("kind", AlertKind)
@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: "+".join(calendar.codes))
def test_both_computations_find_the_same_alert_on_each_day(
    calendar: BusinessCalendar, kind: AlertKind
) -> None:
    offsets = days_for(kind, None, DEFAULT_OFFSETS)
    assert sorted(offsets) == sorted(OCCASIONS[kind].offsets)
    for today in (date(2026, 11, 21), date(2026, 12, 24), date(2024, 2, 29)):
        parts = list(stretches(OCCASIONS[kind], offsets, today, calendar))
        for days in range(-410, 150):
            anchor = today + timedelta(days)
            planned = [part.nearest for part in parts if part.first <= anchor <= part.last]
            works_on = calendar.is_business_day
            offset = expected_offset(kind, anchor, date.max, offsets, today, works_on)
            assert planned == ([] if offset is None else [offset]), (today, anchor)


def test_an_alert_of_a_term_that_ended_a_month_ago_is_not_expected() -> None:
    today = date(2026, 11, 18)
    ended = [today - timedelta(days) for days in (31, 32)]
    anchor = today - timedelta(60)
    assert [
        expected_offset("notice_deadline", anchor, end, (30,), today, lambda _day: True)
        for end in ended
    ] == [-59, None]


@pytest.mark.parametrize(
    ("change", "silence"),
    [
        ({"is_draft": True}, Silence.DRAFT),
        ({"cancelled_on": date(2026, 6, 30)}, Silence.CANCELLED),
        ({"is_continued": True}, Silence.CONTINUED),
        ({"terms": []}, Silence.NO_TERM),
        ({"renewal_kind": "evergreen"}, Silence.EVERGREEN),
        ({"terms": [AuditedTerm(1, 1, date(2026, 1, 1), None)]}, Silence.EVERGREEN),
        ({"notice_given_on": date(2026, 9, 1)}, Silence.NOTICE_GIVEN),
        ({"notice_given_on": date(2026, 12, 1)}, None),
        ({}, None),
    ],
)
def test_a_contract_without_an_alert_says_why(
    change: dict[str, object], silence: Silence | None
) -> None:
    values: dict[str, object] = {
        "is_draft": False,
        "is_continued": False,
        "renewal_kind": "auto",
        "notice_value": 60,
        "notice_unit": "days",
        "notice_rule": "before_renewal",
        "window_opens_value": None,
        "window_opens_unit": "days",
        "notice_method": "email",
        "delivery_lead_days": None,
        "notice_given_on": None,
        "cancelled_on": None,
        "terms": [AuditedTerm(1, 1, date(2026, 1, 1), date(2026, 12, 31))],
        "review_buffer_days": 10,
        "works_on": CALENDARS[0].is_business_day,
    }
    found = expectation(AuditedContract(**(values | change)))  # type: ignore[arg-type]  # values by name
    assert found.silence == silence
    assert (found.waiting is None) == (silence is not None)
