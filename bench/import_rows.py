"""The import of a register: the product beside csv, validation in Python, and executemany."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection

from bench import OPTIONS, measure, portfolio
from contracts.services import imports
from contracts.services.demo.portfolio import Portfolio

PRESET = "act-register"
FIELDS = (
    "contract_number", "title", "suppliers", "directorate", "execution_date", "expiry_date",
    "amount",
)  # fmt: skip
APPLY = "product: import with matching, history, dates and ledger"
PLAN = "product: dry run, what would happen to each row"
FLOOR = "floor: csv, validation in Python, executemany"
READ = "csv module alone"
TABLES = (
    "CREATE TABLE bench_vendor (id integer PRIMARY KEY, name varchar(200) NOT NULL UNIQUE)",
    "CREATE TABLE bench_contract (id integer PRIMARY KEY, reference varchar(100) NOT NULL UNIQUE,"
    " vendor_id integer NOT NULL, title varchar(250) NOT NULL, department varchar(150) NOT NULL)",
    "CREATE TABLE bench_term (id integer PRIMARY KEY, contract_id integer NOT NULL,"
    " start_date date NOT NULL, end_date date NOT NULL, annual_value bigint NOT NULL)",
    "CREATE INDEX bench_term_contract ON bench_term (contract_id)",
)
Row = dict[str, str]


def main() -> None:
    """Print the dry run and the import of a file beside the floor."""
    portfolio.load()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        write_register(path, OPTIONS.rows)
        candidates: dict[str, measure.Candidate] = {
            PLAN: partial(_plan, path),
            APPLY: portfolio.undone(partial(_apply, _plan(path))),
            FLOOR: portfolio.undone(partial(floor, path)),
            READ: partial(_read, path),
        }
        measure.headline(f"Import of {OPTIONS.rows} rows into {OPTIONS.contracts} contracts")
        timings = measure.interleaved(candidates, OPTIONS.runs)
    measure.table(timings, floor=FLOOR)
    measure.goal("import over the floor", measure.ratio(timings, APPLY, FLOOR), 4)


def write_register(path: Path, rows: int) -> None:
    """Write a register of contracts that no table holds, of vendors that some do."""
    source = Portfolio(portfolio.SEED + 1, portfolio.TODAY)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for number in range(rows):
            writer.writerow(_line(source, number))


def _line(source: Portfolio, number: int) -> tuple[Any, ...]:
    plan = source.contract(number)
    start = plan.timeline.spans[0].start
    end = plan.timeline.spans[0].end or portfolio.TODAY
    vendor = plan.purchase.vendor.legal_name if number % 3 else f"Local Supplier {number % 997}"
    amount = Decimal(plan.prices[0].annual_cents) / 100
    department = plan.purchase.department or "Operations"
    return f"R-{number:06}", plan.purchase.title, vendor, department, start, max(start, end), amount


def _plan(path: Path) -> imports.ImportPlan:
    found = imports.plan(path, imports.parts_of(preset=PRESET))
    if found.refused:
        raise SystemExit(f"{found.refused} rows were refused: {found.report}")
    return found


def _apply(found: imports.ImportPlan) -> None:
    imports.apply(found)


def _read(path: Path) -> int:
    return sum(1 for _row in _rows(path))


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def floor(path: Path) -> None:
    """Read, validate and insert, with nothing of what the product does around it."""
    for statement in TABLES:
        portfolio.execute(statement)
    vendors: dict[str, int] = {}
    contracts, terms = [], []
    for number, row in enumerate(_rows(path), start=1):
        reference, title, vendor, department, start, end, cents = _validated(row)
        vendor_id = vendors.setdefault(vendor, len(vendors) + 1)
        contracts.append((number, reference, vendor_id, title, department))
        terms.append((number, number, start, end, cents))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO bench_vendor VALUES (%s, %s)", [(pk, name) for name, pk in vendors.items()]
        )
        cursor.executemany("INSERT INTO bench_contract VALUES (%s, %s, %s, %s, %s)", contracts)
        cursor.executemany("INSERT INTO bench_term VALUES (%s, %s, %s, %s, %s)", terms)


def _validated(row: Row) -> tuple[str, str, str, str, date, date, int]:
    reference, title, vendor, department = (row[name].strip() for name in FIELDS[:4])
    start, end = (date.fromisoformat(row[name]) for name in ("execution_date", "expiry_date"))
    if not (reference and title and vendor) or len(title) > 250 or end < start:
        raise ValueError(row)
    amount = Decimal(row["amount"])
    days = (end - start).days + 1
    return reference, title, vendor, department, start, end, int(amount * 3652500 / days)


if __name__ == "__main__":
    main()
