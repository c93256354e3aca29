"""Renew, give notice, cancel and acknowledge as a person does it on the pages of a contract."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from contracts.models import Contract
from contracts.rules.vocabulary import AlertState
from contracts.services import records, renewals
from tests.contracts.pages import contract_with_term, filled, page, superuser
from tests.factories import AlertFactory, ContractFactory, PriceFlagFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


@pytest.fixture
def spring() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return superuser()


@pytest.fixture
def contract() -> Contract:
    return contract_with_term(title="Chat")


def address(contract: Contract, move: str) -> str:
    return page(f"contracts_contract_{move}", contract.pk)


def offered(client: Client, contract: Contract, move: str) -> dict[str, Any]:
    """Return what the form of a move is filled with, as a browser would send it."""
    form = client.get(address(contract, move)).context["form"]
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: str(value) for name, value in values.items() if value is not None}


def test_the_next_term_is_filled_in_and_saved(client: Client, contract: Contract) -> None:
    values = offered(client, contract, "renew")
    assert values["start_date"] == "2027-01-01"
    assert values["end_date"] == "2027-12-31"
    assert Decimal(values["annual_value"]) == 12000
    response = client.post(address(contract, "renew"), values | {"annual_value": "13000.50"})
    assert response.status_code == 302
    new = contract.terms.get(seq=2)
    assert new.annual_value == Decimal("13000.50")
    assert new.is_open
    assert contract.price_changes.get().unit_pct > 8


def test_a_native_date_picker_gets_and_sends_iso_days(client: Client, contract: Contract) -> None:
    text = client.get(address(contract, "renew")).content.decode()
    assert 'type="date" name="start_date" value="2027-01-01"' in text


def test_the_page_of_a_contract_leads_to_every_decision(client: Client, contract: Contract) -> None:
    text = client.get(page("contracts_contract_change", contract.pk)).content.decode()
    for move in ("renew", "notice", "cancel"):
        assert f'href="{address(contract, move)}"' in text


def test_an_impossible_next_term_stays_on_the_page_with_its_reason(
    client: Client, contract: Contract
) -> None:
    values = offered(client, contract, "renew")
    response = client.post(address(contract, "renew"), values | {"end_date": "2026-06-30"})
    assert response.status_code == 200
    assert "A term does not end before it starts." in response.content.decode()
    early = values | {"start_date": "2025-01-01"}
    refused = client.post(address(contract, "renew"), early)
    assert "The next term starts after the start" in refused.content.decode()
    assert contract.terms.count() == 1


@pytest.mark.parametrize("value", ["", "-1", "abc", "1.23456", "9" * 20])
def test_an_amount_that_is_none_is_refused(client: Client, contract: Contract, value: str) -> None:
    values = offered(client, contract, "renew") | {"annual_value": value}
    response = client.post(address(contract, "renew"), values)
    assert "annual_value" in response.context["form"].errors
    assert contract.terms.count() == 1


def test_a_contract_without_a_term_is_not_renewed_but_explained(client: Client) -> None:
    contract = ContractFactory()
    response = client.get(address(contract, "renew"), follow=True)
    assert response.redirect_chain[0][0] == page("contracts_contract_change", contract.pk)
    assert "The contract has no term yet" in response.content.decode()


def test_notice_is_recorded_for_the_day_named(client: Client, contract: Contract) -> None:
    assert offered(client, contract, "notice") == {"given_on": "2026-03-02"}
    client.post(address(contract, "notice"), {"given_on": "2026-02-27"})
    contract.refresh_from_db()
    assert contract.notice_given_on == date(2026, 2, 27)
    assert not contract.terms.get().is_open


def test_a_cancellation_needs_its_last_day_and_a_reason(client: Client, contract: Contract) -> None:
    assert offered(client, contract, "cancel")["last_day"] == "2026-12-31"
    missing = client.post(address(contract, "cancel"), {"last_day": "2026-12-31"})
    assert "reason" in missing.context["form"].errors
    client.post(address(contract, "cancel"), {"last_day": "2026-12-31", "reason": "Unused"})
    contract.refresh_from_db()
    assert (contract.cancelled_on, contract.leaving_reason) == (date(2026, 12, 31), "Unused")
    text = client.get(page("contracts_contract_change", contract.pk)).content.decode()
    assert "Cancelled: the last day in force is 31 Dec 2026." in text


def test_a_second_cancellation_is_refused_with_its_reason(
    client: Client, contract: Contract
) -> None:
    renewals.cancel(contract, last_day=date(2026, 12, 31), reason="Unused")
    again = client.post(
        address(contract, "cancel"), {"last_day": "2026-11-30", "reason": "Still unused"}
    )
    assert "The contract is cancelled already." in again.content.decode()


def test_open_alerts_are_acknowledged_with_one_button(client: Client, contract: Contract) -> None:
    alert = AlertFactory(term=contract.terms.get())
    text = client.get(page("contracts_contract_change", contract.pk)).content.decode()
    assert f'action="{address(contract, "acknowledge")}"' in text
    assert client.get(address(contract, "acknowledge")).status_code == 405
    client.post(address(contract, "acknowledge"))
    alert.refresh_from_db()
    assert alert.state == AlertState.ACKNOWLEDGED
    assert alert.acknowledged_by is not None
    text = client.get(page("contracts_contract_change", contract.pk)).content.decode()
    assert "Acknowledge alerts" not in text


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(
    client: Client, contract: Contract
) -> None:
    change = page("contracts_contract_change", contract.pk)
    data = filled(client.get(change)) | {"title": "mine"}
    contract.title = "theirs"
    records.store(contract)
    response = client.post(change, data, follow=True)
    assert "Nothing was saved: somebody else changed this" in response.content.decode()
    assert Contract.objects.get().title == "theirs"


def test_a_term_added_on_the_contract_page_moves_the_deadline(
    client: Client, contract: Contract
) -> None:
    change = page("contracts_contract_change", contract.pk)
    data = filled(client.get(change)) | {
        "terms-TOTAL_FORMS": "2",
        "terms-1-start_date": "2027-01-01",
        "terms-1-end_date": "2027-12-31",
        "terms-1-annual_value": "15000",
    }
    assert client.post(change, data).status_code == 302
    new = contract.terms.get(seq=2)
    assert new.notice_deadline == date(2027, 10, 2)
    assert not contract.terms.get(seq=1).is_open


def test_a_changed_notice_period_moves_the_deadline(client: Client, contract: Contract) -> None:
    change = page("contracts_contract_change", contract.pk)
    data = filled(client.get(change)) | {"notice_value": "30"}
    assert client.post(change, data).status_code == 302
    assert contract.terms.get().notice_deadline == date(2026, 12, 1)


def test_a_broken_promise_of_the_database_is_a_message(client: Client, contract: Contract) -> None:
    change = page("contracts_contract_change", contract.pk)
    data = filled(client.get(change)) | {"cap_kind": "fixed"}
    response = client.post(change, data)
    assert "A fixed cap needs its percentage" in response.content.decode()


def test_a_contract_is_deleted_with_what_the_machine_wrote(
    client: Client, contract: Contract
) -> None:
    AlertFactory(term=contract.terms.get())
    PriceFlagFactory(term=contract.terms.get())
    response = client.post(page("contracts_contract_delete", contract.pk), {"post": "yes"})
    assert response.status_code == 302
    assert not Contract.objects.exists()
