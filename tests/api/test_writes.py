"""What a request may write: known fields, within rights, exact amounts; every error in one shape."""

import json
from typing import Any

import pytest
from django.urls import reverse
from rest_framework import serializers
from rest_framework.test import APIClient, APIRequestFactory

from contracts.api.fields import ScopedRelatedField
from contracts.api.urls import RESOURCES
from contracts.models import Contract
from tests import factories
from tests.api.bodies import CHANGE, CREATE
from tests.api.conftest import World

MISSING = 987_654_321
CREATABLE = sorted(set(CREATE) - {"api-tokens"})


def collection(resource: str) -> str:
    return reverse(f"api:{resource}-list")


def post(client: APIClient, resource: str, body: Any) -> Any:
    return client.post(collection(resource), body, format="json")


def assert_problem(body: dict[str, Any]) -> None:
    assert set(body) >= {"code", "detail", "errors"}
    assert all(set(error) == {"code", "pointer", "detail"} for error in body["errors"])


@pytest.mark.parametrize("resource", CREATABLE)
def test_a_field_that_nobody_knows_is_an_error(
    world: World, administrator: APIClient, resource: str
) -> None:
    answer = post(administrator, resource, CREATE[resource](world) | {"colour": "red"})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "unknown_field",
        "detail": "There is no such field.",
        "errors": [
            {"code": "unknown_field", "pointer": "/colour", "detail": "There is no such field."}
        ],
    }


@pytest.mark.parametrize("resource", sorted(CHANGE))
def test_what_was_read_can_be_sent_back_and_read_only_fields_stay(
    world: World, administrator: APIClient, resource: str
) -> None:
    path = reverse(f"api:{resource}-detail", args=[world.rows[resource].pk])
    before = administrator.get(path).json()
    read_only = {
        name: "changed"
        for name, field in RESOURCES[resource].serializer_class().fields.items()
        if field.read_only
    }
    headers = {"If-Match": f'"{before.get("version", 1)}"'}
    answer = administrator.patch(path, before | read_only, format="json", headers=headers)
    assert answer.status_code == 200, answer.json()
    kept = {name: answer.json()[name] for name in before if name not in {"version", "updated_at"}}
    assert kept == {name: before[name] for name in kept}


@pytest.mark.parametrize("resource", CREATABLE)
def test_a_hidden_column_is_no_field(world: World, administrator: APIClient, resource: str) -> None:
    viewset = RESOURCES[resource]
    shown = set(viewset.serializer_class().fields)
    hidden = [f.name for f in viewset.model._meta.concrete_fields if f.name not in shown]
    body = CREATE[resource](world) | dict.fromkeys(["pk", "_state", *hidden], 1)
    answer = post(administrator, resource, body)
    assert {error["code"] for error in answer.json()["errors"]} == {"unknown_field"}


def relations() -> list[tuple[str, str]]:
    """Return every relation that a request may write."""
    return [
        (resource, name)
        for resource in CREATABLE
        for name, field in RESOURCES[resource].serializer_class().fields.items()
        if isinstance(field, serializers.RelatedField) and not field.read_only
    ]


def test_every_written_relation_is_scoped() -> None:
    assert len(relations()) >= 15
    fields = [RESOURCES[r].serializer_class().fields[name] for r, name in relations()]
    assert all(isinstance(field, ScopedRelatedField) for field in fields)


FOREIGN = {
    ("contract-links", "from_contract"): "contracts",
    ("contract-links", "to_contract"): "contracts",
    ("terms", "contract"): "contracts",
    ("charges", "contract"): "contracts",
    ("licence-lines", "term"): "terms",
    ("documents", "contract"): "contracts",
    ("contracts", "department"): "departments",
    ("charges", "department"): "departments",
}


