"""The statements that raise alerts and their deliveries by the thousand, on both engines."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from contracts.rules.alerts import PlannedAlert

# Any number that no other lock of ours uses; planners take their turn by it.
PLANNER_LOCK = 7_120_907_060

# One row per anchor day, with a list of what is due for it: SQLite would look through every
# planned alert for each term if it had to join them.
PLANNED = {
    "postgresql": """
        SELECT anchor, nearest, due_list
        FROM jsonb_to_recordset(%s::jsonb) AS p(anchor date, nearest smallint, due_list jsonb)
    """,
    "sqlite": """
        SELECT value ->> 'anchor' AS anchor, value ->> 'nearest' AS nearest,
               value -> 'due_list' AS due_list
        FROM json_each(%s)
    """,
}
DUE_OF = {
    "postgresql": {
        "rows": "jsonb_to_recordset(f.due_list) AS p(days smallint, due date, told_from date)",
        "days": "p.days",
        "due": "p.due",
        "told_from": "p.told_from",
    },
    "sqlite": {
        "rows": "json_each(f.due_list) AS p",
        "days": "(p.value ->> 'days')",
        "due": "(p.value ->> 'due')",
        "told_from": "(p.value ->> 'told_from')",
    },
}
RANDOM_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}

# INSERT comes first: SQLite's driver counts rows only of statements that begin so.
# `fresh`: terms whose nearest alert is not there yet, or was set aside and counts again.
# Several are due at once: the nearest is open, the others are kept as collapsed (R10).
# Open but told: the same alert went out a few days ago for an earlier day (R11).
RAISE_DUE = """
INSERT INTO contracts_alert (
    public_id, term_id, kind, offset_days, anchor_date, due_on, level, state, reason,
    created_at, updated_at
)
WITH planned AS MATERIALIZED ({planned}),
fresh AS MATERIALIZED (
    SELECT t.id, t.anchor_kind, t.anchor_date, n.nearest, n.due_list
    FROM planned n
    JOIN contracts_term t ON t.anchor_date = n.anchor
    WHERE t.is_open AND t.end_date >= %s AND NOT EXISTS (
        SELECT 1 FROM contracts_alert a
        WHERE a.term_id = t.id AND a.kind = t.anchor_kind AND a.offset_days = n.nearest
          AND a.anchor_date = t.anchor_date AND a.reason NOT IN ('moved', 'decided')
    )
)
SELECT {random_id}, f.id, f.anchor_kind, {days}, f.anchor_date, {due}, 0,
    CASE WHEN {days} = f.nearest THEN 'open' ELSE 'superseded' END,
    CASE WHEN {days} <> f.nearest THEN 'collapsed'
         WHEN EXISTS (
            SELECT 1 FROM contracts_alert b
            JOIN contracts_delivery d ON d.alert_id = b.id AND d.state = 'sent'
            WHERE b.term_id = f.id AND b.kind = f.anchor_kind AND b.offset_days = {days}
              AND b.anchor_date >= {told_from} AND b.anchor_date < f.anchor_date
         ) THEN 'told'
         ELSE '' END,
    %s, %s
FROM fresh f CROSS JOIN {rows}
WHERE true
ON CONFLICT (term_id, kind, offset_days, anchor_date) DO UPDATE
SET state = excluded.state, reason = excluded.reason, updated_at = excluded.updated_at
WHERE excluded.state = 'open' AND contracts_alert.reason IN ('moved', 'decided')
"""

# One statement for many rows, without an object for each.
INSERT_DELIVERY = """
INSERT INTO contracts_delivery (
    alert_id, destination_id, dedup_key, state, attempts, next_at, provider_id, last_error,
    created_at, updated_at
) VALUES (%s, %s, %s, 'pending', 0, %s, '', '', %s, %s)
ON CONFLICT DO NOTHING
"""


def take_turns() -> None:
    """Let one planner at a time into its transaction; SQLite's own lock does so already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNER_LOCK])


def raise_planned(planned: Sequence[PlannedAlert], *, ended_from: date, now: datetime) -> int:
    """Insert the alerts planned for each anchor day for all open terms of that day.

    Terms that ended before `ended_from` are left out: nothing is left to decide. An alert that
    exists is left as it is. Returns how many were inserted or opened again.

    Source: R9, R10, R11.
    """
    if not planned:
        return 0
    engine = connection.vendor
    statement = RAISE_DUE.format(
        planned=PLANNED[engine], random_id=RANDOM_ID[engine], **DUE_OF[engine]
    )
    instant = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_json(planned), ended_from, instant, instant])
        return int(cursor.rowcount)


def insert_deliveries(keys: Mapping[uuid.UUID, tuple[int, int]], now: datetime) -> int:
    """Insert a pending delivery for each message id with its alert and destination.

    Returns how many were not there yet.

    Source: R11.
    """
    instant = connection.ops.adapt_datetimefield_value(now)
    native = connection.features.has_native_uuid_field
    rows = [
        (alert, place, key if native else key.hex, instant, instant, instant)
        for key, (alert, place) in keys.items()
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_DELIVERY, rows)
        return int(cursor.rowcount)


def _as_json(planned: Sequence[PlannedAlert]) -> str:
    """Return the plan as one entry per anchor day with the list of its alerts."""
    days: dict[date, dict[str, Any]] = {}
    for alert in planned:
        entry = days.setdefault(
            alert.anchor,
            {"anchor": alert.anchor.isoformat(), "nearest": alert.nearest, "due_list": []},
        )
        entry["due_list"].append(
            {
                "days": alert.due.offset,
                "due": alert.due.due_on.isoformat(),
                "told_from": alert.told_from.isoformat(),
            }
        )
    return json.dumps(list(days.values()))
