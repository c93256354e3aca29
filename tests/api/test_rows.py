"""Rows and files of figures over HTTP: they add up, they are bounded, and one sees one's own."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from rest_framework.test import APIClient

from contracts.services import ledger
from metrics.queries.catalogue import METRICS
from metrics.queries.focus import HEADER
from metrics.queries.rows import cells
from tests import factories
from tests.api.conftest import World, token_client

INDEX = "/api/v1/metrics/"
ROWS = f"{INDEX}rows/"
YEAR = {"from": "2026-01-01", "to": "2026-12-31", "as_of": "2026-06-30"}
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(client: APIClient, address: str = ROWS, headers: Any = None, **parameters: Any) -> Any:
    return client.get(address, YEAR | parameters, headers=headers or {})


def accrued(client: APIClient, **parameters: Any) -> Any:
    return ask(client, figure="accrual_year", key="2026|EUR", **parameters)


def more_contracts(world: World, count: int) -> None:
    """Add contracts with two terms each to the home department."""
    for _ in range(count):
        contract = factories.ContractFactory.create(department=world.home, currency="EUR")
        for year in (2025, 2026):
            factories.TermFactory.create(
                contract=contract,
                seq=year,
                start_date=f"{year}-01-01",
                end_date=f"{year}-12-31",
                annual_value="100",
            )
        ledger.refresh([contract.pk])


def test_a_figure_leads_to_the_rows_that_make_it(world: World, editor: APIClient) -> None:
    answer = ask(editor, f"{INDEX}accrued-spend/").json()
    opened = list(cells(answer["figures"]))
    assert len(opened) > 5
    for cell in opened:
        address = answer["rows"].replace("{figure}", cell.figure)
        found = editor.get(address.replace("{key}", quote(cell.key))).json()
        assert found["value"] == cell.value, cell


def test_rows_travel_with_what_they_are(world: World, editor: APIClient) -> None:
    answer = accrued(editor, by="contract", grace=45).json()
    assert answer["definition"] == str(METRICS["accrued-spend"].definition)
    assert answer["variant"] == str(METRICS["accrued-spend"].variant)
    assert answer["window"] == [YEAR["from"], YEAR["to"]]
    assert (answer["as_of"], answer["by"], answer["grace"]) == ("2026-06-30", "contract", 45)
    assert (answer["value"], answer["unit"], answer["formula"]) == ("12000.00", "EUR", "cost")
    assert answer["rates"] is None
    assert answer["totals"] == {"cost": "12000.00"}
    (row,) = answer["results"]
    assert (row["days"], row["cost"], row["cost_exact"]) == (365, "12000.00", "12000.00")
    assert row["record"].endswith(f"/api/v1/contracts/{world.rows['contracts'].pk}/")
    assert editor.get(row["record"]).status_code == 200
    assert editor.get(answer["page"]).status_code == 200


def test_converted_rows_travel_with_their_rates(world: World, editor: APIClient) -> None:
    answer = ask(editor, figure="retention_vendor_all_const_EUR", key="closing").json()
    assert set(answer["rates"]) == {"on", "pivot", "sources", "rates"}
    answer = ask(editor, f"{INDEX}retention/").json()
    assert answer["rates"] == answer["figures"]["fixing"]


def test_rows_come_in_pages_and_the_total_is_over_all(world: World, editor: APIClient) -> None:
    more_contracts(world, 4)
    whole = accrued(editor).json()
    page, found = accrued(editor, page_size=2).json(), []
    while page["next"]:
        found += page["results"]
        page = editor.get(page["next"]).json()
    assert found + page["results"] == whole["results"]
    assert page["count"] == whole["count"] == 5
    assert page["value"] == whole["value"] == "12400.00"


@pytest.mark.parametrize("page_size", ["0", "201", "many"])
def test_a_page_out_of_bounds_is_refused(world: World, editor: APIClient, page_size: str) -> None:
    answer = accrued(editor, page_size=page_size)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/page_size"


@pytest.mark.parametrize(
    ("parameters", "pointer", "code"),
    [
        ({"figure": "happiness"}, "/figure", "unknown_figure"),
        ({"figure": ""}, "/figure", "blank"),
        ({"key": "2020|EUR"}, "/key", "unknown_key"),
        ({"key": ""}, "/key", "unknown_key"),
        ({"colour": "red"}, "/colour", "unknown_parameter"),
        ({"department": 0}, "/department", "does_not_exist"),
        ({"format": "pdf"}, "/format", "unknown_format"),
        ({"format": "csv", "figure": "happiness"}, "/figure", "unknown_figure"),
        ({"format": "xlsx", "to": "2025-12-31"}, "/to", "order"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_its_place(
    world: World, editor: APIClient, parameters: dict[str, Any], pointer: str, code: str
) -> None:
    answer = ask(editor, **({"figure": "accrual_year", "key": "2026|EUR"} | parameters))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/json"
    error = answer.json()["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_a_stranger_opens_the_same_figure_to_nothing(world: World, as_role: Any) -> None:
    answer = accrued(as_role("foreign")).json()
    assert (answer["value"], answer["count"], answer["results"]) == ("0.00", 0, [])


def test_a_token_needs_the_scope_of_figures(world: World) -> None:
    owner = world.people["administrator"]
    for address in (ROWS, f"{INDEX}focus-contract-commitments/", f"{INDEX}price-changes/"):
        assert token_client(owner, "read").get(address).status_code == 403
    assert accrued(token_client(owner, "metrics")).status_code == 200


def test_a_question_can_be_narrowed(world: World, editor: APIClient) -> None:
    vendor = world.rows["contracts"].vendor
    assert accrued(editor, vendor=vendor.pk).json()["value"] == "12000.00"
    other = factories.VendorFactory.create()
    answer = accrued(editor, vendor=other.pk).json()
    assert answer["value"] == "0.00"
    assert f"vendor={other.pk}" in answer["page"]
    template = ask(editor, f"{INDEX}accrued-spend/", vendor=other.pk).json()["rows"]
    assert f"vendor={other.pk}" in template
    assert accrued(editor, department=world.abroad.pk).json()["value"] == "0.00"
    assert accrued(editor, currency="USD").json()["value"] == "0.00"


@pytest.mark.parametrize("family", sorted(METRICS))
def test_every_family_is_also_a_file(world: World, administrator: APIClient, family: str) -> None:
    address = f"{INDEX}{family}/"
    by_parameter = ask(administrator, address, format="csv")
    by_header = ask(administrator, address, headers={"Accept": CSV})
    assert by_parameter["Content-Type"].startswith(CSV)
    assert by_parameter["Content-Disposition"] == f'attachment; filename="{family}.csv"'
    assert by_parameter.content == by_header.content
    book = load_workbook(BytesIO(ask(administrator, address, format="xlsx").content))
    assert book.sheetnames == ["figures", "about"]
    whole = ask(administrator, address, format="json").json()
    assert whole["about"]["definition"] == str(METRICS[family].definition)
    assert whole["about"]["as_of"] == "2026-06-30"
    assert whole["count"] == len(whole["rows"])


def test_a_file_of_rows_holds_all_of_them(world: World, editor: APIClient) -> None:
    more_contracts(world, 60)
    text = accrued(editor, format="csv").content.decode()
    found = list(csv.reader(StringIO(text, newline="")))
    assert len(found[found.index([]) + 2 :]) == 61
    assert accrued(editor, format="json").json()["count"] == 61
    assert accrued(editor, headers={"Accept": XLSX})["Content-Type"] == XLSX


def test_an_unacceptable_type_is_refused(world: World, editor: APIClient) -> None:
    assert accrued(editor, headers={"Accept": "image/png"}).status_code == 406


def test_an_unchanged_answer_is_not_sent_twice(world: World, editor: APIClient) -> None:
    for parameters in ({}, {"format": "csv"}):
        first = accrued(editor, **parameters)
        assert first["Cache-Control"] == "private, no-cache"
        again = accrued(editor, headers={"If-None-Match": first["ETag"]}, **parameters)
        assert (again.status_code, again.content) == (304, b"")
    etag = accrued(editor)["ETag"]
    more_contracts(world, 1)
    changed = accrued(editor, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_price_changes_come_in_pages(world: World, editor: APIClient) -> None:
    more_contracts(world, 3)
    address = f"{INDEX}price-changes/"
    whole = ask(editor, address).json()
    assert whole["count"] == len(whole["figures"]["price_changes"]) >= 3
    page, found = ask(editor, address, page_size=2).json(), []
    while page["next"]:
        assert len(page["figures"]["price_changes"]) == 2
        found += page["figures"]["price_changes"]
        page = editor.get(page["next"]).json()
    assert found + page["figures"]["price_changes"] == whole["figures"]["price_changes"]
    assert page["definition"] == str(METRICS["price-changes"].definition)


def test_commitments_are_bare_as_csv_and_explained_as_json(world: World, editor: APIClient) -> None:
    address = f"{INDEX}focus-contract-commitments/"
    header, *lines = csv.reader(StringIO(editor.get(f"{address}?format=csv").content.decode()))
    assert tuple(header) == HEADER
    found = json.loads(editor.get(address).content)
    assert len(found["rows"]) == len(lines) == found["count"] > 0
    assert "FOCUS 1.3" in found["about"]["variant"]
    total = ask(editor, f"{INDEX}commitments/").json()["figures"]["tcv"]["EUR"]
    assert f"{sum(float(row['ContractCommitmentCost']) for row in found['rows']):.2f}" == total
