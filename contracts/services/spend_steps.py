"""Keeps the sums by day and month of what the ledger entries begin and end: triggers write them.

Whatever way an entry is written, changed or removed, its sums change in the same transaction; nobody
has to remember it. Nothing but sums is worked out here: the rules are in `derivation`.
"""

from collections.abc import Iterator
from string import Template
from typing import Any

from django.db import connection, transaction

from contracts.models.fields import HALF

# So many rows of single transactions are read with each figure before they are added up.
LOOSE = 5_000
FOLDING = 0x5BE9D
TABLE = "contracts_spendstep"
SOURCE = "contracts_ledgerentry"
DIALECT = {
    "sqlite": {
        "month": "CAST(julianday(date($day + 1721424.5, 'start of month')) - 1721424.5 AS integer)",
        "shard": "0",
        "number": "$sum",
    },
    "postgresql": {
        "month": "(date_trunc('month', (DATE '0001-01-01' + ($day - 1))::timestamp)::date"
        " - DATE '0001-01-01' + 1)",
        "shard": "txid_current()",
        "number": "CAST($sum AS bigint)",
    },
}
# What some entries add at their first day and take away after their last.
STEPS = """
SELECT g.is_month, CASE WHEN g.is_month THEN x.month ELSE x.day END AS day, x.currency,
    x.year_days, x.is_bound, $high AS high, $low AS low, $high_days AS high_days,
    $low_days AS low_days
FROM (
    SELECT e.day, $month AS month, e.currency, e.year_days, e.is_bound, e.v / $half AS high,
        e.v % $half AS low
    FROM (
        SELECT first_day AS day, currency, year_days, is_bound, $sign annual_value AS v
        FROM $rows WHERE NOT is_draft
        UNION ALL
        SELECT last_day + 1, currency, year_days, is_bound, - ($sign annual_value)
        FROM $rows WHERE NOT is_draft
    ) AS e
) AS x
CROSS JOIN (SELECT TRUE AS is_month UNION ALL SELECT FALSE) AS g
GROUP BY 1, 2, 3, 4, 5
"""
INTO = """
INSERT INTO contracts_spendstep (
    is_month, day, currency, year_days, is_bound, shard, high, low, high_days, low_days
)
"""
TOGETHER = """
ON CONFLICT (is_month, day, currency, year_days, is_bound, shard) DO UPDATE SET
    high = contracts_spendstep.high + excluded.high,
    low = contracts_spendstep.low + excluded.low,
    high_days = contracts_spendstep.high_days + excluded.high_days,
    low_days = contracts_spendstep.low_days + excluded.low_days
"""
NEW_SUMS = """
SELECT is_month, day, currency, year_days, is_bound, $shard, high, low, high_days, low_days
FROM ($steps) AS s
WHERE high <> 0 OR low <> 0 OR high_days <> 0 OR low_days <> 0
"""
ADDED = INTO + NEW_SUMS + TOGETHER
WITHOUT_ENTRIES = """
DELETE FROM contracts_spendstep WHERE NOT EXISTS (SELECT 1 FROM contracts_ledgerentry)
"""
LOOSE_STEPS = "SELECT COUNT(*) > %s FROM contracts_spendstep WHERE shard <> 0"
TAKEN = "WITH loose AS (DELETE FROM contracts_spendstep WHERE shard <> 0 RETURNING *)"
TAKEN_SUMS = """
SELECT is_month, day, currency, year_days, is_bound, 0, CAST(SUM(high) AS bigint),
    CAST(SUM(low) AS bigint), CAST(SUM(high_days) AS bigint), CAST(SUM(low_days) AS bigint)
FROM loose
GROUP BY 1, 2, 3, 4, 5
"""
FOLD = TAKEN + INTO + TAKEN_SUMS + TOGETHER
STORED = """
SELECT is_month, day, currency, year_days, is_bound, SUM(high), SUM(low), SUM(high_days),
    SUM(low_days)
FROM contracts_spendstep
GROUP BY 1, 2, 3, 4, 5
"""
ROW = ", ".join(
    f"{{0}}.{name} AS {name}"
    for name in (
        "first_day", "last_day", "currency", "year_days", "is_bound", "annual_value", "is_draft",
    )
)  # fmt: skip
# What a write does to the sums: the sign of the rows it leaves, and of those it takes.
EVENTS = {"INSERT": ("+",), "DELETE": ("-",), "UPDATE": ("-", "+")}
NAME = {"+": "added", "-": "removed"}


