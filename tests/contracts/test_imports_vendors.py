"""Vendor names meet by alias and normal form; near ones are offered, never merged."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from contracts.models import Contract, Vendor, VendorAlias
from contracts.rules.names import normal_form
from contracts.services import records
from contracts.services.import_names import Nearness, VendorNames
from contracts.services.import_report import Refused
from tests.contracts.importing import check, codes, mapped, preset, register, table, take, totals
from tests.factories import (
    ContractFactory,
    DepartmentFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ROW = {
    "reference": "R1",
    "vendor": "Acme",
    "department": "Sales",
    "currency": "EUR",
    "start_date": "2025-01-01",
    "annual_value": "1200",
}
PARTS = mapped("register", *ROW)


def known(name: str) -> Vendor:
    return Vendor.objects.create(name=name, normal_name=normal_form(name))


@pytest.mark.parametrize(
    "spelling",
    ["Müller & Söhne GmbH", "MULLER AND SOHNE", "müller & söhne gmbh"],
)
def test_spellings_of_one_vendor_meet(spelling: str) -> None:
    vendor = known("Müller & Söhne GmbH & Co. KG")
    assert VendorNames(matching=True).find(spelling) == vendor


def test_an_alias_names_its_vendor_before_any_normal_form() -> None:
    group = known("Better Group")
    known("Better Food")
    records.store(VendorAlias(vendor=group, name="Betterfood International"))
    assert VendorNames(matching=True).find("BETTERFOOD INTERNATIONAL Ltd") == group


def test_a_name_that_two_vendors_share_is_asked_about_unless_it_is_written_in_full() -> None:
    first, second = known("Acme Ltd"), known("Acme GmbH")
    names = VendorNames(matching=True)
    assert names.find("ACME LTD") == first
    assert names.find("acme gmbh") == second
    with pytest.raises(Refused) as refused:
        names.find("Acme")
    assert refused.value.code == "vendor_unclear"


@pytest.mark.parametrize(
    ("name", "near", "score"),
    [
        ("hill health solutions", "hills health solutions", 98),
        ("solutions health hills", "hills health solutions", 100),
        ("stantec", "stantec australia", 90),
        ("aecom australia", "aecom", 90),
        ("quite another", None, 0),
        ("aeco", None, 0),
        ("bd", None, 0),
    ],
)
def test_near_is_what_begins_alike_or_differs_in_a_letter(
    name: str, near: str | None, score: int
) -> None:
    names = Nearness()
    for other in ("hills health solutions", "stantec australia", "aecom", "bd services"):
        names.add(other)
    assert names.nearest(name) == (near and (near, score))


def test_a_near_vendor_is_offered_and_still_made(tmp_path: Path) -> None:
    known("Better Foods")
    path = register(tmp_path / "r.csv")
    report = check(path, preset("act-register"))
    (offer,) = report.as_json()["near_matches"]
    assert (offer["name"], offer["vendor"], offer["row"]) == ("Better Food", "Better Foods", 3)
    assert offer["score"] >= 90
    take(path, preset("act-register"))
    assert Contract.objects.get(external_reference="C2").vendor.name == "Better Food"


def test_an_accepted_spelling_is_used_and_offered_no_more(tmp_path: Path) -> None:
    vendor = known("Better Foods")
    records.store(VendorAlias(vendor=vendor, name="Better Food"))
    path = register(tmp_path / "r.csv")
    assert take(path, preset("act-register")).offers == []
    assert Contract.objects.get(external_reference="C2").vendor == vendor


def test_a_viewer_imports_nothing(tmp_path: Path) -> None:
    viewer = MembershipFactory(role="viewer", department=None).user
    for person in (viewer, UserFactory()):
        with pytest.raises(PermissionDenied):
            check(register(tmp_path / "r.csv"), preset("act-register"), by=person)


def test_an_editor_of_the_organisation_imports_everything(tmp_path: Path) -> None:
    editor = MembershipFactory(role="editor", department=None).user
    report = take(register(tmp_path / "r.csv"), preset("act-register"), by=editor)
    assert totals(report) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"department": "Legal"}, "department_not_yours"),
        ({"department": "Brand new"}, "department_not_yours"),
        ({"department": ""}, "department_missing"),
        ({"reference": "THEIRS"}, "contract_not_yours"),
        ({"reference": "OWN"}, None),
    ],
)
def test_an_editor_of_a_department_imports_only_into_it(
    tmp_path: Path, changed: dict[str, str], code: str | None
) -> None:
    mine, other = DepartmentFactory(name="Sales"), DepartmentFactory(name="Legal")
    editor = MembershipFactory(department=mine).user
    ContractFactory(external_reference="THEIRS", department=other)
    ContractFactory(external_reference="OWN", department=other, owner=editor)
    path = table(tmp_path / "a.csv", [ROW | changed])
    assert codes(check(path, PARTS, by=editor)) == ([code] if code else [])


def test_charges_follow_the_same_rights(tmp_path: Path) -> None:
    mine = DepartmentFactory(name="Sales")
    editor = MembershipFactory(department=mine).user
    ContractFactory(external_reference="THEIRS")
    ContractFactory(external_reference="OURS", department=mine)
    row = {"reference": "OURS", "department": "", "charged_on": "2025-01-01", "gross": "5"}
    rows = [
        row,
        row | {"reference": "THEIRS"},
        row | {"reference": "", "department": "Sales"},
        row | {"reference": "", "department": "Legal"},
    ]
    parts = mapped("charges", *row, constants={"currency": "EUR"})
    report = check(table(tmp_path / "c.csv", rows), parts, by=editor)
    assert codes(report) == ["contract_not_yours", "department_not_yours"]
