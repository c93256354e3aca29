"""The decisions of a contract over the API, from draft to termination."""

from typing import Any

from rest_framework.test import APIClient

from tests.api.bodies import CREATE
from tests.api.conftest import World


def post(client: APIClient, path: str, body: dict[str, Any], expected: int = 200) -> Any:
    answer = client.post(f"/api/v1/{path}", body, format="json")
    assert answer.status_code == expected, answer.json()
    return answer.json()


def test_a_contract_lives_from_draft_to_termination(
    world: World, editor: APIClient, time_machine: Any
) -> None:
    time_machine.move_to("2026-02-01")
    body = CREATE["contracts"](world) | {"notice_value": 3, "notice_unit": "months"}
    made = post(editor, "contracts/", body, 201)
    assert (made["state"], made["current_term"]) == ("draft", None)
    path = f"contracts/{made['id']}/"

    term = {"contract": made["id"], "start_date": "2026-01-01", "end_date": "2026-12-31"}
    first = post(editor, "terms/", term | {"annual_value": "12000.00"}, 201)
    assert (first["seq"], first["notice_deadline"], first["currency"]) == (1, "2026-09-30", "EUR")
    assert [step["rule"] for step in first["proof"]][:1] == ["R3"]
    assert all(set(step) == {"rule", "text", "result"} for step in first["proof"])
    assert editor.get(f"/api/v1/{path}").json()["current_term"]["proof"] == first["proof"]

    proposal = editor.get(f"/api/v1/{path}renew/").json()
    assert (proposal["start_date"], proposal["annual_value"]) == ("2027-01-01", "12000.00")
    second = post(editor, f"{path}renew/", {"start_date": "2027-01-01"}, 201)
    assert (second["seq"], second["end_date"]) == (2, "2027-12-31")
    again = post(editor, f"{path}renew/", {"start_date": "2027-01-01"}, 400)
    assert again["errors"][0]["pointer"] == "/end_date"

    noticed = post(editor, f"{path}give-notice/", {"given_on": "2026-02-01"})
    assert noticed["notice_given_on"] == "2026-02-01"
    leaving = {"last_day": "2026-12-31", "reason": "Too dear"}
    assert post(editor, f"{path}cancel/", leaving)["state"] == "notice_given"
    assert post(editor, f"{path}cancel/", leaving, 400)["code"] == "already_cancelled"
    void = editor.get(f"/api/v1/terms/{second['id']}/").json()
    assert (void["is_void"], void["is_open"]) == (True, False)
    time_machine.move_to("2027-01-01")
    editor.force_login(world.people["editor"])  # the session of last year is over
    assert editor.get(f"/api/v1/{path}").json()["state"] == "terminated"


def test_a_list_shows_the_term_in_force_without_its_proof(
    world: World, editor: APIClient, time_machine: Any
) -> None:
    time_machine.move_to("2026-02-01")
    contract = world.rows["contracts"]
    rows = {row["id"]: row for row in editor.get("/api/v1/contracts/").json()["results"]}
    shown = rows[contract.pk]["current_term"]
    assert (shown["annual_value"], shown["end_date"]) == ("12000.00", "2026-12-31")
    assert "proof" not in shown


def test_a_charge_is_reversed_on_the_day_it_is_asked(
    world: World, editor: APIClient, time_machine: Any
) -> None:
    time_machine.move_to("2026-02-01")
    charge = world.rows["charges"]
    reversal = post(editor, f"charges/{charge.pk}/reverse/", {}, 201)
    assert (reversal["gross"], reversal["charged_on"]) == ("-1000.00", "2026-02-01")
    assert reversal["reverses"] == charge.pk
    assert post(editor, f"charges/{charge.pk}/reverse/", {}, 400)["errors"]


def test_an_acknowledged_alert_names_who_has_seen_it(world: World, editor: APIClient) -> None:
    path = f"alerts/{world.rows['alerts'].pk}/acknowledge/"
    seen = post(editor, path, {})
    assert (seen["state"], seen["acknowledged_by"]) == ("acknowledged", world.people["editor"].pk)
    assert post(editor, path, {}) == seen


def test_a_charge_of_a_contract_is_its_vendors(world: World, editor: APIClient) -> None:
    made = post(editor, "charges/", CREATE["charges"](world), 201)
    assert made["vendor"] == world.rows["contracts"].vendor_id


def test_everybody_reads_who_they_are(world: World, as_role: Any) -> None:
    me = as_role("viewer").get("/api/v1/me/").json()
    assert me["email"] == world.people["viewer"].email


def test_the_index_names_every_resource(world: World, editor: APIClient) -> None:
    index = editor.get("/api/v1/").json()
    assert len(index) >= 25
    for name, address in index.items():
        assert editor.get(address).status_code in {200, 403}, name
