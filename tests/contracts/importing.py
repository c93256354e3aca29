"""Files for the tests of imports, written by the tests themselves."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from contracts.importers.presets import Part
from contracts.importers.recipes import Recipe
from contracts.services import imports
from contracts.services.import_report import Report

REGISTER = (
    "contract_number,title,directorate,execution_date,expiry_date,amount,suppliers\n"
    "C1,Cleaning,Health,2024-01-01,2025-12-31,73100.0,Acme Pty Ltd\n"
    "C2,Catering,Education,2025-01-01,2025-12-31,3650.0,Better Food\n"
)
HISTORY = {
    "contracts.csv": (
        "contract_id,vendor,category,department,currency,auto_renew,notice_days,price_cap_pct,"
        "signed_on,cancelled_on\n"
        "K2,Acme Ltd,CRM,Sales,USD,Y,60,5,2022-12-18,\n"
        "K1,Better GmbH,Security,Opérations,EUR,N,,,2023-01-18,2025-03-31\n"
    ),
    "terms.csv": (
        "contract_id,seq,start_date,end_date,annual_value,quantity,unit_price,list_price\n"
        "K2,3,2025-01-01,2025-12-31,13200,100,132,150\n"
        "K1,1,2023-02-01,2026-01-31,9000,,,\n"
        "K2,1,2024-01-01,2024-12-31,12000.5,100,120.005,\n"
    ),
    "charges.csv": (
        "contract_id,date,gross,discount,credit\n"
        "K2,2024-01-05,12000.50,0.00,0.00\n"
        "K1,2023-02-05,9000.00,900.00,0.00\n"
        "K1,2023-02-05,9000.00,900.00,0.00\n"
    ),
    "links.csv": "from_contract,to_contract,kind\nK1,K2,consolidation\n",
    "budgets.csv": (
        "year,dimension,key,currency,amount\n2024,total,,USD,20000\n2024,vendor,Acme Ltd,USD,12000\n"
    ),
    "fx.csv": "Date,USD,GBP\n2024-01-02,1.0956,0.86645\n2024-01-03,1.0919,N/A\n",
}
ROWS_OF_HISTORY = 13


def register(path: Path, *rows: str) -> Path:
    """Write a register with these rows behind the two usual ones."""
    path.write_text(REGISTER + "".join(f"{row}\n" for row in rows))
    return path


def history(folder: Path, **changed: str) -> Path:
    """Write a history; `terms="..."` replaces terms.csv, an empty text leaves the file out."""
    folder.mkdir(exist_ok=True)
    for name, text in HISTORY.items():
        wanted = changed.get(name.removesuffix(".csv"), text)
        if wanted:
            (folder / name).write_text(wanted)
    return folder


def table(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows of named values as CSV."""
    lines = [dict(row) for row in rows]
    headings = list(dict.fromkeys(name for line in lines for name in line))
    text = [",".join(headings)]
    text += [",".join(str(line.get(name, "")) for name in headings) for line in lines]
    path.write_text("\n".join(text) + "\n")
    return path


def mapped(kind: str, *columns: str, **options: Any) -> tuple[Part, ...]:
    """Return a recipe whose columns are called like the fields."""
    return (Part(Recipe(kind=kind, columns={name: name for name in columns}, **options)),)


def preset(name: str) -> tuple[Part, ...]:
    """Return what a preset reads."""
    return imports.parts_of(preset=name)


def check(path: Path, parts: tuple[Part, ...], *, by: Any = None) -> Report:
    """Return the report of a dry run."""
    return imports.plan(path, parts, by=by).report


def take(path: Path, parts: tuple[Part, ...], *, by: Any = None, skip: bool = False) -> Report:
    """Check and import a file."""
    return imports.apply(imports.plan(path, parts, by=by), by=by, skip_refused=skip)


def totals(report: Report) -> tuple[int, int, int, int]:
    """Return how many rows were created, changed, unchanged and refused."""
    created, changed, unchanged, refused = (report.total(word) for word in imports.Outcome)
    return created, changed, unchanged, refused


def codes(report: Report) -> list[str]:
    """Return the reasons of the refused rows, in their order."""
    return [error["code"] for line in report.refusals for error in line["errors"]]