@pytest.mark.parametrize(("resource", "name"), relations())
def test_a_foreign_id_and_a_missing_one_have_the_same_answer(
    world: World, editor: APIClient, resource: str, name: str
) -> None:
    contract = factories.ContractFactory.create(department=world.abroad)
    foreign = {
        "contracts": contract.pk,
        "terms": factories.TermFactory.create(contract=contract).pk,
        "departments": world.abroad.pk,
    }.get(FOREIGN.get((resource, name), ""), MISSING - 1)
    request = APIRequestFactory().post("/")
    request.user = world.people["editor"]
    field = RESOURCES[resource].serializer_class(context={"request": request}).fields[name]
    errors = []
    for pk in (foreign, MISSING):
        with pytest.raises(serializers.ValidationError) as refused:
            field.run_validation(pk)
        text = json.dumps(refused.value.get_full_details()).replace(str(pk), "N")
        errors.append(text)
    assert errors[0] == errors[1]
    assert "does_not_exist" in errors[0]


def test_an_editor_moves_no_contract_into_a_foreign_department(
    world: World, editor: APIClient
) -> None:
    contract = world.rows["contracts"]
    path = reverse("api:contracts-detail", args=[contract.pk])
    headers = {"If-Match": '"1"'}
    answer = editor.patch(path, {"department": world.abroad.pk}, format="json", headers=headers)
    assert answer.json()["errors"][0]["pointer"] == "/department"
    contract.refresh_from_db()
    assert contract.department == world.home


@pytest.mark.parametrize("department", [{}, {"department": None}])
def test_only_those_who_edit_everywhere_leave_the_department_out(
    world: World, editor: APIClient, administrator: APIClient, department: dict[str, Any]
) -> None:
    body = CREATE["contracts"](world)
    del body["department"]
    assert post(editor, "contracts", body | department).json()["code"] == "required"
    assert post(administrator, "contracts", body | department).status_code == 201


def test_an_owner_without_a_role_changes_the_contract_but_not_its_department(
    world: World, as_role: Any
) -> None:
    contract = factories.ContractFactory.create(
        department=world.home, owner=world.people["outsider"]
    )
    path = reverse("api:contracts-detail", args=[contract.pk])
    owner, headers = as_role("outsider"), {"If-Match": '"1"'}
    moved = {"department": world.abroad.pk}
    assert owner.patch(path, moved, format="json", headers=headers).status_code == 400
    assert owner.patch(path, {"note": "mine"}, format="json", headers=headers).status_code == 200


