"""The page of silent renewals: numbers that open their terms."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.contracts.pages import signed_in, superuser
from tests.factories import UserFactory
from tests.metrics.stories import ContractStory, tell, years

pytestmark = pytest.mark.django_db
PAGE = "/metrics/decisions/"
ASKED = {"first": "2023-09-01", "last": "2023-11-30", "as_of": "2024-03-01"}


@pytest.fixture
def client() -> Client:
    tell(
        ContractStory("Sleeper", years(2023, 1200), notice=60),
        ContractStory("Sheet", years(2023, 99), notice=60, auto=False, currency="GBP"),
    )
    return superuser()


def shown(client: Client, **query: Any) -> str:
    response = client.get(f"{PAGE}?{urlencode(ASKED | query)}")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def test_a_silent_renewal_is_counted_and_opens_its_contract(client: Client) -> None:
    text = shown(client)
    assert "Sleeper</a>" in text
    assert "Sheet</a>" not in text
    assert "€1,200.00" in text
    (page,) = re.findall(r'href="([^"]*outcome=lapsed#rows)"', text)
    found = client.get(page.partition("#")[0]).content.decode()
    assert "Sheet</a>" in found
    assert "Sleeper</a>" not in found


def test_without_a_question_the_last_year_is_shown(client: Client) -> None:
    assert client.get(PAGE).status_code == 200
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"first": "2024-01-01", "last": "2023-01-01"}, "not before its first"),
        ({"as_of": "0900-01-01"}, "1950 to 2150"),
        ({"outcome": "perhaps"}, "perhaps is not one of the available choices"),
        ({"first": "soon"}, "Enter a valid date"),
    ],
)
def test_an_impossible_question_is_answered_by_the_form(
    client: Client, query: dict[str, str], message: str
) -> None:
    assert message in shown(client, **query)


def test_a_stranger_sees_no_term(client: Client) -> None:
    assert Client().get(PAGE).status_code == 302
    text = shown(signed_in(UserFactory(is_staff=True)))
    assert "Sleeper" not in text
    assert "No deadline lies in these days." in text
