"""A contract history with known figures, where such a data set is at hand.

Set `HISTORY_FOLDER` to a folder with contracts.csv, terms.csv, charges.csv, links.csv, budgets.csv,
fx.csv and expected/*.json; one that lies next to the project is found without it.
"""

import csv
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from contracts.models import (
    Budget,
    Category,
    Charge,
    Contract,
    ContractLink,
    Department,
    FxRate,
    Term,
    Vendor,
)
from contracts.rules.names import normal_form
from contracts.services import ledger

BESIDE = Path(__file__).parents[3] / "shared" / "truth" / "tricky"
FOLDER = Path(os.environ.get("HISTORY_FOLDER", BESIDE))
EXPECTED = sorted(FOLDER.glob("expected/*.json"))
MISSING = f"NOT CHECKED against known figures: no history in {FOLDER}"


def load() -> None:
    """Write the whole history to the tables."""
    contracts = {row["contract_id"]: _contract(row) for row in _rows("contracts.csv")}
    Term.objects.bulk_create(
        Term(
            contract=contracts[row["contract_id"]],
            seq=int(row["seq"]),
            start_date=row["start_date"],
            end_date=row["end_date"],
            annual_value=Decimal(row["annual_value"]),
            quantity=_number(row["quantity"]),
            unit_price=_number(row["unit_price"]),
            list_price=_number(row["list_price"]),
        )
        for row in _rows("terms.csv")
    )
    ContractLink.objects.bulk_create(
        ContractLink(
            from_contract=contracts[row["from_contract"]],
            to_contract=contracts[row["to_contract"]],
            kind=row["kind"],
        )
        for row in _rows("links.csv")
    )
    _load_amounts(contracts)
    ledger.refresh([contract.pk for contract in contracts.values()])


def _load_amounts(contracts: dict[str, Contract]) -> None:
    Charge.objects.bulk_create(
        Charge(
            source="history",
            external_id=str(number),
            contract=contracts[row["contract_id"]],
            currency=contracts[row["contract_id"]].currency,
            charged_on=row["date"],
            **{name: Decimal(row[name]) for name in ("gross", "discount", "credit")},
        )
        for number, row in enumerate(_rows("charges.csv"))
    )
    Budget.objects.bulk_create(
        Budget(
            fiscal_year=int(row["year"]),
            dimension=row["dimension"],
            key=row["key"],
            currency=row["currency"],
            amount=Decimal(row["amount"]),
        )
        for row in _rows("budgets.csv")
    )
    FxRate.objects.bulk_create(
        FxRate(fixed_on=row["Date"], quote=quote, rate=Decimal(rate), source="ecb")
        for row in _rows("fx.csv")
        for quote, rate in row.items()
        if quote != "Date" and rate
    )


def _contract(row: dict[str, str]) -> Contract:
    vendor, _ = Vendor.objects.get_or_create(
        name=row["vendor"], defaults={"normal_name": normal_form(row["vendor"])}
    )
    category, _ = Category.objects.get_or_create(name=row["category"])
    department, _ = Department.objects.get_or_create(name=row["department"])
    cap = _number(row["price_cap_pct"])
    return Contract.objects.create(
        external_reference=row["contract_id"],
        title=row["contract_id"],
        vendor=vendor,
        category=category,
        department=department,
        currency=row["currency"],
        renewal_kind="auto" if row["auto_renew"] == "Y" else "fixed",
        notice_value=int(row["notice_days"]) if row["notice_days"] else None,
        cap_kind="none" if cap is None else "fixed",
        cap_pct=cap,
        signed_on=_day(row["signed_on"]),
        cancelled_on=_day(row["cancelled_on"]),
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
