"""A renewal adds a term; history is never overwritten."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contracts.models import Contract, Term
from contracts.services import ledger, renewals
from tests.factories import AdministratorFactory, ContractFactory, TermFactory

pytestmark = pytest.mark.django_db


def contract_with(
    start: date, end: date | None, entered: date | None = None, **values: Any
) -> Contract:
    """Return a contract with one term, entered on a day of one's choice."""
    contract: Contract = ContractFactory.create(**values)
    term = TermFactory.create(contract=contract, start_date=start, end_date=end)
    if entered:
        Term.objects.filter(pk=term.pk).update(created_at=f"{entered}T12:00:00Z")
    ledger.refresh([contract.pk])
    return contract


def test_the_next_term_follows_the_day_after_at_the_same_price() -> None:
    proposal = renewals.propose(contract_with(date(2026, 1, 1), date(2026, 12, 31)))
    assert (proposal.start_date, proposal.end_date) == (date(2027, 1, 1), date(2027, 12, 31))
    assert proposal.annual_value == Decimal(12000)


def test_the_renewal_has_the_renewal_length_not_the_initial_one() -> None:
    contract = contract_with(
        date(2021, 1, 1), date(2025, 12, 31), initial_months=60, renewal_months=12
    )
    assert renewals.propose(contract).end_date == date(2026, 12, 31)


def test_rolling_monthly_terms_are_evergreen() -> None:
    contract = contract_with(date(2024, 1, 1), date(2025, 12, 31), renewal_months=1)
    assert renewals.propose(contract).end_date is None


def test_a_renewal_leaves_the_term_before_as_it_was() -> None:
    contract = contract_with(date(2026, 1, 1), date(2026, 12, 31))
    before = Term.objects.values().get()
    user = AdministratorFactory.create()
    proposal = replace(renewals.propose(contract), annual_value=Decimal(13200))
    term = renewals.renew(contract, proposal=proposal, by=user)
    after = Term.objects.values().get(pk=before["id"])
    assert after == {**before, "is_open": False, "updated_at": after["updated_at"]}
    assert (term.seq, term.history.get().history_user) == (2, user)
    assert contract.price_changes.get().unit_pct == Decimal(10)


def test_a_renewal_withdraws_the_notice() -> None:
    contract = contract_with(date(2026, 1, 1), date(2026, 12, 31), notice_given_on=date(2026, 5, 1))
    renewals.renew(contract, proposal=renewals.propose(contract))
    contract.refresh_from_db()
    assert contract.notice_given_on is None


def test_notice_closes_the_open_term() -> None:
    contract = contract_with(date(2026, 1, 1), date(2026, 12, 31))
    renewals.give_notice(contract, given_on=date(2026, 5, 1))
    assert not contract.terms.get().is_open


def test_a_cancelled_contract_has_its_last_day_and_its_reason_and_is_cancelled_once() -> None:
    contract = contract_with(date(2026, 1, 1), date(2026, 12, 31))
    renewals.cancel(contract, last_day=date(2026, 8, 31), reason="Too dear")
    contract.refresh_from_db()
    assert (contract.cancelled_on, contract.leaving_reason) == (date(2026, 8, 31), "Too dear")
    with pytest.raises(ValidationError, match="cancelled already"):
        renewals.cancel(contract, last_day=date(2026, 9, 30), reason="")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"end_date": date(2026, 12, 31)}, "does not end before"),
        ({"start_date": date(2026, 1, 1)}, "starts after the start"),
    ],
)
def test_an_impossible_term_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    contract = contract_with(date(2026, 1, 1), date(2026, 12, 31))
    proposal = replace(renewals.propose(contract), **change)
    with pytest.raises(ValidationError, match=words):
        renewals.renew(contract, proposal=proposal)
    assert contract.terms.count() == 1


def test_a_last_day_after_the_last_term_is_refused() -> None:
    contract = contract_with(date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(ValidationError, match="not after the end"):
        renewals.cancel(contract, last_day=date(2027, 1, 1), reason="")


def test_a_contract_without_terms_has_nothing_to_renew() -> None:
    with pytest.raises(ValidationError, match="no term yet"):
        renewals.propose(ContractFactory.create())


def test_a_contract_without_an_end_is_not_renewed() -> None:
    with pytest.raises(ValidationError, match="no end"):
        renewals.propose(contract_with(date(2026, 1, 1), None, renewal_kind="evergreen"))


def test_an_undecided_contract_renews_by_itself_with_an_assumed_term_once() -> None:
    contract = contract_with(date(2025, 1, 1), date(2025, 12, 31), entered=date(2025, 6, 1))
    assert renewals.roll_over(today=date(2025, 12, 31)) == 0, "in force on its last day"
    assert renewals.roll_over(today=date(2026, 1, 1)) == 1
    assert renewals.roll_over(today=date(2026, 1, 1)) == 0
    term = contract.terms.get(seq=2)
    assert (term.is_assumed, term.start_date) == (True, date(2026, 1, 1))


def test_a_long_outage_renews_as_often_as_the_vendor_did() -> None:
    contract = contract_with(date(2022, 1, 1), date(2022, 12, 31), entered=date(2022, 6, 1))
    assert renewals.roll_over(today=date(2025, 3, 1)) == 3
    assert contract.terms.order_by("-seq")[0].end_date == date(2025, 12, 31)


def test_a_register_of_old_contracts_is_history_not_a_chain_of_renewals() -> None:
    contract_with(date(2015, 1, 1), date(2015, 12, 31), entered=date(2026, 1, 1))
    assert renewals.roll_over(today=date(2026, 2, 1)) == 0


@pytest.mark.parametrize(
    "values",
    [
        {"renewal_kind": "fixed"},
        {"renewal_kind": "manual"},
        {"cancelled_on": date(2025, 12, 31)},
        {"notice_given_on": date(2025, 7, 1)},
    ],
)
def test_what_does_not_renew_by_itself_is_left_alone(values: dict[str, Any]) -> None:
    contract_with(date(2025, 1, 1), date(2025, 12, 31), entered=date(2025, 6, 1), **values)
    assert renewals.roll_over(today=date(2026, 2, 1)) == 0
