"""One way to store a row: valid, versioned, in the history, with what follows from it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from contracts.models import Contract, Department, Vendor, VendorAlias
from contracts.services import records
from tests.factories import (
    AdministratorFactory,
    ChargeFactory,
    ContractFactory,
    DepartmentFactory,
    FxRateFactory,
    TermFactory,
    VendorFactory,
)

pytestmark = pytest.mark.django_db


def test_a_change_is_in_the_history_with_who_and_what() -> None:
    user, contract = AdministratorFactory.create(), ContractFactory.create(title="Before")
    contract.title = "After"
    records.store(contract, by=user)
    newest, oldest = contract.history.all()
    assert newest.history_user == user
    assert [
        (c.field, c.old, c.new) for c in newest.diff_against(oldest).changes if c.field == "title"
    ] == [("title", "Before", "After")]


def test_a_change_counts_the_version_up() -> None:
    contract = ContractFactory.create()
    records.store(contract, expected_version=1)
    contract.refresh_from_db()
    assert contract.version == 2


def test_an_edit_of_an_old_version_is_refused_and_names_the_current_one() -> None:
    contract = ContractFactory.create()
    records.store(contract, expected_version=1)
    contract.title = "Lost"
    with pytest.raises(records.StaleError) as refused:
        records.store(contract, expected_version=1)
    assert refused.value.current == 2
    assert Contract.objects.get().title != "Lost"


def test_an_invalid_row_is_refused_and_nothing_is_written() -> None:
    contract = ContractFactory.create()
    contract.currency = "euro"
    with pytest.raises(ValidationError) as refused:
        records.store(contract)
    assert "currency" in refused.value.message_dict
    contract.refresh_from_db()
    assert (contract.currency, contract.version) == ("EUR", 1)


@pytest.mark.parametrize(
    "values",
    [
        {"cap_kind": "fixed", "cap_pct": None},
        {"cap_kind": "none", "cap_pct": Decimal(5)},
        {"initial_months": 0},
        {"renewal_kind": "never"},
    ],
)
def test_the_promises_of_the_table_are_said_before_the_database_says_them(
    values: dict[str, Any],
) -> None:
    contract = ContractFactory.create()
    for name, value in values.items():
        setattr(contract, name, value)
    with pytest.raises(ValidationError):
        records.store(contract)


def test_a_second_contract_with_the_same_reference_is_refused_but_blank_ones_are_not() -> None:
    ContractFactory.create(external_reference="")
    ContractFactory.create(external_reference="K-1")
    vendor = VendorFactory.create()
    records.store(Contract(vendor=vendor, title="x", currency="EUR", external_reference=""))
    with pytest.raises(ValidationError, match="external reference exists"):
        records.store(Contract(vendor=vendor, title="x", currency="EUR", external_reference="K-1"))


def test_a_vendor_is_the_same_in_any_case_and_knows_its_normal_form() -> None:
    vendor = records.store(Vendor(name="Ümlaut Software GmbH"))
    assert vendor.normal_name == "umlaut software"
    alias = records.store(VendorAlias(vendor=vendor, name="UMLAUT Softw."))
    assert alias.normal_name == "umlaut softw"
    with pytest.raises(ValidationError, match="name exists"):
        records.store(Vendor(name="ümlaut software gmbh"))


def test_a_term_without_a_number_is_the_next_one_and_its_dates_follow_at_once() -> None:
    first = TermFactory.create(start_date=date(2025, 1, 1), end_date=date(2025, 12, 31))
    term = TermFactory.build(contract=first.contract, seq=0)
    records.store(term)
    term.refresh_from_db()
    assert (term.seq, term.notice_deadline) == (2, date(2026, 10, 2))


def test_a_changed_calendar_of_a_vendor_moves_the_days_of_its_contracts() -> None:
    term = TermFactory.create(end_date=date(2027, 1, 6), contract__notice_value=0)
    records.store(term)
    term.refresh_from_db()
    assert term.send_by == date(2027, 1, 5)
    vendor = term.contract.vendor
    vendor.calendar = "DE-BY"
    records.store(vendor)
    term.refresh_from_db()
    assert term.send_by == date(2027, 1, 4)


def test_a_changed_clause_moves_the_deadline() -> None:
    term = TermFactory.create()
    records.store(term)
    contract = term.contract
    contract.notice_value = 30
    records.store(contract)
    term.refresh_from_db()
    assert term.notice_deadline == date(2026, 12, 1)


def test_charges_and_rates_are_added_and_never_changed() -> None:
    for row in (ChargeFactory.create(), FxRateFactory.create()):
        with pytest.raises(ValidationError, match="never changed"):
            records.store(row)
        with pytest.raises(ValidationError, match="never removed"):
            records.remove(row)


def test_a_contract_with_charges_is_not_removed() -> None:
    contract = ContractFactory.create()
    ChargeFactory.create(contract=contract)
    with pytest.raises(ProtectedError):
        records.remove(contract)


def test_a_removed_term_leaves_its_contract_right() -> None:
    first = TermFactory.create(start_date=date(2025, 1, 1), end_date=date(2025, 12, 31))
    second = TermFactory.build(contract=first.contract, seq=2)
    records.store(second)
    records.remove(second)
    first.refresh_from_db()
    assert first.is_open
    assert not first.contract.price_changes.exists()


def test_a_department_knows_all_departments_below_it() -> None:
    top = records.store(Department(name="Company"))
    middle = records.store(Department(name="IT", parent=top))
    low = records.store(Department(name="Operations", parent=middle))
    assert set(top.below.all()) == {top, middle, low}
    low.parent = top
    records.store(low)
    assert set(middle.below.all()) == {middle}


def test_a_department_is_never_below_itself() -> None:
    top = DepartmentFactory.create()
    low = DepartmentFactory.create(parent=top)
    top.parent = low
    with pytest.raises(ValidationError, match="not below itself"):
        records.store(top)


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2200, 1, 1), date(1, 1, 1), date.max])
def test_a_day_outside_two_centuries_is_a_slip_and_said_so(day: date) -> None:
    term = TermFactory.build(contract=ContractFactory.create(), start_date=day, end_date=None)
    with pytest.raises(ValidationError, match="years 1900 to 2199"):
        records.store(term)


def test_a_notice_period_of_more_than_ten_years_of_days_is_a_slip() -> None:
    contract = ContractFactory.create()
    contract.notice_value = 3661
    with pytest.raises(ValidationError, match="3660"):
        records.store(contract)
