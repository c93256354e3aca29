"""Files become rows: created, changed, left alone or refused, and a second time nothing."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from contracts.models import (
    Budget,
    Charge,
    Contract,
    ContractLink,
    Department,
    FxRate,
    PriceChange,
    Term,
    Vendor,
)
from contracts.services import imports, ledger
from tests.contracts.importing import (
    HISTORY,
    ROWS_OF_HISTORY,
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
from tests.factories import AdministratorFactory, VendorFactory

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    """Return the number of rows of every table, history tables too."""
    models = apps.get_app_config("contracts").get_models(include_auto_created=True)
    return {model._meta.label: model._default_manager.count() for model in models}


def test_a_history_is_taken_in_whole(tmp_path: Path) -> None:
    assert totals(take(history(tmp_path / "h"), preset("history"))) == (ROWS_OF_HISTORY, 0, 0, 0)
    first, second = Contract.objects.order_by("id")
    assert (first.external_reference, second.external_reference) == ("K2", "K1")
    assert (str(first.vendor), str(first.category), str(first.department)) == (
        "Acme Ltd",
        "CRM",
        "Sales",
    )
    assert (first.renewal_kind, first.notice_value, first.notice_unit) == ("auto", 60, "days")
    assert (first.cap_kind, first.cap_pct, first.signed_on) == (
        "fixed",
        Decimal(5),
        date(2022, 12, 18),
    )
    assert (second.renewal_kind, second.notice_value, second.cap_kind) == ("fixed", None, "none")
    assert second.cancelled_on == date(2025, 3, 31)
    assert str(second.department) == "Opérations"
    assert "Acme Ltd" in first.title
    assert "K2" in first.title


def test_terms_keep_their_numbers_and_prices(tmp_path: Path) -> None:
    take(history(tmp_path / "h"), preset("history"))
    terms = Term.objects.filter(contract__external_reference="K2").order_by("seq")
    assert [term.seq for term in terms] == [1, 3]
    assert terms[0].annual_value == Decimal("12000.5")
    assert terms[0].unit_price == Decimal("120.005")
    assert terms[0].list_price is None
    assert terms[1].end_date == date(2025, 12, 31)


def test_what_follows_from_terms_is_derived_in_the_same_import(tmp_path: Path) -> None:
    take(history(tmp_path / "h"), preset("history"))
    assert ledger.check() == []
    assert Term.objects.get(contract__external_reference="K2", seq=3).notice_deadline is not None
    assert PriceChange.objects.get().after.seq == 3


def test_charges_of_a_history_are_kept_apart_and_know_contract_and_vendor(tmp_path: Path) -> None:
    take(history(tmp_path / "h"), preset("history"))
    charges = Charge.objects.filter(contract__external_reference="K1")
    assert charges.count() == 2
    assert {(str(c.vendor), c.currency, c.source) for c in charges} == {
        ("Better GmbH", "EUR", "history")
    }
    assert {c.discount for c in charges} == {Decimal(900)}


def test_links_budgets_and_rates_come_along(tmp_path: Path) -> None:
    take(history(tmp_path / "h"), preset("history"))
    link = ContractLink.objects.get()
    assert (link.from_contract.external_reference, link.kind) == ("K1", "consolidation")
    assert [b.key for b in Budget.objects.order_by("id")] == ["", "Acme Ltd"]
    rates = FxRate.objects.order_by("fixed_on", "quote").values_list("quote", "rate", "base")
    assert list(rates) == [
        ("GBP", Decimal("0.86645"), "EUR"),
        ("USD", Decimal("1.0956"), "EUR"),
        ("USD", Decimal("1.0919"), "EUR"),
    ]


def test_a_dry_run_writes_nothing_and_foretells_the_import(tmp_path: Path) -> None:
    before = counts()
    path = history(tmp_path / "h")
    told = check(path, preset("history"))
    assert counts() == before
    assert told.counts == take(path, preset("history")).counts


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_the_second_import_of_a_file_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(imports, "CHUNK", chunk)
    path = history(tmp_path / "h")
    assert totals(take(path, preset("history"))) == (ROWS_OF_HISTORY, 0, 0, 0)
    before = counts()
    assert totals(take(path, preset("history"))) == (0, 0, ROWS_OF_HISTORY, 0)
    assert counts() == before


def test_optional_files_of_a_history_may_be_missing_the_others_not(tmp_path: Path) -> None:
    lean = history(tmp_path / "lean", charges="", links="", budgets="", fx="")
    assert totals(check(lean, preset("history"))) == (5, 0, 0, 0)
    with pytest.raises(imports.FileRefused) as refused:
        check(history(tmp_path / "broken", terms=""), preset("history"))
    assert refused.value.code == "part_missing"


def test_a_changed_row_names_field_before_and_after(tmp_path: Path) -> None:
    path = history(tmp_path / "h")
    take(path, preset("history"))
    text = HISTORY["contracts.csv"].replace("USD,Y,60,5", "USD,Y,90,5").replace("Sales", "Legal")
    history(path, contracts=text)
    lines: list[dict[str, Any]] = []
    found = imports.plan(path, preset("history"), sink=lines.append)
    assert totals(found.report) == (0, 1, ROWS_OF_HISTORY - 1, 0)
    (line,) = [line for line in lines if line["outcome"] == "changed"]
    assert line["row"] == 2
    assert line["changes"] == [["notice_value", "60", "90"], ["department", "Sales", "Legal"]]
    imports.apply(found)
    contract = Contract.objects.get(external_reference="K2")
    assert (contract.notice_value, str(contract.department), contract.version) == (90, "Legal", 2)
    assert ledger.check() == []


def test_every_written_row_has_its_history_and_its_author(tmp_path: Path) -> None:
    editor = AdministratorFactory()
    path = history(tmp_path / "h")
    take(path, preset("history"), by=editor)
    history(path, contracts=HISTORY["contracts.csv"].replace("USD,Y,60,5", "USD,Y,90,5"))
    take(path, preset("history"), by=editor)
    entries = Contract.objects.get(external_reference="K2").history.order_by("history_id")
    assert [(e.history_type, e.notice_value, e.history_user) for e in entries] == [
        ("+", 60, editor),
        ("~", 90, editor),
    ]
    for model in (Vendor, Department, Contract, Term, Charge, Budget, ContractLink):
        created = model.history.filter(history_type="+", history_user=editor)
        assert created.count() == model.objects.count() > 0


def test_a_value_that_the_file_does_not_state_is_left_alone(tmp_path: Path) -> None:
    path = register(tmp_path / "register.csv")
    take(path, preset("act-register"))
    Contract.objects.filter(external_reference="C1").update(
        renewal_kind="auto", notice_value=30, currency="NZD"
    )
    assert totals(take(path, preset("act-register"))) == (0, 0, 2, 0)
    contract = Contract.objects.get(external_reference="C1")
    assert (contract.renewal_kind, contract.notice_value, contract.currency) == ("auto", 30, "NZD")


def test_one_bad_row_among_a_hundred_leaves_the_tables_untouched(tmp_path: Path) -> None:
    rows = [f"N{n},Job {n},Health,2025-01-01,2025-12-31,365,Vendor {n}" for n in range(97)]
    rows.insert(50, "N98,Job 98,Health,2025-02-30,2025-12-31,365,Vendor 98")
    path = register(tmp_path / "register.csv", *rows)
    before = counts()
    found = imports.plan(path, preset("act-register"))
    assert totals(found.report) == (99, 0, 0, 1)
    with pytest.raises(imports.RowsRefusedError) as refused:
        imports.apply(found)
    assert counts() == before
    ((error,),) = [line["errors"] for line in refused.value.report.refusals]
    assert (error["row"], error["column"], error["value"]) == (54, "execution_date", "2025-02-30")
    assert error["code"] == "date_impossible"
    assert "not a day of the calendar" in error["message"]


def test_refused_rows_are_left_out_on_request_and_leave_no_trace(tmp_path: Path) -> None:
    path = register(
        tmp_path / "register.csv", "C3,Bad,New Department,2025-01-01,2024-01-01,1,New Vendor"
    )
    assert totals(take(path, preset("act-register"), skip=True)) == (2, 0, 0, 1)
    assert Contract.objects.count() == 2
    assert not Vendor.objects.filter(name="New Vendor").exists()
    assert not Department.objects.filter(name="New Department").exists()


def test_a_row_that_became_impossible_after_the_dry_run_refuses_the_import(tmp_path: Path) -> None:
    path = tmp_path / "charges.csv"
    fields = ("external_id", "vendor", "charged_on", "gross")
    parts = mapped("charges", *fields, constants={"currency": "EUR"}, source="ledger")
    row = {"external_id": "1", "vendor": "Acme", "charged_on": "2025-01-01", "gross": "5"}
    table(path, [row, row | {"external_id": "2"}])
    found = imports.plan(path, parts)
    take(table(tmp_path / "other.csv", [row | {"gross": "6"}]), parts)
    with pytest.raises(imports.RowsRefusedError) as refused:
        imports.apply(found)
    assert codes(refused.value.report) == ["charge_differs"]
    assert Charge.objects.count() == 1


def test_progress_is_told_up_to_the_last_row(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    path = history(tmp_path / "h")
    imports.plan(path, preset("history"), on_progress=lambda *step: heard.append(step))
    assert heard[-1] == (ROWS_OF_HISTORY, ROWS_OF_HISTORY)
    assert heard == sorted(heard)


def test_vendors_made_in_one_chunk_are_known_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 1)
    VendorFactory(name="Zebra", normal_name="zebra")
    path = register(
        tmp_path / "r.csv", "C3,More,Health,2025-01-01,2025-12-31,365,ACME PTY. LIMITED"
    )
    take(path, preset("act-register"))
    assert sorted(Vendor.objects.values_list("name", flat=True)) == [
        "Acme Pty Ltd",
        "Better Food",
        "Zebra",
    ]
    assert Department.objects.get(name="Health").below.count() == 1