def test_nobody_names_another_owner_of_a_destination(
    world: World, editor: APIClient, administrator: APIClient
) -> None:
    body = {"address": "x@tracker.example", "owner": world.people["viewer"].pk}
    assert post(editor, "destinations", body).json()["code"] == "not_yours"
    assert post(administrator, "destinations", body).status_code == 201
    mine = post(editor, "destinations", {"address": "y@tracker.example"}).json()
    assert mine["owner"] == world.people["editor"].pk


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("1200", "1200.00"),
        ("1200.5", "1200.50"),
        ("0.0125", "0.0125"),
        ("99999999999999.9999", "99999999999999.9999"),
        (7, "7.00"),
    ],
)
def test_an_amount_comes_back_exactly(
    world: World, administrator: APIClient, given: Any, shown: str
) -> None:
    body = CREATE["charges"](world) | {"gross": given, "credit": "-0.10"}
    answer = post(administrator, "charges", body)
    assert (answer.json()["gross"], answer.json()["credit"]) == (shown, "-0.10")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0.1, "fraction"),
        (True, "fraction"),
        ("1,200.00", "invalid"),
        ("NaN", "invalid"),
        ("Infinity", "invalid"),
        ("0.00001", "max_decimal_places"),
        ("1e30", "max_digits"),
        ("1" * 2000, "max_string_length"),
        ({}, "invalid"),
        (None, "null"),
    ],
)
def test_what_is_no_exact_amount_is_refused(
    world: World, administrator: APIClient, value: Any, code: str
) -> None:
    answer = post(administrator, "charges", CREATE["charges"](world) | {"gross": value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/gross"
    assert answer.json()["code"] == code


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_outside_the_lifetime_of_contracts_is_refused(
    world: World, administrator: APIClient, day: str
) -> None:
    answer = post(administrator, "terms", CREATE["terms"](world) | {"start_date": day})
    assert answer.json()["code"] == "range"


@pytest.mark.parametrize(
    ("resource", "change", "pointer"),
    [
        ("contracts", {"cap_kind": "fixed"}, ""),
        ("contracts", {"initial_months": 0}, ""),
        ("contracts", {"currency": "Euro"}, "/currency"),
        ("contracts", {"notice_value": -1}, "/notice_value"),
        ("contracts", {"notice_value": 3661}, "/notice_value"),
        ("contracts", {"tags": ["a", 1, {}]}, "/tags/2"),
        ("terms", {"end_date": "2026-01-01"}, ""),
        ("terms", {"annual_value": "-1"}, ""),
        ("licence-lines", {"discount_pct": "101"}, ""),
        ("fx-rates", {"rate": "0"}, ""),
        ("budgets", {"key": "Sales"}, ""),
        ("index-values", {"month": "2026-01-02"}, "/month"),
        ("index-values", {"value": "0"}, ""),
        ("alert-policies", {"offsets": [30, 60]}, "/offsets"),
        ("alert-policies", {"offsets": []}, "/offsets"),
        ("vendors", {"calendar": "Bavaria"}, "/calendar"),
        ("contract-links", {"kind": "marriage"}, "/kind"),
    ],
)
def test_a_promise_of_the_database_is_kept_with_a_pointer(
    world: World, administrator: APIClient, resource: str, change: Any, pointer: str
) -> None:
    answer = post(administrator, resource, CREATE[resource](world) | change)
    assert answer.status_code == 400
    assert_problem(answer.json())
    assert {error["pointer"] for error in answer.json()["errors"]} == {pointer}


@pytest.mark.parametrize(
    "resource", sorted(set(CREATABLE) - {"contracts", "terms", "licence-lines", "documents"})
)
def test_the_same_row_twice_is_refused(
    world: World, administrator: APIClient, resource: str
) -> None:
    body = CREATE[resource](world)
    assert post(administrator, resource, body).status_code == 201
    again = post(administrator, resource, body)
    assert again.status_code == 400
    assert_problem(again.json())


def test_a_row_that_others_need_stays(world: World, administrator: APIClient) -> None:
    vendor = world.rows["contracts"].vendor
    path = reverse("api:vendors-detail", args=[vendor.pk])
    answer = administrator.delete(path, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "protected")


def test_a_new_row_says_where_it_is(world: World, administrator: APIClient) -> None:
    answer = post(administrator, "vendors", {"name": "New"})
    assert answer.headers["Location"].endswith(f"/api/v1/vendors/{answer.json()['id']}/")
    assert administrator.get(answer.headers["Location"]).json() == answer.json()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{bad", 400),
        (b"", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b'{"name": NaN}', 400),
        (b"\xff\xfe", 400),
        (b'{"name": "\\u0000"}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b"[" * 100_000, 400),
        (b'{"note": "' + b"x" * 2_700_000 + b'"}', 413),
        (b'{"fiscal_year_end_month": 1' + b"0" * 6000 + b"}", 400),
    ],
    ids=range(12),
)
def test_a_broken_body_is_the_clients_mistake(
    administrator: APIClient, body: bytes, code: int
) -> None:
    answer = administrator.post(collection("vendors"), body, content_type="application/json")
    assert answer.status_code == code
    assert_problem(answer.json())


def test_a_form_is_not_json(administrator: APIClient) -> None:
    answer = administrator.post(collection("vendors"), {"name": "New"}, format="multipart")
    assert answer.status_code == 415
    assert_problem(answer.json())


def test_an_address_that_leads_nowhere_answers_in_json(administrator: APIClient) -> None:
    for path in ("nowhere/", "contracts/-2.2e-309/", "contracts/12345678901234567890/"):
        answer = administrator.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_a_method_that_a_route_lacks_answers_in_the_same_shape(administrator: APIClient) -> None:
    answer = administrator.put(collection("charges"), {}, format="json")
    assert answer.status_code == 405
    assert_problem(answer.json())


def test_a_contract_goes_with_its_terms(world: World, administrator: APIClient) -> None:
    contract = world.rows["contracts"]
    path = reverse("api:contracts-detail", args=[contract.pk])
    assert administrator.delete(path, headers={"If-Match": '"1"'}).status_code == 204
    assert not Contract.objects.filter(pk=contract.pk).exists()
    assert administrator.get(path).status_code == 404
