"""Real registers and ledgers, where they lie beside the project; nothing of them is copied into it."""

import os
from pathlib import Path

import pytest

from contracts.models import Charge, Contract, ContractLink, FxRate, IndexValue, PriceChange, Term
from contracts.services import ledger
from tests.contracts.importing import check, preset, take, totals

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3] / "shared"))
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"NO REAL DATA: {SHARED} is not there"),
]
REGISTER = SHARED / "data" / "act_contracts_2025.csv"
SPEND = SHARED / "data" / "gcloud_spend_2012_2013_macEOL.csv"
RATES = SHARED / "data" / "ecb_eurofxref_2012on.csv"
PRICES = SHARED / "data" / "bls_cpi_2012on.csv"
TRICKY = SHARED / "truth" / "tricky"


def test_a_contract_register_of_1296_rows() -> None:
    report = take(REGISTER, preset("act-register"), skip=True)
    assert totals(report) == (1157, 0, 0, 139)
    assert report.reasons == {"amount_zero": 126, "several_vendors": 11, "differs_from_row": 2}
    assert totals(check(REGISTER, preset("act-register"))) == (0, 0, 1157, 139)
    assert Contract.objects.count() == Term.objects.count() == 1157
    assert len(report.offers) == 14


def test_a_spend_ledger_with_line_ends_of_a_macintosh() -> None:
    assert totals(take(SPEND, preset("gcloud-ledger"))) == (5769, 0, 0, 0)
    assert totals(check(SPEND, preset("gcloud-ledger"))) == (0, 0, 5769, 0)
    assert Charge.objects.filter(credit__gt=0, gross=0).count() == 78
    name = "Information Commissioner\N{RIGHT SINGLE QUOTATION MARK}s Office"
    assert Charge.objects.filter(department__name=name).exists()


def test_exchange_rates_since_2012() -> None:
    assert totals(take(RATES, preset("ecb-rates"))) == (3795, 0, 0, 0)
    assert totals(check(RATES, preset("ecb-rates"))) == (0, 0, 3795, 0)
    assert FxRate.objects.count() == 3795 * 12


def test_consumer_prices_of_three_series_since_2012() -> None:
    assert totals(take(PRICES, preset("bls-index"))) == (525, 0, 0, 0)
    assert totals(check(PRICES, preset("bls-index"))) == (0, 0, 525, 0)
    assert IndexValue.objects.values("name").distinct().count() == 3


def test_a_history_of_every_tricky_case() -> None:
    assert totals(take(TRICKY, preset("history"))) == (2860, 0, 0, 0)
    assert totals(check(TRICKY, preset("history"))) == (0, 0, 2860, 0)
    assert (Contract.objects.count(), Term.objects.count()) == (200, 521)
    assert (Charge.objects.count(), ContractLink.objects.count()) == (581, 6)
    assert PriceChange.objects.exists()
    assert ledger.check() == []
    names = Contract.objects.order_by("id").values_list("external_reference", flat=True)
    assert list(names) == sorted(names)
