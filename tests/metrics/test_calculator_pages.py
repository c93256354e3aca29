"""The calculator pages: chosen, filled by the query string, answered without a script."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from metrics.rules.calculators.catalogue import CALCULATORS
from tests.contracts.pages import signed_in, superuser
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
INDEX = "/metrics/calculators/"
CLAIM = {"start": "3000", "end": "1700", "new": "500", "returning": "1200", "claimed": "16.67%"}


@pytest.fixture
def client() -> Client:
    return superuser()


def shown(client: Client, name: str, **query: Any) -> str:
    path = reverse("metrics:calculator", args=[name])
    response = client.get(f"{path}?{urlencode(query)}" if query else path)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_index_leads_to_every_calculator(client: Client) -> None:
    text = client.get(INDEX).content.decode()
    assert all(reverse("metrics:calculator", args=[name]) in text for name in CALCULATORS)


def test_the_navigation_leads_to_the_calculators(client: Client) -> None:
    assert f'href="{INDEX}"' in client.get("/admin/").content.decode()


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_calculator_shows_its_form_and_the_answer_of_its_example(
    client: Client, name: str
) -> None:
    empty = shown(client, name)
    assert all(f'name="{wanted.name}"' in empty for wanted in CALCULATORS[name].inputs)
    assert "st-tile-figure" not in empty
    filled = shown(client, name, **CALCULATORS[name].example)
    assert "st-tile-figure" in filled
    assert "st-error" not in filled


def test_an_answer_has_an_address_and_says_which_mistake_was_made(client: Client) -> None:
    text = shown(client, "crr", **CLAIM)
    assert ">40 %</strong>" in text
    assert "16.67% comes from a known mistake: subtracting the returning customers" in text
    assert "what you expected" in text
    assert 'value="1200"' in text


def test_a_right_claim_is_said_to_be_right(client: Client) -> None:
    text = shown(client, "crr", **CLAIM | {"claimed": "40%"})
    assert "40% is right." in text
    assert "what you expected" not in text


def test_an_input_that_cannot_be_used_says_why_beside_it(client: Client) -> None:
    text = shown(client, "crr", **CLAIM | {"start": "", "new": "many", "claimed": ""})
    assert text.count('class="st-error"') == 2
    assert "This input is needed." in text
    assert "many cannot be read" in text
    assert "st-tile-figure" not in text


def test_a_claim_that_cannot_be_read_says_so(client: Client) -> None:
    assert "a lot cannot be read" in shown(client, "crr", **CLAIM | {"claimed": "a lot"})


def test_what_is_typed_is_shown_as_text_not_as_markup(client: Client) -> None:
    text = shown(client, "crr", **CLAIM | {"claimed": "<b>1</b>"})
    assert "<b>1</b>" not in text
    assert "&lt;b&gt;1&lt;/b&gt;" in text


def test_an_unknown_parameter_is_ignored_and_an_unknown_calculator_not_found(
    client: Client,
) -> None:
    assert ">40 %</strong>" in shown(client, "crr", **CLAIM, utm_source="mail")
    assert client.get(f"{INDEX}magic/").status_code == 404


def test_nothing_is_stored_so_nothing_is_posted(client: Client) -> None:
    assert client.post(f"{INDEX}crr/", CLAIM).status_code == 405


def test_people_without_a_role_may_calculate_and_nobody_without_signing_in() -> None:
    person = UserFactory.create()
    assert signed_in(person).get(INDEX).status_code == 200
    assert Client().get(INDEX).status_code == 302
