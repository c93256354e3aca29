"""The portfolio that all benchmarks look at, loaded once, and a way to leave it as it was."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from bench import OPTIONS, copies
from contracts.models import Contract, Term
from contracts.services import demo

SEED = 7
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
# So far back that a contract has five terms on average.
LOOK_BACK = (66, 92)
# Beyond so many, whole contracts are copied inside the database.
LARGEST = 10_000
_loaded: list[bool] = []


def load() -> None:
    """Migrate and load the portfolio, unless this process or an earlier one has done so."""
    if _loaded:
        return
    started = perf_counter()
    call_command("migrate", verbosity=0, skip_checks=True)
    base = min(OPTIONS.contracts, LARGEST)
    demo.load(
        contracts=base,
        seed=SEED,
        today=TODAY,
        look_back=LOOK_BACK,
        report=_progress,
    )
    if Contract.objects.count() < OPTIONS.contracts:
        copies.multiply(OPTIONS.contracts // base)
    # An index answers alone only where the table was looked after, as a live one is.
    execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    contracts, terms = Contract.objects.count(), Term.objects.count()
    seconds = perf_counter() - started
    print(f"{contracts} contracts, {terms} terms ({seconds:.0f} s to load)")
    _loaded.append(True)


def _progress(done: int) -> None:
    if sys.stdout.isatty():
        print(f"\r{done} contracts", end="", flush=True)


def undone(call: Callable[[], Any]) -> Callable[[], Any]:
    """Return the same call, with everything it wrote taken back afterwards."""

    def attempt() -> Any:
        with transaction.atomic():
            answer = call()
            transaction.set_rollback(True)
        return answer

    return attempt


def execute(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall()) if cursor.description else []


def dialect(sqlite: str, postgresql: str) -> str:
    """Return the text for the engine of this run."""
    return sqlite if connection.vendor == "sqlite" else postgresql
