"""A page of contracts says where each stands as the statement over all contracts does."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, Term
from contracts.queries.portfolio import with_state
from contracts.queries.standings import Facts, Standing, standings
from contracts.rules.vocabulary import ContractState, RenewalKind
from contracts.services import ledger
from tests import factories

DAYS = [date(2024, 12, 1) + timedelta(days=29 * n) for n in range(40)]


def asked(today: date, *columns: str) -> dict[int, Standing]:
    facts = [
        Facts(*row)
        for row in Contract.objects.values_list(
            "pk", "is_draft", "renewal_kind", "notice_given_on", "cancelled_on"
        )
    ]
    return standings(facts, columns=columns or ("pk",), today=today)


def terms(contract: Contract, *days: tuple[str, str | None]) -> None:
    for seq, (start, end) in enumerate(days, start=1):
        Term.objects.create(
            contract=contract,
            seq=seq,
            start_date=date.fromisoformat(start),
            end_date=date.fromisoformat(end) if end else None,
            annual_value=1000 * seq,
        )


@pytest.fixture
def portfolio(db: None) -> list[Contract]:
    """Return contracts of every kind of life."""
    year = ("2025-01-01", "2025-12-31")
    following = ("2026-01-01", "2026-12-31")
    made: Any = factories.ContractFactory.create
    lives: list[tuple[Contract, tuple[tuple[str, str | None], ...]]] = [
        (made(), ()),
        (made(is_draft=True), (year,)),
        (made(), (year,)),
        (made(), (year, following)),
        (made(renewal_kind=RenewalKind.FIXED), (year,)),
        (made(renewal_kind=RenewalKind.EVERGREEN), (("2025-03-01", None),)),
        (made(window_opens_value=150), (year, following)),
        (made(cancelled_on=date(2025, 6, 30)), (year, following)),
        (made(cancelled_on=date(2024, 12, 31)), (year,)),
        (made(notice_given_on=date(2025, 9, 1)), (year,)),
        (made(notice_given_on=date(2025, 12, 20)), (year,)),
        (made(), (year, ("2025-10-01", "2026-09-30"))),
        (made(), (("2027-01-01", "2027-12-31"),)),
    ]
    for contract, days in lives:
        terms(contract, *days)
    factories.ContractLinkFactory.create(from_contract=lives[2][0], to_contract=lives[3][0])
    factories.ContractLinkFactory.create(from_contract=lives[7][0], to_contract=lives[3][0])
    contracts = [contract for contract, _days in lives]
    ledger.refresh([contract.pk for contract in contracts])
    return contracts


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_rule_and_the_statement_agree_on_every_day(
    portfolio: list[Contract], today: date
) -> None:
    stated = dict(with_state(Contract.objects.order_by(), today).values_list("pk", "state"))
    assert {pk: each.state.value for pk, each in asked(today).items()} == stated


def test_the_days_tried_show_every_state(portfolio: list[Contract]) -> None:
    seen = {each.state for today in DAYS for each in asked(today).values()}
    assert seen == set(ContractState)


def test_the_term_shown_is_the_one_in_force_else_the_last(portfolio: list[Contract]) -> None:
    early_renewal = portfolio[11]
    shown = [
        (asked(day, "seq")[early_renewal.pk].term or (None,))[0]
        for day in (date(2025, 9, 30), date(2025, 10, 1), date(2030, 1, 1), date(2020, 1, 1))
    ]
    assert shown == [1, 2, 2, 2]
    assert asked(date(2025, 1, 1))[portfolio[0].pk].term is None
    assert asked(date(2025, 1, 1))[portfolio[8].pk].term is None


def test_a_page_costs_two_statements_however_many_contracts(portfolio: list[Contract]) -> None:
    facts = [Facts(c.pk, c.is_draft, c.renewal_kind, None, None) for c in portfolio]
    with CaptureQueriesContext(connection) as captured:
        standings(facts, columns=("pk",), today=date(2028, 1, 1))
    assert len(captured) == 2
