"""Rows by recipe: values by field, defaults for new rows, errors that name row, column and value."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.importers.charges_csv import ContentIds
from contracts.importers.contracts_csv import annual_value
from contracts.importers.kinds import KINDS
from contracts.importers.presets import PRESETS
from contracts.importers.problems import MESSAGES, FileRefused, RowError
from contracts.importers.recipes import Recipe, by_hand, guess_columns, guess_kind
from contracts.importers.rows import ParsedRow, RowReader
from contracts.importers.tables import Cell, NumberedRow
from contracts.models import Budget, Category, Charge, Contract, Department, Vendor
from contracts.rules.money import CURRENCIES

REGISTER = PRESETS["act-register"].parts[0].recipe
LEDGER = PRESETS["gcloud-ledger"].parts[0].recipe
RATES = PRESETS["ecb-rates"].parts[0].recipe


def parsed(recipe: Recipe, **cells: Cell) -> ParsedRow:
    return RowReader(recipe, list(cells)).read(NumberedRow(7, cells))


def register_row(**changed: Cell) -> ParsedRow:
    cells: dict[str, Cell] = {
        "contract_number": "C1",
        "title": "Cleaning",
        "suppliers": "Acme Pty Ltd",
        "directorate": "Health",
        "execution_date": "2024-01-01",
        "expiry_date": "2025-12-31",
        "amount": "73100.0",
    }
    return parsed(REGISTER, **cells | changed)


def test_a_total_becomes_what_a_year_of_it_costs() -> None:
    row = register_row()
    assert row.errors == ()
    assert row.values["annual_value"] == Decimal("36550.0000")
    assert "total_value" not in row.values
    assert row.defaults == {"currency": "AUD", "renewal_kind": "fixed"}


@pytest.mark.parametrize(
    ("total", "start", "end", "yearly"),
    [
        ("1000", date(2024, 1, 1), date(2024, 12, 31), "1000"),
        ("1000", date(2023, 3, 1), date(2023, 3, 1), "366000"),
        ("1000", date(2024, 3, 1), date(2026, 2, 28), "500"),
        ("1000", date(2025, 1, 1), date(2025, 7, 2), "1994.5355"),
        ("100", date(2025, 1, 1), date(2027, 12, 31), "33.3333"),
        ("200", date(2025, 1, 1), date(2027, 12, 31), "66.6667"),
        # A year from 29 February ends on 27 February; 307 of 365 days follow.
        ("1000", date(2024, 2, 29), date(2025, 12, 31), "543.1548"),
    ],
)
def test_years_are_counted_in_days_of_anniversary_years(
    total: str, start: date, end: date, yearly: str
) -> None:
    assert annual_value(Decimal(total), start, end) == Decimal(yearly)


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"amount": "0.0"}, "amount", "amount_zero"),
        ({"amount": ""}, "amount", "missing"),
        ({"amount": "-1"}, "amount", "negative"),
        ({"expiry_date": ""}, "expiry_date", "total_without_end"),
        ({"expiry_date": "2023-12-31"}, "expiry_date", "end_before_start"),
        ({"execution_date": "01/02/2024"}, "execution_date", "date_not_iso"),
        ({"execution_date": ""}, "execution_date", "missing"),
        ({"suppliers": " "}, "suppliers", "missing"),
        ({"suppliers": "Acme (PN12.01)\nBetter (PN12.02)"}, "suppliers", "several_vendors"),
        ({"title": "x" * 251}, "title", "too_long"),
    ],
)
def test_a_bad_row_of_a_register_names_row_column_value_and_reason(
    changed: dict[str, Cell], column: str, code: str
) -> None:
    row = register_row(**changed)
    (error,) = row.errors
    assert (error.row, error.column, error.code) == (7, column, code)
    assert error.value == str(changed[column])[:200]
    assert error.message


def test_every_bad_cell_of_a_row_is_named() -> None:
    row = register_row(amount="x", execution_date="y", suppliers="")
    assert [error.column for error in row.errors] == ["suppliers", "execution_date", "amount"]


def test_the_number_behind_a_supplier_is_no_part_of_its_name() -> None:
    assert register_row(suppliers="BOC Limited (PICH0009993.120.01)").values["vendor"] == (
        "BOC Limited"
    )
    assert register_row(suppliers="Austraffic (NSW)").values["vendor"] == "Austraffic (NSW)"


def test_a_row_with_more_cells_than_headings_is_refused() -> None:
    row = RowReader(RATES, ["Date", "USD"]).read(
        NumberedRow(3, {"Date": "2024-01-02", "USD": "1.1"}, surplus=True)
    )
    assert [error.code for error in row.errors] == ["too_many_cells"]


def ledger_row(spend: str) -> ParsedRow:
    return parsed(
        LEDGER,
        ID="1",
        SupplierName="Acme",
        CustomerName="Cabinet",
        ReturnMonth="2013-12-01",
        EvidencedSpend=spend,
        ProjectNameAndDescription="",
    )


@pytest.mark.parametrize(
    ("spend", "gross", "credit"), [("12.5", "12.5", "0"), ("-12.5", "0", "12.5"), ("0", "0", "0")]
)
def test_an_amount_below_zero_is_a_credit(spend: str, gross: str, credit: str) -> None:
    values = ledger_row(spend).values
    assert values["gross"] == Decimal(gross)
    assert values.get("credit", Decimal(0)) == Decimal(credit)
    assert ledger_row(spend).defaults == {"currency": "GBP"}


def test_rates_are_read_from_a_column_per_currency_and_gaps_are_skipped() -> None:
    row = parsed(RATES, Date="2024-01-02", USD="1.1", JPY="N/A", BGN="", TRL="-")
    assert row.values == {"fixed_on": date(2024, 1, 2), "rates": {"USD": Decimal("1.1")}}
    assert row.defaults == {"base": "EUR"}


def test_a_rate_that_is_none_is_named_by_its_currency() -> None:
    row = parsed(RATES, Date="2024-01-02", USD="0", GBP="x")
    assert [(error.column, error.code) for error in row.errors] == [
        ("USD", "not_positive"),
        ("GBP", "amount_malformed"),
    ]


def test_a_column_of_rates_that_is_no_currency_refuses_the_file() -> None:
    with pytest.raises(FileRefused) as refused:
        parsed(RATES, Date="2024-01-02", USD="1.1", Moon="9")
    assert refused.value.code == "unknown_currency"


def test_a_missing_column_refuses_the_file() -> None:
    with pytest.raises(FileRefused) as refused:
        parsed(RATES, Day="2024-01-02")
    assert refused.value.code == "heading_missing"
    assert "Date" in str(refused.value)


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        ({"auto_renew": "Y"}, {"renewal_kind": "auto"}),
        ({"auto_renew": "N"}, {"renewal_kind": "fixed"}),
        ({"notice_days": "60"}, {"notice_value": 60, "notice_unit": "days"}),
        ({"notice_days": ""}, {"notice_value": None, "notice_unit": "days"}),
        ({"cap_pct": "5"}, {"cap_pct": Decimal(5), "cap_kind": "fixed"}),
        ({"cap_pct": "0"}, {"cap_pct": Decimal(0), "cap_kind": "fixed"}),
        ({"cap_pct": ""}, {"cap_pct": None, "cap_kind": "none"}),
    ],
)
def test_fields_that_stand_for_several_columns_are_written_out(
    cells: dict[str, Cell], written: dict[str, Any]
) -> None:
    recipe = Recipe(kind="contracts", columns={name: name for name in cells})
    assert parsed(recipe, **cells).values == written


def test_charges_without_numbers_get_the_same_ids_in_any_order() -> None:
    rows: list[dict[str, Any]] = [
        {"reference": "C1", "charged_on": date(2024, 1, 1), "gross": Decimal("12.5")},
        {"reference": "C1", "charged_on": date(2024, 1, 2), "gross": Decimal("12.5")},
        {"reference": "C1", "charged_on": date(2024, 1, 1), "gross": Decimal("12.50")},
    ]
    forwards, backwards = ContentIds(), ContentIds()
    ids = [forwards.next_id(row) for row in rows]
    assert len(set(ids)) == 3
    assert sorted(ids) == sorted(backwards.next_id(row) for row in reversed(rows))
    assert ids[0].endswith("-1")
    assert ids[2] == ids[0].removesuffix("-1") + "-2"


def test_columns_are_guessed_from_usual_headings() -> None:
    kind = KINDS["register"]
    headings = ["Contract Number", "Supplier", "Execution date", "Expiry_Date", "Seats", "Other"]
    assert guess_columns(kind, headings) == {
        "reference": "Contract Number",
        "vendor": "Supplier",
        "start_date": "Execution date",
        "end_date": "Expiry_Date",
        "quantity": "Seats",
    }


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (["vendor", "currency", "start", "end", "annual value"], "register"),
        (["contract_id", "vendor", "currency", "notice_days"], "contracts"),
        (["contract_id", "seq", "start_date", "end_date", "annual_value"], "terms"),
        (["id", "supplier", "date", "gross", "discount", "credit"], "charges"),
        (["from_contract", "to_contract", "kind"], "links"),
        (["year", "dimension", "key", "currency", "amount"], "budgets"),
    ],
)
def test_the_kind_of_table_is_guessed_from_its_headings(headings: list[str], kind: str) -> None:
    assert guess_kind(headings).name == kind


def test_a_mapping_needs_what_every_row_needs() -> None:
    options = {"kind": "register", "constants": {"currency": "EUR"}, "date_order": "DMY"}
    recipe = by_hand({"vendor": "Supplier", "start_date": "From", "title": ""}, options)
    assert recipe.columns == {"vendor": "Supplier", "start_date": "From"}
    assert recipe.date_order == "DMY"
    with pytest.raises(FileRefused) as refused:
        by_hand({"vendor": "Supplier"}, options)
    assert refused.value.code == "field_missing"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_finds_its_needed_fields(kind: str) -> None:
    assert set(KINDS[kind].required) <= set(KINDS[kind].fields)


@pytest.mark.parametrize(
    ("model", "column", "field"),
    [
        (Contract, "external_reference", "reference"),
        (Contract, "title", "title"),
        (Vendor, "name", "vendor"),
        (Department, "name", "department"),
        (Category, "name", "category"),
    ],
)
def test_texts_are_read_up_to_the_length_of_their_column(
    model: Any, column: str, field: str
) -> None:
    limit = model._meta.get_field(column).max_length
    read = KINDS["register"].fields[field].read
    recipe = RowReader(Recipe(kind="contracts"), [])
    assert read("x" * limit, recipe._formats) == "x" * limit
    with pytest.raises(ValueError, match="more than"):
        read("x" * (limit + 1), recipe._formats)


@pytest.mark.parametrize(
    ("model", "column", "kind", "field"),
    [
        (Charge, "external_id", "charges", "external_id"),
        (Charge, "description", "charges", "description"),
        (Budget, "key", "budgets", "key"),
    ],
)
def test_texts_of_ledgers_fit_their_columns_too(
    model: Any, column: str, kind: str, field: str
) -> None:
    limit = model._meta.get_field(column).max_length
    recipe = Recipe(kind=kind, columns={field: "cell"})
    assert RowReader(recipe, ["cell"])._value(KINDS[kind].fields[field], "x" * limit, False)
    row = RowReader(recipe, ["cell"]).read(NumberedRow(2, {"cell": "x" * (limit + 1)}))
    assert "too_long" in [error.code for error in row.errors]


def test_every_reason_is_a_sentence() -> None:
    assert all(text.endswith((".", "%(reason)s")) for text in MESSAGES.values())
    assert RowError(1, "a", "b", "c", "d").row == 1
    assert "EUR" in CURRENCIES
