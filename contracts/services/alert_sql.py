"""The statements that raise alerts and their deliveries by the thousand, on both engines."""

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from contracts.rules.occasions import DECISIONS
from contracts.services.planning import OTHERS, Plan

# Any number that no other lock of ours uses; planners take their turn by it.
PLANNER_LOCK = 7_120_907_060

# A table for each list of the plan, and what differs between the engines besides.
TABLES = {
    "postgresql": {
        "planned": "SELECT * FROM jsonb_to_recordset(%s::jsonb)"
        " AS p(schedule integer, anchor date, nearest integer)",
        "dues": "SELECT * FROM jsonb_to_recordset(%s::jsonb)"
        " AS p(schedule integer, nearest integer, days integer)",
        "days_off": 'SELECT * FROM jsonb_to_recordset(%s::jsonb) AS p("off" date, before date)',
        "messages": "SELECT * FROM jsonb_to_recordset(%s::jsonb)"
        " AS p(alert bigint, place bigint, key uuid)",
        # One secret for all and a digest of the row's key (a UUID of version 8, RFC 9562): to ask
        # for as many random numbers took a fifth of the statement. SHA-256 works under FIPS, MD5 not.
        "random_id": "overlay(overlay(left(encode(sha256(convert_to(concat_ws(':',"
        " (SELECT salt FROM secret), f.term_id, f.kind, d.days, f.anchor), 'UTF8')), 'hex'), 32)"
        " PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid",
        "secret": "SELECT gen_random_uuid()",
        "day": "(f.anchor - d.days)",
        "told_from": "(f.anchor - abs(f.nearest))",
    },
    "sqlite": {
        "planned": "SELECT value ->> 'schedule' AS schedule, value ->> 'anchor' AS anchor,"
        " value ->> 'nearest' AS nearest FROM json_each(%s)",
        "dues": "SELECT value ->> 'schedule' AS schedule, value ->> 'nearest' AS nearest,"
        " value ->> 'days' AS days FROM json_each(%s)",
        "days_off": "SELECT value ->> 'off' AS \"off\", value ->> 'before' AS before"
        " FROM json_each(%s)",
        "messages": "SELECT value ->> 'alert' AS alert, value ->> 'place' AS place,"
        " value ->> 'key' AS key FROM json_each(%s)",
        "random_id": "lower(hex(randomblob(16)))",
        "secret": "SELECT 0",
        "day": "date(f.anchor, (-d.days) || ' days')",
        "told_from": "date(f.anchor, (-abs(f.nearest)) || ' days')",
    },
}

