"""The demo portfolio: believable, the same for the same seed, and with something to decide today."""

from datetime import date
from decimal import Decimal
from io import StringIO
from statistics import median
from time import monotonic
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Max, Sum

from contracts.models import (
    AlertPolicy,
    Budget,
    Charge,
    Contract,
    ContractLink,
    Department,
    FxRate,
    LicenceLine,
    Membership,
    PriceChange,
    PriceFlag,
    Product,
    Term,
    Vendor,
    VendorAlias,
)
from contracts.rules.names import normal_form
from contracts.rules.vocabulary import FlagKind, Role
from contracts.services import demo, ledger
from contracts.services.demo.company import MEMBERSHIPS, PEOPLE
from tests.factories import ContractFactory, DepartmentFactory, VendorFactory

TODAY = date(2026, 11, 23)


@pytest.fixture
def loaded(db: None) -> demo.Summary:
    return demo.load(contracts=120, seed=7, today=TODAY)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("load_demo", "--today", TODAY.isoformat(), *arguments, stdout=out)
    return out.getvalue()


# What is stored


def test_the_ledger_of_the_demo_adds_up(loaded: demo.Summary) -> None:
    assert ledger.check() == []
    assert Contract.objects.count() == loaded.contracts == 120
    assert Term.objects.count() == loaded.terms


def test_every_row_would_pass_the_forms(loaded: demo.Summary) -> None:
    for model in (Vendor, VendorAlias, Product, Contract, Term, LicenceLine, Charge, Budget):
        for row in model._default_manager.all():
            row.full_clean(
                exclude=[f.name for f in row._meta.concrete_fields if not f.editable],
                validate_constraints=False,
            )


def test_something_is_to_be_decided_in_each_window(loaded: demo.Summary) -> None:
    windows = demo.due_within(seed=7, days=(3, 12, 25, 30, 60, 90, 120), today=TODAY)
    assert windows == sorted(set(windows))
    assert windows[0] > 0


def test_few_decisions_are_overdue(loaded: demo.Summary) -> None:
    late = Term.objects.open().filter(anchor_date__lt=TODAY).count()
    assert 0 < late < 15


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_window_has_something_for_other_seeds_too(db: None, seed: int) -> None:
    demo.load(contracts=60, seed=seed, today=TODAY)
    windows = demo.due_within(seed=seed, days=(30, 60, 90, 120), today=TODAY)
    assert windows == sorted(set(windows))
    assert windows[0] > 0


def test_every_change_of_the_demo_has_its_history(loaded: demo.Summary) -> None:
    for model in (Contract, Term, LicenceLine, Charge, Vendor, Product, Department, Budget):
        rows: Any = model._default_manager
        history: Any = model.history
        assert set(history.values_list("id", flat=True)) == set(rows.values_list("pk", flat=True))
        assert history.filter(history_type="+").count() == rows.count()


def test_the_history_of_a_term_holds_its_values(loaded: demo.Summary) -> None:
    history: Any = Term.history
    values = ("id", "contract_id", "start_date", "end_date", "annual_value", "unit_price")
    assert sorted(history.values_list(*values), key=str) == sorted(
        Term.objects.values_list(*values), key=str
    )


def test_flags_of_each_kind_are_raised(loaded: demo.Summary) -> None:
    kinds = set(PriceFlag.objects.values_list("kind", flat=True))
    assert kinds == {kind.value for kind in FlagKind}


def test_the_stored_changes_keep_the_shape_of_the_rises(loaded: demo.Summary) -> None:
    changes = [
        change.unit_pct or Decimal(0) for change in PriceChange.objects.exclude(unit_pct=None)
    ]
    assert Decimal("8.5") <= median(changes) <= Decimal("11")
    assert max(changes) <= 30


def test_nobody_can_sign_in_as_one_of_the_people(loaded: demo.Summary) -> None:
    people = get_user_model().objects.filter(email__in=PEOPLE)
    assert people.count() == 12
    assert not any(person.has_usable_password() for person in people)


def test_every_role_is_held_by_somebody(loaded: demo.Summary) -> None:
    held = set(Membership.objects.values_list("role", flat=True))
    assert held == {role.value for role in Role}
    assert Membership.objects.count() == len(MEMBERSHIPS)


def test_departments_know_what_is_below_them(loaded: demo.Summary) -> None:
    technology = Department.objects.get(name="Technology")
    below = set(technology.below.values_list("name", flat=True))
    assert below == {"Technology", "Engineering", "Data", "IT and Security"}


def test_rates_stay_near_their_level_and_end_today(loaded: demo.Summary) -> None:
    dollars = FxRate.objects.filter(source="demo", quote="USD")
    assert all(0.85 < rate < 1.4 for rate in dollars.values_list("rate", flat=True))
    assert dollars.aggregate(last=Max("fixed_on"))["last"] == TODAY
    assert dollars.values("rate").distinct().count() > 100


def test_budgets_plan_two_years_and_their_parts_come_near_the_total(loaded: demo.Summary) -> None:
    assert set(Budget.objects.values_list("fiscal_year", flat=True)) == {2026, 2027}
    of_year = Budget.objects.filter(fiscal_year=2026)
    amounts = {
        name: sum((row.amount for row in of_year.filter(dimension=name)), Decimal(0))
        for name in ("total", "department", "category")
    }
    assert amounts["total"] > 0
    for name in ("department", "category"):
        assert abs(amounts[name] / amounts["total"] - 1) < Decimal("0.25")


