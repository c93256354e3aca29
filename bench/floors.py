"""Hand-written SQL for each question, on one row per term that already holds every answer.

The floor answers simpler questions than the product: months instead of days, no early renewals, no
cancellations, no grace, no rights, no names; sums where the product keeps exact fractions.
"""

from datetime import date, timedelta
from string import Template

from django.db import connection

from bench import portfolio

MONTH_OF = {
    "sqlite": "(CAST(strftime('%Y', $day) AS integer) * 12 + CAST(strftime('%m', $day) AS integer) - 1)",
    "postgresql": "(extract(year FROM $day) * 12 + extract(month FROM $day) - 1)::integer",
}
NEXT_DAY = {"sqlite": "date(t.end_date, '+1 day')", "postgresql": "(t.end_date + 1)"}
CREATE = """
CREATE TABLE bench_ledger AS
SELECT t.id AS term_id, c.currency, c.vendor_id, c.category_id, t.start_date, t.end_date,
    COALESCE(t.notice_deadline, t.end_date) AS deadline, t.annual_value AS v0,
    n.annual_value AS v1,
    CASE WHEN n.annual_value < t.annual_value THEN n.annual_value
         WHEN n.id IS NOT NULL THEN t.annual_value END AS kept,
    (n.unit_price - t.unit_price) * n.quantity / 10000 AS price,
    (n.quantity - t.quantity) * t.unit_price / 10000 AS volume,
    $start AS start_m, $gone AS gone_m, $expiry AS expiry_m
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
LEFT JOIN contracts_term n ON n.contract_id = t.contract_id AND n.seq = t.seq + 1
ORDER BY t.id
"""
INDEXES = (
    "CREATE INDEX bench_start ON bench_ledger (start_m, currency, v0)",
    "CREATE INDEX bench_gone ON bench_ledger (gone_m, currency, v0, start_m)",
    "CREATE INDEX bench_expiry ON bench_ledger (expiry_m, currency, v0, v1, kept, price, volume)",
    "CREATE INDEX bench_live ON bench_ledger"
    " (end_date, start_date, vendor_id, category_id, currency, v0)",
    "CREATE INDEX bench_due ON bench_ledger (deadline, currency, v0) WHERE v1 IS NULL",
    "CREATE TABLE bench_rollup AS SELECT m, currency, SUM(v) AS v FROM ("
    "SELECT start_m AS m, currency, v0 AS v FROM bench_ledger UNION ALL"
    " SELECT gone_m, currency, -v0 FROM bench_ledger WHERE gone_m IS NOT NULL) AS e GROUP BY 1, 2",
    "CREATE INDEX bench_rolled ON bench_rollup (m, currency, v)",
)
# The opening, then what starts and what ends in each month.
SERIES = """
WITH moved AS (
    SELECT %s AS m, currency, SUM(v0) AS v FROM bench_ledger
    WHERE gone_m > %s AND start_m <= %s GROUP BY currency
    UNION ALL SELECT start_m, currency, SUM(v0) FROM bench_ledger
    WHERE start_m > %s AND start_m <= %s GROUP BY start_m, currency
    UNION ALL SELECT gone_m, currency, -SUM(v0) FROM bench_ledger
    WHERE gone_m > %s AND gone_m <= %s GROUP BY gone_m, currency
)
SELECT m, currency, SUM(SUM(v)) OVER (PARTITION BY currency ORDER BY m) AS v
FROM moved GROUP BY m, currency
"""
ROLLED = """
SELECT m, currency, v FROM (
    SELECT m, currency, SUM(v) OVER (PARTITION BY currency ORDER BY m) AS v FROM bench_rollup
) AS run WHERE m BETWEEN %s AND %s
"""
BY_NAME = """
WITH live AS (
    SELECT vendor_id, category_id, currency, SUM(v0) AS v FROM bench_ledger
    WHERE end_date >= %s AND start_date <= %s GROUP BY 1, 2, 3
)
SELECT 1, vendor_id, currency, SUM(v) FROM live GROUP BY 2, 3
UNION ALL SELECT 2, category_id, currency, SUM(v) FROM live GROUP BY 2, 3
"""
RATES = """
SELECT expiry_m, currency, SUM(v0), SUM(v1), SUM(kept), COUNT(*), COUNT(v1) FROM bench_ledger
WHERE expiry_m BETWEEN %s AND %s GROUP BY expiry_m, currency
"""
EFFECTS = """
SELECT expiry_m, currency, SUM(v0), SUM(v1), SUM(price), SUM(volume), COUNT(*) FROM bench_ledger
WHERE expiry_m BETWEEN %s AND %s GROUP BY expiry_m, currency
"""
DAYS_LEFT = {
    "sqlite": "(julianday(end_date) - julianday(%s)) / 365",
    "postgresql": "(end_date - %s::date) / 365.0",
}
COMMITTED = """
SELECT currency, SUM(v0 * $days) FROM bench_ledger
WHERE end_date > %s AND start_date <= %s GROUP BY currency
"""
AT_STAKE = """
SELECT currency, COUNT(*), SUM(v0) FROM bench_ledger
WHERE v1 IS NULL AND deadline BETWEEN %s AND %s GROUP BY currency
"""


def create() -> None:
    """Make the floor's tables anew from the terms."""
    drop()
    month = Template(MONTH_OF[connection.vendor])
    statement = Template(CREATE).substitute(
        start=month.substitute(day="t.start_date"),
        gone=month.substitute(day=NEXT_DAY[connection.vendor]),
        expiry=month.substitute(day="t.end_date"),
    )
    for text in (statement, *INDEXES, portfolio.dialect("ANALYZE", "VACUUM ANALYZE")):
        portfolio.execute(text)


def drop() -> None:
    """Leave the database as it was."""
    for name in ("bench_ledger", "bench_rollup"):
        portfolio.execute(f"DROP TABLE IF EXISTS {name}")


def series(first: int, last: int) -> None:
    """What is in force at the end of each month, from the rows of the terms."""
    portfolio.execute(SERIES, *([first] * 4), last, first, last)


def rolled(first: int, last: int) -> None:
    """The same from sums that are kept by month."""
    portfolio.execute(ROLLED, first, last)


def by_name(on: date) -> None:
    """What is in force on a day by vendor and by category."""
    portfolio.execute(BY_NAME, on, on)


def rates(first: int, last: int) -> None:
    """What ended in each month, and what of it was renewed."""
    portfolio.execute(RATES, first, last)


def effects(first: int, last: int) -> None:
    """What price and volume did in each month."""
    portfolio.execute(EFFECTS, first, last)


def dashboard(on: date, first: int, last: int) -> None:
    """The landing page: a series, two tables, what is bound, and what must be decided."""
    series(first, last)
    by_name(on)
    days = DAYS_LEFT[connection.vendor]
    portfolio.execute(Template(COMMITTED).substitute(days=days), on, on, on)
    portfolio.execute(AT_STAKE, on, on + timedelta(days=120))