# INSERT comes first: SQLite's driver counts rows only of statements that begin so.
# `fresh`: terms whose nearest alert is not there yet, or was set aside and counts again. One that
# is nearer still came back from a rest; somebody who has seen a late one is not told again (R9).
# Several are due at once: the nearest is open, the others are kept as collapsed (R10).
# Open but told: the same alert went out a few days ago for an earlier day (R11).
RAISE_DUE = """
INSERT INTO contracts_alert (
    public_id, term_id, kind, offset_days, anchor_date, due_on, level, state, reason,
    created_at, updated_at
)
WITH secret(salt) AS MATERIALIZED ({secret}),
planned AS MATERIALIZED ({planned}),
dues AS MATERIALIZED ({dues}),
days_off AS MATERIALIZED ({days_off}),
anchors AS (
    SELECT t.id AS term_id, t.anchor_kind AS kind, t.anchor_date AS anchor, {decision} AS schedule
    FROM contracts_term t {contract}
    WHERE t.is_open AND t.end_date >= %s AND t.anchor_date BETWEEN %s AND %s
    UNION ALL
    SELECT k.term_id, k.kind, k.date, {other}
    FROM contracts_keydate k {term}
    WHERE k.date BETWEEN %s AND %s
),
fresh AS MATERIALIZED (
    SELECT a.term_id, a.kind, a.anchor, n.schedule, n.nearest, EXISTS (
        SELECT 1 FROM contracts_alert r
        WHERE r.state = 'snoozed' AND r.term_id = a.term_id AND r.kind = a.kind
          AND r.anchor_date = a.anchor
    ) AS resting
    FROM planned n
    JOIN anchors a ON a.anchor = n.anchor AND a.schedule = n.schedule
    WHERE NOT EXISTS (
        SELECT 1 FROM contracts_alert b
        WHERE b.term_id = a.term_id AND b.kind = a.kind AND b.anchor_date = a.anchor AND (
            (b.offset_days <= n.nearest AND b.reason NOT IN ('moved', 'decided', 'snoozed'))
            OR (b.offset_days < 0 AND n.nearest < 0 AND b.state = 'acknowledged')
        )
    )
),
told AS MATERIALIZED (
    SELECT DISTINCT f.term_id, f.kind, f.anchor
    FROM fresh f
    JOIN contracts_alert b ON b.term_id = f.term_id AND b.kind = f.kind
        AND b.offset_days = f.nearest AND b.anchor_date < f.anchor AND b.anchor_date >= {told_from}
    JOIN contracts_delivery s ON s.alert_id = b.id AND s.state = 'sent'
)
SELECT {random_id}, f.term_id, f.kind, d.days, f.anchor,
    CASE WHEN d.days < 0 THEN {day} ELSE COALESCE(o.before, {day}) END, 0,
    CASE WHEN d.days = f.nearest AND NOT f.resting THEN 'open' ELSE 'superseded' END,
    CASE WHEN d.days <> f.nearest THEN 'collapsed'
         WHEN f.resting THEN 'snoozed'
         WHEN w.term_id IS NOT NULL THEN 'told'
         ELSE '' END,
    %s, %s
FROM fresh f
JOIN dues d ON d.schedule = f.schedule AND d.nearest = f.nearest
LEFT JOIN days_off o ON o."off" = {day}
LEFT JOIN told w ON w.term_id = f.term_id AND w.kind = f.kind AND w.anchor = f.anchor
WHERE true
ORDER BY f.term_id, f.kind, d.days
ON CONFLICT (term_id, kind, offset_days, anchor_date) DO UPDATE
SET state = excluded.state, reason = excluded.reason, updated_at = excluded.updated_at
WHERE excluded.state = 'open' AND contracts_alert.reason IN ('moved', 'decided', 'snoozed')
"""
CONTRACT = "JOIN contracts_contract c ON c.id = t.contract_id"
TERM = f"JOIN contracts_term t ON t.id = k.term_id {CONTRACT}"

# One statement for many rows, without an object for each.
INSERT_DELIVERIES = """
INSERT INTO contracts_delivery (
    alert_id, destination_id, dedup_key, state, attempts, next_at, provider_id, last_error,
    created_at, updated_at
)
SELECT m.alert, m.place, m.key, 'pending', 0, %s, '', '', %s, %s
FROM ({messages}) AS m
WHERE true
ON CONFLICT DO NOTHING
"""


def take_turns() -> None:
    """Let one planner at a time into its transaction; SQLite's own lock does so already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNER_LOCK])


def raise_planned(plan: Plan, *, ended_from: date, now: datetime) -> int:
    """Insert the alerts that are due for all open terms and key dates.

    Terms that ended before `ended_from` are left out: nothing is left to decide. An alert that
    exists is left as it is. Returns how many were inserted or opened again.

    Source: R9, R10, R11.
    """
    decision = plan.schedule_of("t.anchor_kind", DECISIONS)
    other = plan.schedule_of("k.kind", OTHERS)
    statement = RAISE_DUE.format(
        decision=decision.text,
        other=other.text,
        contract=CONTRACT if plan.by_scope else "",
        term=TERM if plan.by_scope else "",
        **TABLES[connection.vendor],
    )
    instant = connection.ops.adapt_datetimefield_value(now)
    anchors = list(plan.anchors())
    days = [each["anchor"] for each in anchors]
    lists = [json.dumps(each) for each in (anchors, list(plan.dues()), list(plan.days_off()))]
    reach = (min(days), max(days))
    parameters = (*lists, *decision.parameters, ended_from, *reach, *other.parameters, *reach)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, instant, instant])
        return int(cursor.rowcount)


def insert_deliveries(keys: Mapping[uuid.UUID, tuple[int, int]], now: datetime) -> int:
    """Insert a pending delivery for each message id with its alert and destination.

    Returns how many were not there yet.

    Source: R11.
    """
    if not keys:
        return 0
    instant = connection.ops.adapt_datetimefield_value(now)
    # As SQLite stores them; PostgreSQL reads that as well.
    rows = [
        {"alert": alert, "place": place, "key": key.hex} for key, (alert, place) in keys.items()
    ]
    statement = INSERT_DELIVERIES.format(messages=TABLES[connection.vendor]["messages"])
    with connection.cursor() as cursor:
        cursor.execute(statement, [instant, instant, instant, json.dumps(rows)])
        return int(cursor.rowcount)
