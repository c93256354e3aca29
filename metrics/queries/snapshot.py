"""Every figure of one answer from one state of the tables, while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction


@contextmanager
def one_snapshot(believed_on: date | None = None) -> Iterator[None]:
    """Read everything inside from one snapshot, without holding anybody up.

    PostgreSQL: REPEATABLE READ, READ ONLY. SQLite: a deferred transaction, which in WAL mode reads one
    state and never takes the write lock. Inside a transaction that is open already nothing changes:
    its isolation is its owner's. With `believed_on` the temporary tables of a belief may be made in
    it; PostgreSQL makes none in a transaction that is READ ONLY.
    """
    if connection.in_atomic_block:
        yield
        return
    with _begun_for_reading("READ ONLY" if believed_on is None else "READ WRITE"):
        yield


@contextmanager
def _begun_for_reading(access: str) -> Iterator[None]:
    if connection.vendor == "sqlite":
        with _deferred(), transaction.atomic():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ {access}")
        yield


@contextmanager
def _deferred() -> Iterator[None]:
    """Begin transactions of this connection without the write lock that writers take at once."""
    connection.ensure_connection()
    usual = connection.transaction_mode  # type: ignore[attr-defined]  # SQLite's own
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.transaction_mode = usual  # type: ignore[attr-defined]
