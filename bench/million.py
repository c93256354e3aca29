"""Terms by the million, made by the database itself out of one row: enough for the alert plan alone."""

from collections.abc import Mapping
from decimal import Decimal
from time import perf_counter

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, models

from bench import portfolio
from contracts.models import Contract, Term, Vendor
from contracts.rules.occasions import DEFAULT_OFFSETS
from contracts.rules.vocabulary import AlertKind

TERMS_PER_CONTRACT = 5
OWNERS = 200
# One alert in twenty terms is due: the open terms lie so many days apart from first to last.
SPREAD = sum(DEFAULT_OFFSETS) * 20 // TERMS_PER_CONTRACT
NUMBERS = {
    "postgresql": "generate_series(0, %s) AS n",
    "sqlite": "(WITH RECURSIVE s(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM s WHERE n < %s)"
    " SELECT n FROM s) AS numbers",
}
DAY = {
    "postgresql": "(date '{day}' + ({days})::integer)",
    "sqlite": "date('{day}', ({days}) || ' days')",
}
RANDOM_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}


def load_terms(count: int) -> None:
    """Migrate and make `count` terms of a fifth as many contracts, the last of each one open."""
    started = perf_counter()
    call_command("migrate", verbosity=0, skip_checks=True)
    if not Term.objects.exists():
        _fill(count)
    portfolio.execute("ANALYZE")
    seconds = perf_counter() - started
    print(f"{Contract.objects.count()} contracts, {Term.objects.count()} terms ({seconds:.0f} s)")


def _fill(count: int) -> None:
    people = get_user_model()._default_manager
    owners = people.bulk_create(
        people.model(email=f"owner{n}@tracker.example", is_active=True) for n in range(OWNERS)
    )
    vendor = Vendor.objects.create(name="Vendor")
    contract = Contract.objects.create(title="Contract", vendor=vendor, currency="EUR")
    term = Term.objects.create(
        contract=contract, seq=0, start_date=portfolio.TODAY, annual_value=Decimal(12000)
    )
    contracts = count // TERMS_PER_CONTRACT
    first, base = owners[0].pk, contract.pk + 1
    _copy(
        contract,
        contracts,
        {
            "id": f"{base} + n",
            "public_id": RANDOM_ID[connection.vendor],
            "owner_id": f"{first} + n %% {OWNERS}",
        },
    )
    is_last = f"n %% {TERMS_PER_CONTRACT} = {TERMS_PER_CONTRACT - 1}"
    anchor = _day(f"n / {TERMS_PER_CONTRACT} %% {SPREAD}")
    _copy(
        term,
        contracts * TERMS_PER_CONTRACT,
        {
            "id": f"{term.pk + 1} + n",
            "contract_id": f"{base} + n / {TERMS_PER_CONTRACT}",
            "seq": f"n %% {TERMS_PER_CONTRACT} + 1",
            "start_date": _day("-2000"),
            "end_date": _day(f"n / {TERMS_PER_CONTRACT} %% {SPREAD} + 30"),
            "anchor_kind": f"CASE WHEN {is_last} THEN '{AlertKind.TERM_END.value}' ELSE '' END",
            "anchor_date": f"CASE WHEN {is_last} THEN {anchor} END",
            "is_open": f"({is_last})",
        },
    )
    contract.delete()


def _day(days: str) -> str:
    return DAY[connection.vendor].format(day=portfolio.TODAY.isoformat(), days=days)


def _copy(row: models.Model, count: int, changed: Mapping[str, str]) -> None:
    """Insert copies of a row, numbered n from 0, with some of its columns computed."""
    table = row._meta.db_table
    columns = [str(field.column) for field in row._meta.concrete_fields]
    values = ", ".join(changed.get(column, f"r.{column}") for column in columns)
    numbers = NUMBERS[connection.vendor]
    portfolio.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
        f" FROM {table} r, {numbers} WHERE r.id = %s",
        count - 1,
        row.pk,
    )
