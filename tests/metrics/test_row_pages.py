"""The page of rows and the files of figures: addressed, sorted, paged, refused in words."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from contracts.models import Contract, Vendor
from contracts.queries.exports import FORMULA_STARTS
from contracts.rules.period import Period
from metrics.queries.catalogue import METRICS
from metrics.queries.question import Question
from metrics.web import rows
from metrics.web.addresses import export_address, rows_address
from tests.contracts.pages import signed_in, superuser
from tests.factories import UserFactory
from tests.metrics.stories import ContractStory, charge, tell, term, years

pytestmark = pytest.mark.django_db

QUESTION = Question(Period(date(2024, 1, 1), date(2024, 12, 31)), date(2024, 11, 1))
EVIL = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def client() -> Client:
    return superuser()


@pytest.fixture
def portfolio() -> dict[str, Contract]:
    return tell(
        ContractStory("A", years(2023, 100, 120), vendor="Acme"),
        ContractStory("B", (term(1, date(2024, 2, 10), date(2024, 3, 20), 365),), vendor="Bell"),
        ContractStory(EVIL, years(2024, 10), vendor="-Evil", currency="USD"),
    )


def shown(client: Client, figure: str, key: str, extra: str = "") -> Any:
    return client.get(rows_address(QUESTION, figure, key) + extra)


def first_cells(response: Any) -> list[Any]:
    return [row[0].value for row in response.context["rows"]]


def test_an_address_names_everything_that_the_answer_depends_on() -> None:
    assert rows_address(QUESTION, "accrual_month", "2024-01|USD") == (
        "/metrics/rows/?figure=accrual_month&key=2024-01|USD"
        "&from=2024-01-01&to=2024-12-31&as_of=2024-11-01&by=vendor&grace=30"
    )
    assert export_address(QUESTION, "retention", "csv").endswith("&by=vendor&grace=30&as=csv")


def test_a_page_says_what_the_figure_is_and_which_rows_make_it(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    response = shown(client, "accrual_year", "2024|EUR")
    text = response.content.decode()
    assert response.context["value"].value == Decimal("159.89")
    assert str(METRICS["accrued-spend"].definition) in text
    assert str(METRICS["accrued-spend"].variant) in text
    assert "1 Jan 2024" in text
    assert "1 Nov 2024" in text
    assert reverse("admin:contracts_contract_change", args=[portfolio["A"].pk]) in text
    assert [cell.value for cell in response.context["totals"]][-1] == response.context[
        "value"
    ].value


def test_the_largest_row_comes_first_and_headings_sort(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    assert first_cells(shown(client, "accrual_year", "2024|EUR")) == ["A", "B"]
    assert first_cells(shown(client, "accrual_year", "2024|EUR", "&sort=cost")) == ["B", "A"]
    assert first_cells(shown(client, "accrual_year", "2024|EUR", "&sort=-contract")) == ["B", "A"]
    assert first_cells(shown(client, "accrual_year", "2024|EUR", "&sort=-first_day")) == ["B", "A"]
    assert first_cells(shown(client, "accrual_year", "2024|EUR", "&sort=happiness")) == ["A", "B"]
    shown(client, "price_changes", "A|2", "&sort=unit_price")


def test_pages_of_rows_keep_the_total_of_all(
    client: Client, portfolio: dict[str, Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shown(client, "accrual_year", "2024|EUR")
    monkeypatch.setattr(rows, "PAGE", 1)
    first, second = (shown(client, "accrual_year", "2024|EUR", f"&p={n}") for n in (1, 2))
    assert first_cells(first) + first_cells(second) == first_cells(whole)
    assert first.context["totals"] == second.context["totals"] == whole.context["totals"]
    assert "Page 1 of 2" in first.content.decode()


def test_a_cell_without_rows_says_so(client: Client, portfolio: dict[str, Contract]) -> None:
    response = shown(client, "accrual_year", "2024|JPY")
    assert response.status_code == 200
    assert "No row that you may see" in response.content.decode()


def test_somebody_without_rights_sees_no_row(portfolio: dict[str, Contract]) -> None:
    response = shown(signed_in(UserFactory()), "accrual_year", "2024|EUR")
    assert response.status_code == 200
    assert response.context["rows"] == []


def test_every_kind_of_row_can_be_shown(client: Client, portfolio: dict[str, Contract]) -> None:
    charge(portfolio["A"], date(2024, 2, 1), 40)
    for figure, key in (
        ("actuals_year", "2024|EUR"),
        ("purchases", "time_between|pooled"),
        ("return_rate", "by_value"),
        ("retention_vendor_all_const_EUR", "GRR"),
        ("retention_flow_EUR", "NRR_flow"),
        ("renewal_rates_EUR", "logo"),
        ("renewal_calendar", ""),
        ("cohorts_year_EUR", "2023|value|0"),
        ("forecast_uplift", "2025-02|EUR"),
        ("price_changes", "A|2|value_pct"),
        ("committed_remaining", "EUR"),
        ("tcv", "EUR"),
    ):
        response = shown(client, figure, key)
        assert response.status_code == 200, figure
        assert response.context["opened"].figure == figure


@pytest.mark.parametrize(("figure", "key"), [("happiness", "x"), ("accrual_month", "2023-01|EUR")])
def test_an_unknown_figure_is_not_found_in_words(client: Client, figure: str, key: str) -> None:
    response = shown(client, figure, key)
    assert response.status_code == 404
    assert "There is no figure" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?figure=tcv&key=EUR",
        "?figure=tcv&key=EUR&from=2024-01-01&to=2023-01-01&as_of=2024-01-01&by=vendor&grace=30",
        "?figure=tcv&key=EUR&from=1951-01-01&to=2023-01-01&as_of=2024-01-01&by=vendor&grace=30",
        "?figure=tcv&key=EUR&from=1024-01-01&to=1025-01-01&as_of=2024-01-01&by=vendor&grace=30",
        "?figure=tcv&key=EUR&from=2024-01-01&to=2024-02-01&as_of=2024-01-01&by=vendor&grace=30"
        "&vendor=0",
    ],
)
def test_an_address_without_a_whole_question_is_refused_in_words(
    client: Client, query: str
) -> None:
    response = client.get(f"/metrics/rows/{query}")
    assert response.status_code == 400
    assert "does not name a figure and its question" in response.content.decode()


def test_a_narrowed_view_keeps_its_narrowing(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    vendor = Vendor.objects.get(name="Bell")
    response = shown(client, "accrual_year", "2024|EUR", f"&vendor={vendor.pk}")
    assert first_cells(response) == ["B"]
    assert f"&vendor={vendor.pk}" in response.context["address"]
    assert "<dt>Only</dt>" in response.content.decode()


def lines(response: Any) -> Iterator[list[str]]:
    return csv.reader(StringIO(response.content.decode(), newline=""))


def test_a_csv_file_of_rows_says_what_it_is_and_starts_no_formula(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    response = shown(client, "accrual_year", "2024|USD", "&as=csv")
    assert response["Content-Disposition"] == 'attachment; filename="rows-accrual_year.csv"'
    found = list(lines(response))
    about = dict(row for row in found[: found.index([])])
    assert about["definition"] == METRICS["accrued-spend"].definition
    assert about["variant"] == METRICS["accrued-spend"].variant
    assert (about["as_of"], about["rates"]) == ("2024-11-01", "none: nothing is converted")
    assert about["value"] == "10.00"
    header, row = found[found.index([]) + 1 :]
    assert header[-2:] == ["cost", "cost_exact"]
    assert row[:2] == [f"'{EVIL}", "'-Evil"]
    assert row[-2:] == ["10.00", "10.00"]
    assert not any(cell.startswith(FORMULA_STARTS) for line in found for cell in line)


def test_a_workbook_has_the_rows_and_what_they_are(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    response = shown(client, "accrual_year", "2024|EUR", "&as=xlsx")
    book = load_workbook(BytesIO(response.content))
    assert book.sheetnames == ["figures", "about"]
    about = dict(book["about"].iter_rows(values_only=True))
    assert about["formula"] == "cost"
    header, first, _second = book["figures"].iter_rows(values_only=True)
    row = dict(zip(header, first, strict=True))
    assert (row["contract"], row["cost"], row["first_day"].date()) == ("A", 120, date(2024, 1, 1))


def test_a_json_file_has_the_rows_and_what_they_are(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    found = json.loads(shown(client, "accrual_year", "2024|EUR", "&as=json").content)
    assert found["about"]["key"] == "2024|EUR"
    assert found["count"] == len(found["rows"]) == 2
    assert found["rows"][0]["cost"] == "120.00"


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_family_can_be_had_as_a_file(
    client: Client, portfolio: dict[str, Contract], name: str, form: str
) -> None:
    response = client.get(export_address(QUESTION, name, form))
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="{name}.{form}"'


def test_a_file_of_figures_names_the_rates_and_the_rows_of_each_figure(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    found = list(lines(client.get(export_address(QUESTION, "retention", "csv"))))
    about = dict(row for row in found[: found.index([])])
    assert about["rates_on"] == "2023-12-31"
    header, *rest = found[found.index([]) + 1 :]
    assert header == ["figure", "key", "value", "rows"]
    for figure, key, _value, address in rest:
        assert address == rows_address(QUESTION, figure, key)
        assert client.get(address).status_code == 200


def test_one_figure_of_a_family_can_be_had_alone(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    found = json.loads(client.get(export_address(QUESTION, "accrual_year", "json")).content)
    assert {row["figure"] for row in found["rows"]} == {"accrual_year"}


def test_a_list_of_rows_keeps_its_own_columns(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    found = json.loads(client.get(export_address(QUESTION, "price-changes", "json")).content)
    assert found["rows"][0]["flags"] == "increase"
    assert found["rows"][0]["value_pct"] == "0.200000"


@pytest.mark.parametrize("query", ["&as=pdf", "&from=never"])
def test_a_file_that_cannot_be_made_is_refused(client: Client, query: str) -> None:
    address = export_address(QUESTION, "tcv", "csv").replace("&as=csv", "") + query
    assert client.get(address).status_code == 400


def test_a_file_of_nothing_known_is_not_found(client: Client) -> None:
    assert client.get(export_address(QUESTION, "happiness", "csv")).status_code == 404


def test_an_unchanged_page_is_not_sent_twice(
    client: Client, portfolio: dict[str, Contract]
) -> None:
    address = rows_address(QUESTION, "accrual_year", "2024|EUR") + "&as=csv"
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
