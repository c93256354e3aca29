"""An export opens in a spreadsheet, and nothing in it runs there."""

import csv
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from contracts.models import Contract
from contracts.queries.exports import (
    FORMULA_STARTS,
    HEADER,
    contract_rows,
    csv_lines,
    harmless,
    xlsx_file,
)
from tests.contracts.pages import contract_with_term, page, superuser
from tests.factories import VendorFactory

DAY = date(2026, 3, 2)
PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A1",
    "=cmd|' /C calc'!A0",
]


def in_csv(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    return list(csv.reader(StringIO("".join(csv_lines(rows)), newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_csv_file_starts_a_formula(payload: str) -> None:
    written = in_csv([(payload, "after")])[0]
    assert written == [f"'{payload}", "after"]
    assert not written[0].startswith(FORMULA_STARTS)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_text_of_a_workbook_is_a_text(payload: str) -> None:
    sheet = load_workbook(xlsx_file([(payload, Decimal("1.5"))])).active
    assert sheet["A1"].data_type != "f"
    assert sheet["A1"].value.strip() == payload.strip()
    assert sheet["B1"].value == 1.5


@pytest.mark.parametrize(
    "text", ["", "plain", "a=b", "1-2", "-1", "-12.50", "Müller & Söhne", "'quoted"]
)
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_numbers_and_days_stay_numbers_and_days() -> None:
    row = (Decimal("-1200.5000"), Decimal("1000000.0000"), DAY, None)
    assert in_csv([row]) == [["-1200.5", "1000000", "2026-03-02", ""]]
    cells = next(load_workbook(xlsx_file([row])).active.iter_rows(values_only=True))
    assert cells[:2] == (-1200.5, 1000000)
    assert cells[2] in (DAY, datetime(2026, 3, 2))


def test_what_a_workbook_cannot_hold_is_left_out() -> None:
    sheet = load_workbook(xlsx_file([("bell\x07 rings",)])).active
    assert sheet["A1"].value == "bell rings"


@pytest.mark.django_db
def test_the_rows_are_those_of_the_list() -> None:
    vendor = VendorFactory(name="=VENDOR()")
    contract_with_term(title="Chat", vendor=vendor, external_reference="PO-1", currency="USD")
    header, row = contract_rows(Contract.objects.all(), DAY)
    found = dict(zip(header, row, strict=True))
    assert header == HEADER
    assert found["vendor"] == "=VENDOR()"
    assert (found["state"], found["end"]) == ("active", date(2026, 12, 31))
    assert (found["annual_value"], found["currency"]) == (Decimal("12000"), "USD")


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["export_csv", "export_xlsx"])
def test_the_selected_contracts_are_exported(action: str) -> None:
    wanted, _other = contract_with_term(title="wanted"), contract_with_term(title="other")
    data = {"action": action, "_selected_action": [wanted.pk]}
    response = superuser().post(page("contracts_contract_changelist"), data)
    content = response.getvalue()
    assert response["Content-Disposition"].startswith("attachment")
    if action == "export_xlsx":
        rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    else:
        rows = [tuple(row) for row in csv.reader(StringIO(content.decode()))]
    assert [row[2] for row in rows] == ["title", "wanted"]