def install() -> None:
    """Put the triggers in place, anew where they exist; after every migration and every flush.

    A table that SQLite copies for a migration loses its triggers. A flush empties the tables in any
    order, and PostgreSQL truncates them without a trigger: without entries there are no sums.
    """
    statements = {"sqlite": _row_triggers, "postgresql": _statement_triggers}
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]():
            cursor.execute(statement)
        cursor.execute(WITHOUT_ENTRIES)


def fold() -> None:
    """Add up what single transactions wrote apart, once there is enough of it.

    Who finds another at it leaves it to them. On SQLite there is one writer and nothing apart.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(LOOSE_STEPS, [LOOSE])
        if cursor.fetchone()[0]:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLDING])
            if cursor.fetchone()[0]:
                cursor.execute(FOLD)


@transaction.atomic
def rebuild() -> None:
    """Work all sums out again from the entries, while nobody writes any."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE contracts_ledgerentry IN SHARE MODE")
    add_up()


@transaction.atomic
def add_up() -> None:
    """Work all sums out again from the entries, for a caller who knows that nobody writes any."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contracts_spendstep")
        cursor.execute(_added("+", SOURCE, shard="0"))


def check() -> list[str]:
    """Return one line for each sum that differs from what the entries add up to."""
    stored, derived = dict(_sums(STORED)), dict(_sums(_steps("+", SOURCE)))
    nothing = (0, 0)
    return [
        f"steps {key}: stored {stored.get(key, nothing)}, derived {derived.get(key, nothing)}"
        for key in sorted(stored.keys() | derived.keys())
        if stored.get(key, nothing) != derived.get(key, nothing)
    ]


def _sums(statement: str) -> Iterator[tuple[tuple[Any, ...], tuple[int, int]]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for is_month, day, currency, year_days, is_bound, *halves in cursor.fetchall():
            high, low, high_days, low_days = map(int, halves)
            key = (bool(is_month), day, currency, year_days, bool(is_bound))
            yield key, (high * HALF + low, high_days * HALF + low_days)


def _steps(sign: str, rows: str) -> str:
    words = DIALECT[connection.vendor]
    offset = "CASE WHEN g.is_month THEN x.day - x.month ELSE 0 END"
    sums = {
        "high": "SUM(x.high)",
        "low": "SUM(x.low)",
        "high_days": f"SUM(x.high * ({offset}))",
        "low_days": f"SUM(x.low * ({offset}))",
    }
    return Template(STEPS).substitute(
        {name: Template(words["number"]).substitute(sum=text) for name, text in sums.items()},
        month=Template(words["month"]).substitute(day="e.day"),
        half=HALF,
        sign=sign,
        rows=rows,
    )


def _added(sign: str, rows: str, shard: str | None = None) -> str:
    own = DIALECT[connection.vendor]["shard"]
    return Template(ADDED).substitute(steps=_steps(sign, rows), shard=shard or own)


def _row_triggers() -> Iterator[str]:
    for event, signs in EVENTS.items():
        name = f"spend_step_{event.lower()}"
        body = "; ".join(
            _added(sign, f"(SELECT {ROW.format('NEW' if sign == '+' else 'OLD')})")
            for sign in signs
        )
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} AFTER {event} ON {SOURCE} FOR EACH ROW BEGIN {body}; END"


def _statement_triggers() -> Iterator[str]:
    for sign, rows in NAME.items():
        yield (
            f"CREATE OR REPLACE FUNCTION spend_step_{rows}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $body$ BEGIN {_added(sign, rows)}; RETURN NULL; END $body$"
        )
    for event, signs in EVENTS.items():
        for sign in signs:
            name, table = (
                f"spend_step_{event.lower()}_{NAME[sign]}",
                "NEW" if sign == "+" else "OLD",
            )
            yield f"DROP TRIGGER IF EXISTS {name} ON {SOURCE}"
            yield (
                f"CREATE TRIGGER {name} AFTER {event} ON {SOURCE}"
                f" REFERENCING {table} TABLE AS {NAME[sign]}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION spend_step_{NAME[sign]}()"
            )
