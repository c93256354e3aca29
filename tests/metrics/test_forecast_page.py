"""The forecast page: a form in the address, a band, its table, and the back-test."""

import json
import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from contracts.services import demo
from tests.contracts.pages import signed_in, superuser
from tests.factories import UserFactory
from tests.metrics.test_forecast_bands import charged

pytestmark = pytest.mark.django_db
PAGE = "/metrics/forecast/"


@pytest.fixture
def client() -> Client:
    return superuser()


def shown(client: Client, **query: Any) -> str:
    response = client.get(f"{PAGE}?{urlencode(query)}")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def test_the_navigation_leads_to_the_forecast(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()


def test_the_demo_shows_its_months_its_band_and_its_back_test(client: Client) -> None:
    demo.load(contracts=40, seed=7, today=date(2026, 11, 22))
    text = shown(client, as_of="2026-10-31", source="terms", months=24, seed=5)
    assert "The next 24 months, EUR" in text
    assert text.count("<td>2027-06</td>") == 4
    assert re.search(r"The band held \d+ of 16 quarters", text)
    assert re.search(r"As forecast on [^:]*2025: \d of 4 held", text)
    assert "renewals with an answer" in text
    assert 'value="5"' in text


def test_the_chart_is_an_area_between_its_bounds(client: Client) -> None:
    charged(*[100, 130, 90, 160] * 6, currency="EUR")
    text = shown(client, source="charges", as_of="2024-12-31")
    data = json.loads(re.search(r'data-value="(\{.*?\})" data-options', text)[1])  # type: ignore[index]
    low, high, middle, flat = (each["data"] for each in data["datasets"])
    assert data["datasets"][1]["fill"] == "-1"
    assert len(data["labels"]) == len(low) == 12
    assert all(a <= b <= c for a, b, c in zip(low, middle, high, strict=True))
    assert len(set(flat)) == 1


def test_a_ledger_that_ended_long_ago_is_forecast_from_its_end(client: Client) -> None:
    charged(*[100] * 9, first=date(2013, 4, 2), currency="GBP")
    text = shown(client)
    assert 'value="2013-12-31"' in text
    assert "The history is too short" in text
    assert "£1,200.00" in text


def test_an_impossible_question_is_answered_by_the_form(client: Client) -> None:
    text = shown(client, months=99, as_of="1066-01-01")
    assert "Write a day of the years 1950 to 2150." in text
    assert text.count('role="alert"') == 2


def test_with_nothing_to_draw_from_the_page_says_so(client: Client) -> None:
    assert "there are fewer" in shown(client)
    assert "No term was known" in shown(client, source="terms")


def test_a_stranger_sees_nothing_of_it(client: Client) -> None:
    charged(*[100] * 9)
    assert Client().get(PAGE).status_code == 302
    stranger = signed_in(UserFactory(is_staff=True))
    assert "100.00" not in shown(stranger, source="charges", as_of="2023-09-30")
