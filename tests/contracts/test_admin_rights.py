"""Who sees and changes what in the admin: one rule for lists, pages, actions, history and export."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Alert, Contract, Department
from contracts.querysets.access import EDITING_ROLES
from contracts.rules.vocabulary import AlertState, Role
from contracts.services import records
from tests.contracts.pages import contract_with_term, filled, member, page, signed_in, superuser
from tests.factories import (
    AlertFactory,
    DepartmentFactory,
    DestinationFactory,
    UserFactory,
    VendorFactory,
)

pytestmark = pytest.mark.django_db
MOVES = ("renew", "notice", "cancel", "acknowledge")


@pytest.fixture
def ours() -> Department:
    return DepartmentFactory(name="Ours")


@pytest.fixture
def contract(ours: Department) -> Contract:
    return contract_with_term(title="of ours", department=ours)


@pytest.fixture
def foreign() -> Contract:
    return contract_with_term(title="of theirs", department=DepartmentFactory(name="Theirs"))


@pytest.fixture
def editor(ours: Department) -> Client:
    return signed_in(member(Role.EDITOR, ours))


@pytest.fixture
def viewer(ours: Department) -> Client:
    return signed_in(member(Role.VIEWER, ours))


def titles(client: Client) -> set[str]:
    rows = client.get(page("contracts_contract_changelist")).context["cl"].result_list
    return {row.title for row in rows}


@pytest.mark.parametrize("role", list(Role))
def test_a_member_of_a_department_sees_its_contracts_alone(
    role: Role, ours: Department, contract: Contract, foreign: Contract
) -> None:
    assert titles(signed_in(member(role, ours))) == {"of ours"}


def test_a_person_without_a_role_sees_nothing_and_is_told_so(contract: Contract) -> None:
    nobody = signed_in(UserFactory())
    assert titles(nobody) == set()
    assert "No contract is visible to you." in nobody.get(page("index")).content.decode()


def test_an_owner_sees_the_contract_without_any_role() -> None:
    owner = UserFactory()
    contract_with_term(title="mine", owner=owner, department=None)
    assert titles(signed_in(owner)) == {"mine"}


def test_a_department_above_sees_what_is_below() -> None:
    above = records.store(Department(name="Above"))
    below = records.store(Department(name="Below", parent=above))
    contract_with_term(title="deep", department=below)
    assert titles(signed_in(member(Role.VIEWER, above))) == {"deep"}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("kind", ["change", "history", "delete"])
def test_the_pages_of_a_foreign_contract_do_not_open(
    role: Role, kind: str, ours: Department, foreign: Contract
) -> None:
    client = signed_in(member(role, ours))
    response = client.get(page(f"contracts_contract_{kind}", foreign.pk))
    assert response.status_code in (302, 403, 404)
    assert "of theirs" not in response.content.decode()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("move", MOVES)
def test_nobody_decides_about_a_foreign_contract(
    role: Role, move: str, ours: Department, foreign: Contract
) -> None:
    client = signed_in(member(role, ours))
    address = page(f"contracts_contract_{move}", foreign.pk)
    assert client.get(address).status_code == 404
    assert client.post(address, {}).status_code == 404


@pytest.mark.parametrize("move", MOVES)
def test_a_viewer_decides_nothing(move: str, viewer: Client, contract: Contract) -> None:
    address = page(f"contracts_contract_{move}", contract.pk)
    assert viewer.get(address).status_code == 403
    assert viewer.post(address, {"given_on": "2026-01-01"}).status_code == 403


def test_a_viewer_reads_a_contract_and_changes_nothing(viewer: Client, contract: Contract) -> None:
    address = page("contracts_contract_change", contract.pk)
    text = viewer.get(address).content.decode()
    assert "The contract asks for notice of 90 days." in text
    assert 'data-move="renew"' not in text
    assert 'name="_save"' not in text
    assert viewer.post(address, {"title": "taken"}).status_code == 403
    assert viewer.post(page("contracts_contract_delete", contract.pk)).status_code == 403
    assert viewer.get(page("contracts_contract_add")).status_code == 403
    assert Contract.objects.get().title == "of ours"


def test_an_editor_changes_a_contract_and_the_history_names_them(
    editor: Client, contract: Contract
) -> None:
    address = page("contracts_contract_change", contract.pk)
    data = filled(editor.get(address)) | {"title": "renamed"}
    assert editor.post(address, data).status_code == 302
    changed = Contract.objects.get()
    assert changed.title == "renamed"
    assert changed.version == contract.version + 1
    assert changed.history.first().history_user.memberships.get().role in EDITING_ROLES
    assert "renamed" in editor.get(page("contracts_contract_history", contract.pk)).content.decode()


def test_an_editor_does_not_move_a_contract_to_a_department_of_others(
    editor: Client, contract: Contract, foreign: Contract
) -> None:
    address = page("contracts_contract_change", contract.pk)
    data = filled(editor.get(address)) | {"department": foreign.department_id}
    response = editor.post(address, data)
    assert "department" in response.context["adminform"].form.errors
    contract.refresh_from_db()
    assert contract.department != foreign.department


def test_an_editor_does_not_add_a_term_to_a_foreign_contract(
    editor: Client, contract: Contract, foreign: Contract
) -> None:
    data = {"contract": foreign.pk, "start_date": "2027-01-01", "annual_value": "1"}
    response = editor.post(page("contracts_term_add"), data)
    assert "contract" in response.context["adminform"].form.errors
    assert foreign.terms.count() == 1


def test_an_old_version_is_read_and_never_put_back(editor: Client, contract: Contract) -> None:
    version = contract.history.get() if contract.history.exists() else None
    contract.title = "second"
    records.store(contract)
    version = version or contract.history.first()
    address = page("contracts_contract_simple_history", contract.pk, version.pk)
    assert editor.get(address).status_code == 200
    assert editor.post(address, {"title": "put back"}).status_code == 403
    assert Contract.objects.get().title == "second"


def test_the_history_of_a_foreign_contract_stays_closed(viewer: Client, foreign: Contract) -> None:
    records.store(foreign)
    version = foreign.history.first()
    address = page("contracts_contract_simple_history", foreign.pk, version.pk)
    assert viewer.get(address).status_code == 403


def test_an_export_holds_only_what_the_person_sees(
    viewer: Client, contract: Contract, foreign: Contract
) -> None:
    data = {
        "action": "export_csv",
        "select_across": "1",
        "_selected_action": [contract.pk, foreign.pk],
    }
    response = viewer.post(page("contracts_contract_changelist"), data)
    text = response.getvalue().decode()
    assert "of ours" in text
    assert "of theirs" not in text


def test_only_alerts_of_contracts_one_edits_are_acknowledged(
    editor: Client, contract: Contract
) -> None:
    mine = AlertFactory(term=contract.terms.get())
    data = {"action": "acknowledge", "_selected_action": [mine.pk]}
    editor.post(page("contracts_alert_changelist"), data)
    mine.refresh_from_db()
    assert mine.state == AlertState.ACKNOWLEDGED


def test_a_viewer_acknowledges_nothing(viewer: Client, contract: Contract) -> None:
    mine = AlertFactory(term=contract.terms.get())
    data = {"action": "acknowledge", "_selected_action": [mine.pk]}
    viewer.post(page("contracts_alert_changelist"), data)
    assert Alert.objects.get().state == AlertState.OPEN


@pytest.mark.parametrize(
    ("model", "data"),
    [
        ("department", {"name": "New"}),
        ("membership", {}),
        ("alertpolicy", {"name": "New", "offsets": "[30]"}),
    ],
)
def test_organisation_belongs_to_its_administrators(
    model: str, data: dict[str, str], editor: Client, ours: Department
) -> None:
    assert editor.get(page(f"contracts_{model}_add")).status_code == 403
    assert editor.post(page(f"contracts_{model}_add"), data).status_code == 403
    assert editor.get(page(f"contracts_{model}_changelist")).status_code == 200
    administrator = signed_in(member(Role.ADMINISTRATOR, None))
    assert administrator.get(page(f"contracts_{model}_add")).status_code == 200
    of_department = signed_in(member(Role.ADMINISTRATOR, ours))
    assert of_department.get(page(f"contracts_{model}_add")).status_code == 403


def test_a_vendor_page_lists_only_contracts_one_sees(viewer: Client, ours: Department) -> None:
    vendor = VendorFactory()
    contract_with_term(title="of ours", department=ours, vendor=vendor)
    contract_with_term(title="of theirs", vendor=vendor)
    text = viewer.get(page("contracts_vendor_change", vendor.pk)).content.decode()
    assert "of ours" in text
    assert "of theirs" not in text
    counted = viewer.get(page("contracts_vendor_changelist")).context["cl"].result_list
    assert {row.pk: row.contracts_seen for row in counted}[vendor.pk] == 1


def test_a_destination_is_seen_by_its_owner(editor: Client) -> None:
    DestinationFactory(address="somebody@else.example", owner=UserFactory())
    rows = editor.get(page("contracts_destination_changelist")).context["cl"].result_list
    assert list(rows) == []


def test_somebody_who_may_not_sign_in_is_sent_to_the_sign_in() -> None:
    outsider = signed_in(UserFactory(is_staff=False))
    response = outsider.get(page("contracts_contract_changelist"))
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


def test_a_ledger_row_is_never_changed_on_a_page(contract: Contract) -> None:
    client = superuser()
    data = {
        "source": "manual",
        "external_id": "1",
        "contract": contract.pk,
        "vendor": contract.vendor_id,
        "charged_on": "2026-02-01",
        "currency": "EUR",
        "gross": "10.50",
        "discount": "0",
        "allowance": "0",
        "credit": "0",
        "tax": "0",
    }
    assert client.post(page("contracts_charge_add"), data).status_code == 302
    charge = contract.charges.get()
    assert (charge.gross, charge.charged_on) == (Decimal("10.50"), date(2026, 2, 1))
    assert client.post(page("contracts_charge_change", charge.pk), data).status_code == 403
    assert client.post(page("contracts_charge_delete", charge.pk)).status_code == 403


def test_the_navigation_of_a_member_costs_a_few_statements(
    viewer: Client, contract: Contract
) -> None:
    with CaptureQueriesContext(connection) as found:
        assert viewer.get(page("contracts_contract_changelist")).status_code == 200
    # One of them counts the inbox, one looks for a hold.
    assert len(found) <= 10
