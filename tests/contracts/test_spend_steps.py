"""The sums of the ledger by day and month change with its entries, whoever writes them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from contracts.models import Contract, LedgerEntry, SpendStep, Term, TermOutcome
from contracts.services import ledger, records, spend_steps
from tests.factories import ContractFactory, LedgerEntryFactory, TermFactory

pytestmark = pytest.mark.django_db


def renewing(**values: Any) -> Contract:
    """Return a contract of two years, renewed early and dearer, with what follows from it."""
    contract: Contract = ContractFactory.create(**values)
    TermFactory.create(contract=contract, seq=1, annual_value=Decimal("1000.5"))
    TermFactory.create(
        contract=contract,
        seq=2,
        start_date=date(2026, 12, 15),
        end_date=date(2028, 2, 29),
        annual_value=Decimal("1200.0001"),
    )
    ledger.refresh([contract.pk])
    return contract


def steps() -> dict[tuple[bool, date], int]:
    """Return the steps in 10^-4 by day and by month, zeros left out."""
    found: dict[tuple[bool, date], int] = {}
    for row in SpendStep.objects.all():
        key = (row.is_month, date.fromordinal(row.day))
        found[key] = found.get(key, 0) + row.high * 10**9 + row.low
    return {key: value for key, value in found.items() if value}


def test_each_first_day_adds_and_the_day_after_each_last_takes_away() -> None:
    contract: Contract = ContractFactory.create()
    TermFactory.create(
        contract=contract, start_date=date(2026, 3, 10), end_date=date(2026, 7, 31), annual_value=5
    )
    ledger.refresh([contract.pk])
    assert steps() == {
        (False, date(2026, 3, 10)): 50_000,
        (True, date(2026, 3, 1)): 50_000,
        (False, date(2026, 8, 1)): -50_000,
        (True, date(2026, 8, 1)): -50_000,
    }
    march = SpendStep.objects.get(is_month=True, day=date(2026, 3, 1).toordinal())
    assert march.low_days == 9 * 50_000, "the tenth is nine days into its month"


def test_a_price_that_did_not_change_leaves_no_step_between_two_terms() -> None:
    contract: Contract = ContractFactory.create()
    for seq, year in enumerate((2025, 2026), 1):
        days = {"start_date": date(year, 1, 1), "end_date": date(year, 12, 31)}
        TermFactory.create(contract=contract, seq=seq, **days)
    ledger.refresh([contract.pk])
    assert {day for _, day in steps()} == {date(2025, 1, 1), date(2027, 1, 1)}


def test_a_draft_is_in_no_sum_until_it_is_signed() -> None:
    contract = renewing(is_draft=True)
    assert not steps()
    contract.is_draft = False
    records.store(contract)
    assert steps()
    assert spend_steps.check() == []


def test_sums_follow_every_way_of_writing_an_entry() -> None:
    contract, other = renewing(), renewing(currency="USD")
    LedgerEntry.objects.filter(contract=contract).update(annual_value=F("annual_value") + 7)
    assert spend_steps.check() == []
    LedgerEntry.objects.filter(contract=other).first().delete()  # type: ignore[union-attr]
    LedgerEntryFactory.create()
    assert spend_steps.check() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contracts_ledgerentry SET currency = 'GBP', is_draft = NOT is_draft")
    assert spend_steps.check() == []


def test_sums_go_with_their_contract() -> None:
    kept = renewing()
    before = steps()
    records.remove(renewing())
    assert Contract.objects.get() == kept
    assert steps() == before


def test_values_beyond_64_bits_are_summed_apart() -> None:
    for _number in range(12):
        contract: Contract = ContractFactory.create()
        TermFactory.create(contract=contract, annual_value=Decimal("99999999999999.9999"))
        ledger.refresh([contract.pk])
    assert steps()[False, date(2026, 1, 1)] == 12 * (10**18 - 1)


def test_the_check_names_a_wrong_sum_and_a_refresh_mends_it() -> None:
    renewing()
    assert ledger.check() == []
    SpendStep.objects.filter(is_month=True).update(low=F("low") + 1)
    SpendStep.objects.filter(is_month=False).first().delete()  # type: ignore[union-attr]
    assert any(line.startswith("steps (True") for line in ledger.check())
    assert any(line.startswith("steps (False") for line in ledger.check())
    call_command("check_ledger", "--refresh")
    assert ledger.check() == []


def test_what_an_upgrade_emptied_is_worked_out_again() -> None:
    renewing()
    assert not ledger.is_behind()
    LedgerEntry.objects.all().delete()
    TermOutcome.objects.all().delete()
    assert ledger.is_behind()
    ledger.rebuild()
    assert not ledger.is_behind()
    assert ledger.check() == []


def test_an_empty_installation_is_not_behind() -> None:
    assert not ledger.is_behind()
    TermFactory.create(is_void=True)
    assert Term.objects.exists()
    assert not ledger.is_behind()


def test_shards_are_added_up_once_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    renewing()
    before = steps()
    spend_steps.fold()
    apart = SpendStep.objects.exclude(shard=0)
    assert apart.exists() == (connection.vendor == "postgresql"), "not yet"
    monkeypatch.setattr(spend_steps, "LOOSE", 0)
    spend_steps.fold()
    assert not apart.exists()
    assert steps() == before
    assert spend_steps.check() == []


def test_the_triggers_can_be_put_in_place_again() -> None:
    spend_steps.install()
    renewing()
    assert spend_steps.check() == []
    assert steps()
