"""Every table has its pages, and none of them asks the database more the more rows there are."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.services import ledger
from tests import factories
from tests.contracts.pages import contract_with_term, page, superuser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
# Which tables need none, and why, is in tests/architecture.
OURS = [
    model
    for app in ("contracts", "accounts")
    for model in apps.get_app_config(app).get_models()
    if not model.__name__.startswith("Historical") and admin.site.is_registered(model)
]


@pytest.fixture
def spring() -> object:
    with time_machine.travel("2026-03-02 09:00", tick=False):
        yield


def named(model: type[models.Model], kind: str) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}_{kind}"


def one_of(model: type[models.Model]) -> models.Model:
    row: models.Model = getattr(factories, f"{model.__name__}Factory")()
    return row


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_table_has_pages_that_open(model: type[models.Model]) -> None:
    client, row = superuser(), one_of(model)
    assert client.get(page(named(model, "changelist"))).status_code == 200
    assert client.get(page(named(model, "change"), row.pk)).status_code == 200
    assert client.get(page(named(model, "history"), row.pk)).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_row_is_added_on_a_page_or_by_the_machine_alone(model: type[models.Model]) -> None:
    by_machine = {
        "Alert", "Delivery", "DeliveryAttempt", "Heartbeat", "Hold", "ImportRun",
        "NotificationPreference", "PriceChange", "PriceFlag",
    }  # fmt: skip
    code = superuser().get(page(named(model, "add"))).status_code
    assert code == (403 if model.__name__ in by_machine else 200)


def test_groups_have_no_page() -> None:
    assert not admin.site.is_registered(Group)


LISTS = [
    model
    for model in OURS
    if model.__name__ not in ("Category", "Department", "Heartbeat", "AlertPolicy")
]


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_a_list_asks_no_more_for_many_rows_than_for_few(model: type[models.Model]) -> None:
    client = superuser()
    address = page(named(model, "changelist"))
    for _ in range(2):
        one_of(model)
    few = statements(client, address)
    for _ in range(12):
        one_of(model)
    assert statements(client, address) <= few
    assert few <= 10


def test_the_contract_list_takes_five_statements_one_for_the_inbox() -> None:
    client = superuser()
    for _ in range(3):
        contract_with_term()
    assert statements(client, page("contracts_contract_changelist")) == 5


def test_a_contract_page_asks_no_more_for_a_long_history() -> None:
    client, contract = superuser(), contract_with_term()
    address = page("contracts_contract_change", contract.pk)
    few = statements(client, address)
    for number in range(2, 14):
        factories.TermFactory(
            contract=contract,
            seq=number,
            start_date=date(2025 + number, 1, 1),
            end_date=date(2025 + number, 12, 31),
            annual_value=Decimal(12000 + 700 * number),
        )
    ledger.refresh([contract.pk])
    assert statements(client, address) <= few + 2


def test_the_page_of_a_contract_shows_the_proof_of_its_deadline_and_the_money() -> None:
    contract = contract_with_term(notice_value=90)
    text = superuser().get(page("contracts_contract_change", contract.pk)).content.decode()
    assert "The contract asks for notice of 90 days." in text
    assert "the last day for it is 2 Oct 2026" in text
    assert "10 working days are kept for the decision" in text
    assert "€12,000.00" in text


def test_the_page_of_a_contract_without_a_term_says_what_to_do() -> None:
    contract = factories.ContractFactory()
    text = superuser().get(page("contracts_contract_change", contract.pk)).content.decode()
    assert "No term yet. Add the first one under Terms below" in text


def test_the_page_of_a_term_shows_its_own_proof() -> None:
    term = contract_with_term(notice_value=3, notice_unit="months").terms.get()
    text = superuser().get(page("contracts_term_change", term.pk)).content.decode()
    assert "The contract asks for notice of 3 months." in text
    assert "30 Sept 2026" in text


def test_contracts_are_found_by_title_reference_vendor_and_alias() -> None:
    contract = contract_with_term(title="Chat for all", external_reference="PO-77")
    factories.VendorAliasFactory(vendor=contract.vendor, name="SLACK TECH LTD")
    contract_with_term()
    for term in ("chat for", "po-77", contract.vendor.name, "slack tech"):
        response = superuser().get(page("contracts_contract_changelist", q=term))
        assert [row.pk for row in response.context["cl"].result_list] == [contract.pk], term


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "active"}, "running"),
        ({"state": "expired"}, "over"),
        ({"state": "in_force"}, "running"),
        ({"decide": "120"}, "soon"),
        ({"missing": "owner"}, "ownerless"),
        ({"renewal_kind__exact": "manual"}, "by hand"),
        ({"state": "nonsense", "decide": "x", "missing": "?"}, "running"),
    ],
)
def test_the_list_is_filtered(query: dict[str, str], found: str) -> None:
    owner = factories.UserFactory()
    contract_with_term(title="running", owner=owner)
    contract_with_term(title="ownerless", owner=None)
    contract_with_term(title="by hand", renewal_kind="manual", owner=owner)
    year_before = {"start_date": date(2025, 1, 1), "end_date": date(2025, 12, 31)}
    contract_with_term(title="over", owner=owner, renewal_kind="fixed", **year_before)
    contract_with_term(title="soon", owner=owner, end_date=date(2026, 8, 31))
    response = superuser().get(page("contracts_contract_changelist", **query))
    titles = {row.title for row in response.context["cl"].result_list}
    assert found in titles
    assert titles == {"running", "ownerless", "by hand", "over", "soon"} or len(titles) < 5


@pytest.mark.parametrize("column", range(1, 11), ids=lambda number: f"column {number}")
def test_the_list_sorts_by_every_column(column: int) -> None:
    contract_with_term()
    factories.ContractFactory()
    for order in (column, -column):
        response = superuser().get(page("contracts_contract_changelist", o=order))
        assert len(response.context["cl"].result_list) == 2
