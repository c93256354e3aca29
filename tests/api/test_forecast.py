"""The forecast with its error over HTTP."""

from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.rules.calendar import add_months
from tests.api.conftest import World
from tests.factories import ChargeFactory

PATH = "/api/v1/metrics/forecast-distribution/"
ASKED = {"as_of": "2025-12-31", "source": "charges", "seed": "4"}


@pytest.fixture
def months(world: World) -> None:
    """Charge the home department for two years."""
    for number in range(24):
        ChargeFactory.create(
            contract=None,
            vendor=None,
            department=world.home,
            charged_on=add_months(date(2024, 1, 9), number),
            gross=100 + number % 5,
            currency="EUR",
        )


def test_a_forecast_says_what_it_is_and_how_it_did(months: None, editor: APIClient) -> None:
    answer = editor.get(PATH, ASKED).json()
    assert answer["url"].endswith(PATH)
    assert answer["definition"]
    assert (answer["as_of"], answer["source"], answer["seed"]) == ("2025-12-31", "charges", 4)
    (euros,) = answer["currencies"]
    assert next(iter(euros["months"])) == "2026-01"
    assert len(euros["months"]) == 12
    assert set(euros["total"]) == {"p10", "p50", "p90", "flat"}
    assert answer["score"]["EUR"]["quarters"] == len(answer["past"]) == 12
    assert answer["past"][0]["made_on"] == "2024-12-31"


def test_the_same_address_has_the_same_answer(months: None, editor: APIClient) -> None:
    first, second = (editor.get(PATH, ASKED).content for _ in range(2))
    assert first == second
    assert editor.get(PATH, ASKED | {"seed": "5"}).content != first


def test_the_answer_of_a_stranger_is_empty(months: None, as_role: Any) -> None:
    answer = as_role("foreign").get(PATH, ASKED).json()
    assert answer["currencies"] == answer["past"] == []


def test_terms_are_the_usual_source(world: World, editor: APIClient) -> None:
    answer = editor.get(PATH, {"as_of": "2026-06-30", "base": "USD"}).json()
    assert answer["source"] == "terms"
    assert set(answer["seen"]) == {"renewals", "lost"}


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"months": "11"}, "/months"),
        ({"months": "37"}, "/months"),
        ({"source": "guesses"}, "/source"),
        ({"seed": "-1"}, "/seed"),
        ({"base": "euro"}, "/base"),
        ({"as_of": "1900-01-01"}, "/as_of"),
        ({"window": "1"}, "/window"),
    ],
)
def test_a_wrong_parameter_is_named(
    world: World, editor: APIClient, parameters: dict[str, str], pointer: str
) -> None:
    response = editor.get(PATH, parameters)
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