def test_replaced_contracts_lead_to_the_one_that_continues_them(loaded: demo.Summary) -> None:
    links = ContractLink.objects.select_related("from_contract")
    assert links.count() == 3
    assert all(link.from_contract.cancelled_on for link in links)


def test_some_charges_belong_to_no_contract(loaded: demo.Summary) -> None:
    loose = Charge.objects.filter(contract=None)
    assert loose.filter(vendor=None).exists()
    assert loose.exclude(vendor=None).exists()


def test_ledger_spellings_lead_to_their_vendor(loaded: demo.Summary) -> None:
    alias = VendorAlias.objects.get(normal_name=normal_form("SFDC"))
    assert alias.vendor.name == "Salesforce"
    assert not VendorAlias.objects.filter(normal_name=F("vendor__normal_name")).exists()


def test_the_same_seed_and_day_give_the_same_rows(loaded: demo.Summary) -> None:
    columns = ("contract__external_reference", "seq", "start_date", "end_date", "annual_value")
    first = list(Term.objects.order_by(*columns[:2]).values_list(*columns))
    rates = list(FxRate.objects.order_by("quote", "fixed_on").values_list("rate", flat=True))
    for model in (Charge, ContractLink, Contract, Budget, FxRate):
        model._default_manager.all().delete()
    demo.load(contracts=120, seed=7, today=TODAY)
    assert list(Term.objects.order_by(*columns[:2]).values_list(*columns)) == first
    again = FxRate.objects.order_by("quote", "fixed_on").values_list("rate", flat=True)
    assert list(again) == rates


def test_a_second_run_of_the_same_seed_adds_nothing(loaded: demo.Summary) -> None:
    counts = [model._default_manager.count() for model in (Contract, Term, Charge, Vendor, FxRate)]
    assert demo.load(contracts=120, seed=7, today=TODAY) == demo.Summary()
    again = [model._default_manager.count() for model in (Contract, Term, Charge, Vendor, FxRate)]
    assert again == counts


def test_a_larger_run_of_the_same_seed_goes_on_where_the_first_ended(loaded: demo.Summary) -> None:
    found = demo.load(contracts=150, seed=7, today=TODAY)
    assert found.contracts == 30
    assert Contract.objects.count() == 150
    assert ledger.check() == []


def test_the_demo_keeps_out_of_a_database_with_other_contracts(db: None) -> None:
    ContractFactory.create()
    with pytest.raises(demo.OccupiedError):
        demo.load(contracts=20, seed=7, today=TODAY)
    assert Contract.objects.count() == 1
    assert Vendor.objects.count() == 1


def test_the_demo_goes_beside_other_contracts_when_asked(db: None) -> None:
    VendorFactory.create(name="SALESFORCE")
    DepartmentFactory.create(name="engineering")
    ContractFactory.create()
    demo.load(contracts=20, seed=7, today=TODAY, add=True)
    assert Contract.objects.count() == 21
    spellings = Vendor.objects.filter(name__iexact="salesforce")
    assert [vendor.name for vendor in spellings] == ["SALESFORCE"]
    assert Department.objects.filter(name__iexact="Engineering").count() == 1


def test_a_second_seed_shares_vendors_people_and_rates(loaded: demo.Summary) -> None:
    shared = [model._default_manager.count() for model in (Vendor, Product, Membership, FxRate)]
    demo.load(contracts=50, seed=8, today=TODAY, add=True)
    assert Contract.objects.count() == 170
    after = [model._default_manager.count() for model in (Vendor, Product, Membership, FxRate)]
    assert after == shared


def test_no_policy_or_alert_is_invented(loaded: demo.Summary) -> None:
    assert Term.objects.aggregate(alerts=Count("alerts"))["alerts"] == 0
    assert AlertPolicy.objects.count() == 0


# The command


def test_the_command_says_what_it_loaded_and_what_there_is_to_decide(db: None) -> None:
    text = run("--contracts", "40")
    assert "Loaded 40 contracts" in text
    assert "To decide within 30 days: " in text
    assert Contract.objects.count() == 40


def test_the_command_says_that_there_is_nothing_to_do(db: None) -> None:
    run("--contracts", "10")
    assert "Nothing to do" in run("--contracts", "10")


def test_the_command_names_the_option_that_overcomes_its_refusal(db: None) -> None:
    ContractFactory.create()
    with pytest.raises(CommandError, match="--add"):
        run("--contracts", "10")
    assert "Loaded 10 contracts" in run("--contracts", "10", "--add")


@pytest.mark.parametrize("number", ["0", "-1", "100001", "many"])
def test_the_command_refuses_a_number_that_is_no_demo(number: str) -> None:
    with pytest.raises(CommandError):
        run("--contracts", number)


def test_the_command_is_silent_when_asked(db: None) -> None:
    assert run("--contracts", "10", "--verbosity", "0") == ""


@pytest.mark.slow
def test_five_thousand_contracts_load_in_bounded_time(db: None) -> None:
    started = monotonic()
    found = demo.load(contracts=5000, seed=7, today=TODAY)
    assert monotonic() - started < 300
    assert found.contracts == Contract.objects.count() == 5000
    total = Term.objects.aggregate(seats=Sum("seq"))["seats"]
    assert total > 5000
