"""The state of a contract in SQL is the state that the rule says."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from contracts.models import Contract
from contracts.queries.portfolio import in_state, with_standing
from contracts.queries.timeline import standing
from contracts.rules.vocabulary import ContractState
from contracts.services import ledger
from tests.factories import ContractFactory, ContractLinkFactory, DepartmentFactory, TermFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
SEED = 20260302
CONTRACTS = 150


def around(dice: Random, days: int) -> date:
    return TODAY + timedelta(days=dice.randint(-days, days))


def any_contract(dice: Random, **common: object) -> Contract:
    """Return a contract of any kind, some of its terms void, over, early, without an end or absent."""
    contract = ContractFactory(
        renewal_kind=dice.choice(["auto", "auto", "fixed", "manual", "evergreen"]),
        notice_value=dice.choice([None, 0, 30, 90]),
        window_opens_value=dice.choice([None, None, 120]),
        is_draft=dice.random() < 0.05,
        cancelled_on=around(dice, 200) if dice.random() < 0.2 else None,
        notice_given_on=around(dice, 90) if dice.random() < 0.2 else None,
        **common,
    )
    start = around(dice, 500)
    for seq in range(1, dice.randint(0, 3) + 1):
        days = dice.choice([30, 180, 365])
        endless = dice.random() < 0.1
        end = None if endless else start + timedelta(days=days)
        TermFactory(contract=contract, seq=seq, start_date=start, end_date=end)
        start += timedelta(days=days + dice.choice([1, 1, 40, -10]))
    return contract


@pytest.fixture
def portfolio() -> list[Contract]:
    dice = Random(SEED)
    department = DepartmentFactory()
    contracts = [any_contract(dice, department=department) for _ in range(CONTRACTS)]
    for onward in dice.sample(contracts, 12):
        ContractLinkFactory(from_contract=onward, to_contract=dice.choice(contracts))
    ledger.refresh([contract.pk for contract in contracts])
    return list(Contract.objects.order_by("pk"))


def test_every_contract_has_the_state_of_the_rule(portfolio: list[Contract]) -> None:
    in_sql = {row.pk: row.state for row in with_standing(Contract.objects.all(), TODAY)}
    by_rule = {each.pk: standing(each, today=TODAY).state.value for each in portfolio}
    assert in_sql == by_rule
    assert len(set(by_rule.values())) >= 8, "the portfolio is too tame to prove anything"


def test_each_state_can_be_filtered(portfolio: list[Contract]) -> None:
    states = {row.pk: row.state for row in with_standing(Contract.objects.all(), TODAY)}
    for state in ContractState:
        found = set(in_state(Contract.objects.all(), state, TODAY).values_list("pk", flat=True))
        assert found == {pk for pk, each in states.items() if each == state}


def test_the_value_is_that_of_the_term_in_force_and_the_end_that_of_the_last() -> None:
    contract = ContractFactory()
    TermFactory(contract=contract, seq=1, annual_value=Decimal("100"))
    TermFactory(
        contract=contract,
        seq=2,
        start_date=date(2027, 1, 1),
        end_date=date(2027, 12, 31),
        annual_value=Decimal("120"),
    )
    other = ContractFactory()
    TermFactory(contract=other, annual_value=Decimal("7"))
    ledger.refresh([contract.pk, other.pk])
    row = with_standing(Contract.objects.all(), TODAY).get(pk=contract.pk)
    assert (row.value, row.ends_on) == (Decimal("100"), date(2027, 12, 31))
    assert with_standing(Contract.objects.all(), TODAY).get(pk=other.pk).value == Decimal("7")


def test_the_days_are_those_of_the_term_that_awaits_a_decision() -> None:
    contract = ContractFactory(notice_value=90)
    TermFactory(contract=contract)
    ledger.refresh([contract.pk])
    row = with_standing(Contract.objects.all(), TODAY).get()
    assert row.notice_deadline == date(2026, 10, 2)
    assert row.send_by <= row.notice_deadline
    Contract.objects.update(cancelled_on=date(2026, 6, 30))
    ledger.refresh([contract.pk])
    decided = with_standing(Contract.objects.all(), TODAY).get()
    assert decided.notice_deadline is decided.send_by is decided.anchor_date is None
