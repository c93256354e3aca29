"""What must be decided soon: the right rows, in the right order, with sums that can be checked by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, Term
from contracts.queries.attention import WINDOWS, Attention, attention, decidable
from contracts.queries.fixings import fixing_on
from contracts.queries.flags import open_flags
from contracts.queries.missing import GAPS, lacking, missing_counts
from contracts.rules.vocabulary import Role
from contracts.services import ledger, renewals
from tests.contracts.pages import contract_with_term, member
from tests.factories import (
    AdministratorFactory,
    ContractFactory,
    DepartmentFactory,
    FxRateFactory,
    PriceFlagFactory,
    TermFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def ending(days: int, value: str = "1000", **values: object) -> Contract:
    """Return a contract that simply ends in some days."""
    return contract_with_term(
        renewal_kind="manual",
        notice_value=None,
        start_date=TODAY - timedelta(days=300),
        end_date=TODAY + timedelta(days=days),
        annual_value=Decimal(value),
        **values,
    )


def seen(days: int = 120, limit: int = 50, base: str = "EUR") -> Attention:
    return attention(AdministratorFactory(), today=TODAY, base=base, days=days, limit=limit)


def titles(found: Attention) -> list[str]:
    return [decision.contract.title for decision in found.decisions]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_ends_with_its_last_day(window: int) -> None:
    ending(window, title="inside")
    ending(window + 1, title="outside")
    assert titles(seen(days=window)) == ["inside"]


def test_what_costs_most_per_day_of_delay_comes_first() -> None:
    ending(10, "1000", title="100 a day")
    ending(100, "20000", title="200 a day")
    ending(1, "150", title="150 a day")
    ending(0, "99", title="99 on the last day")
    found = seen()
    assert titles(found) == ["200 a day", "150 a day", "100 a day", "99 on the last day"]
    assert [each.days_left for each in found.decisions] == [100, 1, 10, 0]


def test_currencies_are_ranked_and_summed_at_one_fixing_and_never_one_to_one() -> None:
    FxRateFactory(quote="JPY", rate=Decimal("160"), fixed_on=TODAY - timedelta(days=1))
    FxRateFactory(quote="JPY", rate=Decimal("1"), fixed_on=TODAY - timedelta(days=9))
    FxRateFactory(quote="JPY", rate=Decimal("2"), fixed_on=TODAY + timedelta(days=1))
    ending(30, "16000", currency="JPY", title="100 euros in yen")
    ending(30, "200", currency="EUR", title="200 euros")
    ending(30, "999999", currency="CHF", title="no rate")
    found = seen(days=30)
    assert titles(found) == ["200 euros", "100 euros in yen", "no rate"]
    stake = found.stakes[0]
    assert stake.amounts == {
        "CHF": Decimal("999999"),
        "EUR": Decimal("200"),
        "JPY": Decimal("16000"),
    }
    assert (stake.converted, stake.unconverted, stake.count) == (Decimal("300"), 1, 3)
    assert found.fixing.fixed_on == TODAY - timedelta(days=1)
    assert found.decisions[-1].converted is None


def test_windows_hold_all_that_falls_into_them() -> None:
    for days in (5, 30, 31, 60, 90, 120, 121):
        ending(days)
    assert [(stake.days, stake.count) for stake in seen(days=30).stakes] == [
        (30, 2),
        (60, 4),
        (90, 5),
        (120, 6),
    ]


def test_a_renewing_contract_counts_to_the_day_to_send_notice_by() -> None:
    contract = contract_with_term(notice_value=90, end_date=date(2026, 8, 31))
    decision = seen().decisions[0]
    assert decision.is_notice
    assert decision.act_by == contract.terms.get().send_by == date(2026, 6, 1)


def test_what_can_no_longer_be_decided_is_not_asked() -> None:
    ending(-1, title="ended yesterday")
    contract_with_term(title="locked in", notice_value=90, end_date=TODAY + timedelta(days=80))
    contract_with_term(title="draft", is_draft=True, end_date=TODAY + timedelta(days=150))
    renewed = ending(20, title="renewed")
    renewals.renew(renewed, proposal=renewals.propose(renewed))
    renewals.give_notice(ending(20, title="notice given"), given_on=TODAY)
    assert titles(seen()) == []


def test_a_late_sender_is_asked_until_the_deadline_itself() -> None:
    contract = contract_with_term(notice_value=90, end_date=date(2026, 8, 31))
    term = contract.terms.get()
    assert (term.send_by, term.notice_deadline) == (date(2026, 6, 1), date(2026, 6, 2))
    assert list(decidable(Term.objects.all(), date(2026, 6, 2))) == [term]
    assert list(decidable(Term.objects.all(), date(2026, 6, 3))) == []


def test_a_person_is_asked_about_what_they_see() -> None:
    ours = DepartmentFactory()
    ending(20, title="ours", department=ours)
    ending(20, title="theirs")
    person = member(Role.VIEWER, ours)
    found = attention(person, today=TODAY, base="EUR", days=30, limit=9)
    assert titles(found) == ["ours"]
    assert found.stakes[0].count == 1


def test_the_list_takes_three_statements_however_long() -> None:
    user = AdministratorFactory()
    for days in range(1, 30):
        ending(days, currency="USD")
    with CaptureQueriesContext(connection) as found:
        attention(user, today=TODAY, base="EUR", days=30, limit=12)
    assert len(found) == 3


def test_a_fixing_between_two_other_currencies_goes_through_the_euro() -> None:
    FxRateFactory(quote="USD", rate=Decimal("1.25"), fixed_on=TODAY)
    FxRateFactory(quote="GBP", rate=Decimal("0.80"), fixed_on=TODAY)
    at = fixing_on(TODAY, base="USD", currencies={"GBP", "EUR"})
    assert at.converted(Decimal("100"), "GBP") == Decimal("156.25")
    assert at.converted(Decimal("100"), "EUR") == Decimal("125")
    assert at.converted(Decimal("100"), "USD") == Decimal("100")


def test_without_a_rate_of_the_base_nothing_is_converted() -> None:
    FxRateFactory(quote="GBP", rate=Decimal("0.80"), fixed_on=TODAY)
    at = fixing_on(TODAY, base="USD", currencies={"GBP", "EUR"})
    assert at.converted(Decimal("100"), "GBP") is None
    assert at.converted(Decimal("100"), "EUR") is None


def test_each_gap_is_counted_and_found_by_the_same_rule() -> None:
    owner, user = UserFactory(), AdministratorFactory()
    whole = {"owner": owner, "category": None}
    contract_with_term(title="no owner", owner=None)
    contract_with_term(title="no notice", notice_value=None, owner=owner)
    endless = contract_with_term(title="no end", owner=owner)
    endless.terms.update(end_date=None)
    assumed = contract_with_term(title="assumed", owner=owner)
    assumed.terms.update(is_assumed=True)
    contract_with_term(title="no department", owner=owner, department=None)
    ContractFactory(title="no term", owner=owner)
    contract_with_term(title="over", owner=None, end_date=date(2026, 1, 31))
    contract_with_term(title="left", owner=None, cancelled_on=date(2026, 1, 31))
    contract_with_term(title="evergreen", renewal_kind="evergreen", end_date=None, **whole)
    counts = missing_counts(user, today=TODAY)
    expected = {"owner": 1, "notice": 1, "end": 1, "price": 1, "department": 1, "term": 1}
    assert {gap: counts[gap] for gap in expected} == expected
    for gap in GAPS:
        assert lacking(Contract.objects.all(), gap, TODAY).count() == counts[gap], gap


def test_new_open_flags_come_gravest_first() -> None:
    recent = TermFactory(start_date=TODAY - timedelta(days=5))
    old = TermFactory(start_date=TODAY - timedelta(days=200))
    low = PriceFlagFactory(term=recent, severity="low", amount=Decimal("900"))
    high = PriceFlagFactory(term=recent, kind="cap_breach", severity="high", amount=Decimal("1"))
    PriceFlagFactory(term=recent, kind="hidden_increase", severity="high", state="accepted")
    PriceFlagFactory(term=old, severity="high")
    ledger.refresh([])
    found = open_flags(AdministratorFactory(), first=TODAY - timedelta(days=92), last=TODAY)
    assert list(found) == [high, low]
