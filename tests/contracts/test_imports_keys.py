"""How rows find what they are about: references, titles, numbers of terms, ids of charges."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.models import Charge, Contract, ContractLink, FxRate, Term
from contracts.services import imports
from tests.contracts.importing import (
    check,
    codes,
    history,
    mapped,
    preset,
    register,
    table,
    take,
    totals,
)
from tests.factories import ContractFactory, TermFactory, UserFactory

pytestmark = pytest.mark.django_db

ROW = {
    "vendor": "Acme Ltd",
    "title": "Platform",
    "currency": "EUR",
    "start_date": "2025-01-01",
    "end_date": "2025-12-31",
    "annual_value": "1200",
}
NAMELESS = mapped("register", *ROW)
NAMED = mapped("register", "reference", *ROW)
CHARGE = {
    "external_id": "1",
    "vendor": "Acme",
    "charged_on": "2025-01-01",
    "currency": "EUR",
    "gross": "5",
}
CHARGES = mapped("charges", *CHARGE, source="ledger")


def test_without_a_reference_vendor_title_and_start_are_the_key(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [ROW, ROW | {"title": "Support"}])
    assert totals(take(path, NAMELESS)) == (2, 0, 0, 0)
    assert totals(take(path, NAMELESS)) == (0, 0, 2, 0)
    table(path, [ROW | {"annual_value": "1300"}, ROW | {"start_date": "2025-02-01"}])
    assert totals(take(path, NAMELESS)) == (1, 1, 0, 0)
    assert Contract.objects.filter(title="Platform").count() == 2


def test_a_contract_without_a_title_is_called_by_its_vendor_and_reference(tmp_path: Path) -> None:
    row = {"reference": "R1", **ROW, "title": ""}
    take(table(tmp_path / "a.csv", [row]), NAMED)
    assert Contract.objects.get().title == "Acme Ltd R1"


def test_an_empty_cell_does_not_empty_a_column_that_needs_a_value(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [{"reference": "R1", **ROW}])
    take(path, NAMED)
    table(path, [{"reference": "R1", **ROW, "title": ""}])
    assert totals(take(path, NAMED)) == (0, 0, 1, 0)
    assert Contract.objects.get().title == "Platform"


@pytest.mark.parametrize("chunk", [1, 1000])
def test_rows_of_one_reference_are_its_terms_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(imports, "CHUNK", chunk)
    later = {"start_date": "2026-01-01", "end_date": "2026-12-31", "annual_value": "1300"}
    path = table(
        tmp_path / "a.csv", [{"reference": "R1", **ROW}, {"reference": "R1", **ROW, **later}]
    )
    assert totals(check(path, NAMED)) == (2, 0, 0, 0)
    assert totals(take(path, NAMED)) == (2, 0, 0, 0)
    assert totals(take(path, NAMED)) == (0, 0, 2, 0)
    assert list(Term.objects.order_by("seq").values_list("seq", "annual_value")) == [
        (1, Decimal(1200)),
        (2, Decimal(1300)),
    ]


@pytest.mark.parametrize("chunk", [1, 1000])
@pytest.mark.parametrize(
    ("second", "code"),
    [
        ({}, "twice_in_file"),
        ({"title": "Other"}, "differs_from_row"),
        ({"start_date": "2025-06-01"}, "term_overlaps"),
        ({"start_date": "2024-01-01", "end_date": "2024-12-31"}, "term_overlaps"),
    ],
)
def test_two_rows_that_contradict_each_other_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
    second: dict[str, str],
    code: str,
) -> None:
    monkeypatch.setattr(imports, "CHUNK", chunk)
    first = {"reference": "R1", **ROW}
    path = table(tmp_path / "a.csv", [first, first | second])
    report = check(path, NAMED)
    assert totals(report) == (1, 0, 0, 1)
    assert codes(report) == [code]
    assert codes(take(path, NAMED, skip=True)) == [code]


def test_another_start_of_the_only_term_is_a_correction(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [{"reference": "R1", **ROW}])
    take(path, NAMED)
    table(path, [{"reference": "R1", **ROW, "start_date": "2025-02-01"}])
    assert totals(take(path, NAMED)) == (0, 1, 0, 0)
    assert Term.objects.get().start_date == date(2025, 2, 1)


def test_a_term_before_the_known_one_needs_its_number(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", [{"reference": "R1", **ROW}])
    take(path, NAMED)
    table(
        path,
        [{"reference": "R1", **ROW, "start_date": "2023-01-01", "end_date": "2023-12-31"}],
    )
    assert codes(check(path, NAMED)) == ["term_out_of_order"]


def test_a_row_confirms_a_term_that_was_only_assumed(tmp_path: Path) -> None:
    contract = ContractFactory(external_reference="R1", currency="EUR")
    TermFactory(contract=contract, start_date=date(2025, 1, 1), is_assumed=True)
    fields = ("reference", "start_date", "annual_value")
    path = table(
        tmp_path / "a.csv",
        [{"reference": "R1", "start_date": "2025-01-01", "annual_value": "12000"}],
    )
    assert totals(take(path, mapped("terms", *fields))) == (0, 1, 0, 0)
    assert not Term.objects.get().is_assumed


@pytest.mark.parametrize(
    ("changed", "code", "table_name"),
    [
        ({"terms": "contract_id,seq,start_date,end_date,annual_value,quantity,unit_price,"
                   "list_price\nK9,1,2025-01-01,,5,,,\n"}, "unknown_contract", "terms.csv"),
        ({"charges": "contract_id,date,gross,discount,credit\nK9,2025-01-01,5,0,0\n"},
         "unknown_contract", "charges.csv"),
        ({"links": "from_contract,to_contract,kind\nK1,K9,currency\n"},
         "unknown_contract", "links.csv"),
        ({"links": "from_contract,to_contract,kind\nK1,K2,currency\nK1,K2,currency\n"},
         "twice_in_file", "links.csv"),
        ({"budgets": "year,dimension,key,currency,amount\n2024,vendor,A,USD,1\n"
                     "2024,vendor,a,USD,2\n"}, "twice_in_file", "budgets.csv"),
        ({"budgets": "year,dimension,key,currency,amount\n2024,total,A,USD,1\n"},
         "key_of_total", "budgets.csv"),
        ({"fx": "Date,USD\n2024-01-02,1.1\n2024-01-02,1.2\n"}, "twice_in_file", "fx.csv"),
        ({"contracts": "contract_id,vendor,category,department,currency,auto_renew,notice_days,"
                       "price_cap_pct,signed_on,cancelled_on\n" + "K1,A,,,USD,Y,,,,\n" * 2
                       + "K2,A,,,USD,Y,,,,\n"}, "twice_in_file", "contracts.csv"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_rest_of_a_history_is_refused(
    tmp_path: Path, changed: dict[str, str], code: str, table_name: str
) -> None:
    report = check(history(tmp_path / "h", **changed), preset("history"))
    assert codes(report) == [code]
    assert report.refusals[0]["table"] == table_name
    assert report.reasons == {code: 1}


def test_a_link_may_change_its_kind(tmp_path: Path) -> None:
    take(history(tmp_path / "h"), preset("history"))
    text = "from_contract,to_contract,kind\nK1,K2,replacement\n"
    assert totals(take(history(tmp_path / "h", links=text), preset("history")))[1] == 1
    assert ContractLink.objects.get().kind == "replacement"


def test_a_recorded_fixing_is_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "fx.csv"
    path.write_text("Date,USD,\n2024-01-02,1.1,\n")
    take(path, preset("ecb-rates"))
    path.write_text("Date,USD,GBP,\n2024-01-02,1.1,0.9,\n2024-01-03,1.2,N/A,\n")
    assert totals(take(path, preset("ecb-rates"))) == (2, 0, 0, 0)
    path.write_text("Date,USD,\n2024-01-02,1.5,\n")
    assert codes(check(path, preset("ecb-rates"))) == ["rate_differs"]
    assert FxRate.objects.get(quote="USD", fixed_on=date(2024, 1, 2)).rate == Decimal("1.1")


def test_a_charge_is_found_by_its_source_and_number(tmp_path: Path) -> None:
    path = table(tmp_path / "c.csv", [CHARGE, CHARGE | {"external_id": "2"}])
    assert totals(take(path, CHARGES)) == (2, 0, 0, 0)
    assert totals(take(path, mapped("charges", *CHARGE, source="other"))) == (2, 0, 0, 0)
    assert totals(take(path, CHARGES)) == (0, 0, 2, 0)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([CHARGE, CHARGE], "twice_in_file"),
        ([CHARGE | {"external_id": ""}], "missing"),
        ([CHARGE | {"currency": ""}], "currency_missing"),
    ],
)
def test_a_charge_that_cannot_be_recorded_says_why(
    tmp_path: Path, rows: list[dict[str, Any]], code: str
) -> None:
    assert codes(check(table(tmp_path / "c.csv", rows), CHARGES)) == [code]


def test_a_ledger_with_one_signed_amount_has_credits(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(
        b"ID,Framework,LotDescription,SupplierName,CustomerName,ReturnMonth,"
        b"ProjectNameAndDescription,EvidencedSpend,Sector,SMEorLarge\r"
        b"7,G,3,ACME LTD,Commissioner\xd5s Office,2013-12-01,,-40.5,Health,SME\r"
        b"8,G,3,Acme,Commissioner\xd5s Office,2013-12-01,Hosting,99,Health,SME\r"
    )
    assert totals(take(path, preset("gcloud-ledger"))) == (2, 0, 0, 0)
    credit, charge = Charge.objects.order_by("external_id")
    assert (credit.gross, credit.credit, credit.currency) == (Decimal(0), Decimal("40.5"), "GBP")
    assert credit.vendor == charge.vendor
    assert str(credit.department) == "Commissioner\N{RIGHT SINGLE QUOTATION MARK}s Office"
    assert charge.description == "Hosting"


def test_an_owner_is_named_by_the_address_of_the_sign_in(tmp_path: Path) -> None:
    owner: Any = UserFactory(email="owner@tracker.example")
    parts = mapped("register", "reference", "owner", *ROW)
    row = {"reference": "R1", "owner": "Owner@Tracker.example", **ROW}
    path = table(tmp_path / "a.csv", [row, row | {"reference": "R2", "owner": "nobody@x.example"}])
    assert codes(take(path, parts, skip=True)) == ["unknown_owner"]
    assert Contract.objects.filter(owner=owner).count() == 1


def test_a_register_names_the_row_it_has_seen_before(tmp_path: Path) -> None:
    path = register(
        tmp_path / "r.csv", "C1,Cleaning,Other,2024-01-01,2025-12-31,73100.0,Acme Pty Ltd"
    )
    (line,) = check(path, preset("act-register")).refusals
    assert line["errors"][0]["message"] == "Row 2 says something else about this contract."
    assert line["errors"][0]["column"] == "contract_number"
