"""The calculators over HTTP: what is asked, what is answered, how errors point at inputs."""

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from metrics.rules.calculators.catalogue import CALCULATORS
from tests.api.conftest import World, token_client

LIST = "/api/v1/metrics/calculators/"
CRR = f"{LIST}crr/"
INPUTS = {"start": "3000", "end": "1700", "new": "500", "returning": "1200"}


def answer(client: APIClient, inputs: dict[str, Any], **more: str) -> dict[str, Any]:
    response = client.post(CRR, {"inputs": inputs} | more, format="json")
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()["answer"]
    return found


def pointers(response: Any) -> dict[str, str]:
    assert response.status_code == 400
    return {each["pointer"]: each["code"] for each in response.json()["errors"]}


def test_the_list_holds_every_calculator_with_its_formula_and_a_working_example(
    administrator: APIClient,
) -> None:
    body = administrator.get(LIST).json()
    assert body["count"] == len(CALCULATORS)
    assert [each["name"] for each in body["results"]] == list(CALCULATORS)
    found = body["results"][0]
    assert found["formula"] == "(total contract value - one-time fees) / years"
    assert found["inputs"][0]["needed"] is True
    assert found["inputs"][2]["default"] == "0"
    again = administrator.get(found["url"], found["example"]).json()
    assert again["answer"]["value"] == "60000.00"


def test_a_calculator_without_inputs_says_what_it_asks_for(administrator: APIClient) -> None:
    body = administrator.get(CRR).json()
    assert body["answer"] is None
    assert [each["name"] for each in body["inputs"]] == ["start", "end", "new", "returning"]


def test_an_answer_has_figure_formula_variant_mistakes_and_the_verdict(editor: APIClient) -> None:
    body = editor.post(CRR, {"inputs": INPUTS, "claimed": "16.67%"}, format="json").json()
    found = body["answer"]
    assert (found["value"], found["text"], body["unit"]) == ("0.400000", "40 %", "ratio")
    assert "E - N" in body["formula"]
    assert "new or come back" in body["variant"]
    assert found["claim"]["verdict"] == "mistake"
    mistake = "subtracting the returning customers instead of the new ones"
    assert found["claim"]["mistake"] == mistake
    assert {"detail": mistake, "figure": "16.67 %"} in found["mistakes"]
    assert [each["code"] for each in found["warnings"]] == ["claim_mistake"]


def test_get_and_post_answer_alike(editor: APIClient) -> None:
    by_get = editor.get(CRR, INPUTS | {"claimed": "53.33%"}).json()
    by_post = editor.post(CRR, {"inputs": INPUTS, "claimed": "53.33%"}, format="json").json()
    assert by_get == by_post


def test_numbers_and_lists_are_taken_as_json(editor: APIClient) -> None:
    assert answer(editor, {"start": 1000, "end": 1100, "new": 200.0})["value"] == "0.900000"
    path = f"{LIST}time-between-purchases/"
    listed = editor.post(path, {"inputs": {"gaps": [7, 14.0, "9"]}}, format="json").json()
    repeated = editor.get(path, {"gaps": ["7", "14", "9"]}).json()
    assert listed["answer"]["value"] == repeated["answer"]["value"] == "10.000000"


def test_a_division_by_zero_is_null(editor: APIClient) -> None:
    found = answer(editor, {"start": 0, "end": 0, "new": 0})
    assert (found["value"], found["text"]) == (None, "—")
    assert [each["code"] for each in found["warnings"]] == ["undefined"]


def test_errors_point_at_each_input_of_the_body(editor: APIClient) -> None:
    body = {"inputs": {"start": "x", "end": -1, "surplus": 1}}
    assert pointers(editor.post(CRR, body, format="json")) == {
        "/inputs/start": "malformed",
        "/inputs/end": "below",
        "/inputs/new": "required",
        "/inputs/surplus": "unknown",
    }


def test_errors_point_at_each_parameter(editor: APIClient) -> None:
    response = editor.get(CRR, {"start": "1", "end": "2", "new": "3"})
    assert pointers(response) == {"/new": "inconsistent"}


def test_a_claim_that_cannot_be_read_is_pointed_at(editor: APIClient) -> None:
    body = {"inputs": INPUTS, "claimed": "a lot"}
    assert pointers(editor.post(CRR, body, format="json")) == {"/claimed": "malformed"}
    assert pointers(editor.get(CRR, INPUTS | {"claimed": "a lot"})) == {"/claimed": "malformed"}


@pytest.mark.parametrize("body", [{}, {"inputs": 5}, {"inputs": [1]}, []])
def test_a_body_without_inputs_is_refused(editor: APIClient, body: Any) -> None:
    assert editor.post(CRR, body, format="json").status_code == 400


def test_an_unknown_calculator_is_not_found(editor: APIClient) -> None:
    assert editor.get(f"{LIST}magic/").status_code == 404
    assert editor.post(f"{LIST}magic/", {"inputs": {}}, format="json").status_code == 404


def test_a_family_of_figures_is_not_shadowed_by_the_calculators(editor: APIClient) -> None:
    assert editor.get(reverse("api-metrics:figures", args=["budgets"])).status_code == 200


def test_a_token_needs_the_scope_of_metrics_even_to_post(world: World) -> None:
    owner = world.people["viewer"]
    body = {"inputs": INPUTS}
    allowed = {
        scope: token_client(owner, scope).post(CRR, body, format="json").status_code
        for scope in ("read", "write", "metrics")
    }
    assert allowed == {"read": 403, "write": 403, "metrics": 200}
