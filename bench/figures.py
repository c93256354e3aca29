"""The figures of a year: the product, exact and complete, beside hand-written SQL on a plain ledger.

The floor is a table with one row per term that already holds its successor's value and
its month numbers, with the sums inside its indexes. It answers simpler questions: months instead
of days, no early renewals, no cancellations, no grace, one currency beside the other.
"""

from datetime import date
from functools import partial
from string import Template

from django.db import connection

from bench import OPTIONS, measure, portfolio
from contracts.rules.calendar import add_months, last_day_of_month
from contracts.rules.period import Period
from metrics.queries import prices, renewals, spend
from metrics.queries.figures import FAMILIES, figures
from metrics.queries.question import Dimension, Question

MONTHS = 60
AS_OF = portfolio.TODAY
YEAR = Period(date(AS_OF.year - 1, 1, 1), date(AS_OF.year - 1, 12, 31))
QUESTION = Question(YEAR, AS_OF)
DIMENSIONS: tuple[Dimension, ...] = ("vendor", "category", "department")

MONTH_OF = {
    "sqlite": "(CAST(strftime('%Y', $day) AS integer) * 12 + CAST(strftime('%m', $day) AS integer) - 1)",
    "postgresql": "(extract(year FROM $day) * 12 + extract(month FROM $day) - 1)::integer",
}
NEXT_DAY = {"sqlite": "date(t.end_date, '+1 day')", "postgresql": "(t.end_date + 1)"}
CREATE = """
CREATE TABLE bench_ledger AS
SELECT t.id AS term_id, c.currency, c.vendor_id, c.department_id, c.category_id,
    t.start_date, t.end_date, t.annual_value AS v0, n.annual_value AS v1,
    CASE WHEN n.annual_value < t.annual_value THEN n.annual_value
         WHEN n.id IS NOT NULL THEN t.annual_value END AS kept,
    $start AS start_m, $gone AS gone_m, $expiry AS expiry_m
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
LEFT JOIN contracts_term n ON n.contract_id = t.contract_id AND n.seq = t.seq + 1
"""
INDEXES = (
    "CREATE INDEX bench_start ON bench_ledger (start_m, currency, v0)",
    "CREATE INDEX bench_gone ON bench_ledger (gone_m, currency, v0)",
    "CREATE INDEX bench_expiry ON bench_ledger (expiry_m, currency, v0, v1, kept)",
    "CREATE INDEX bench_live ON bench_ledger"
    " (end_date, start_date, vendor_id, category_id, department_id, currency, v0)",
)
SERIES = """
WITH moved AS (
    SELECT start_m AS m, currency, SUM(v0) AS v FROM bench_ledger GROUP BY 1, 2
    UNION ALL SELECT gone_m, currency, -SUM(v0) FROM bench_ledger WHERE gone_m IS NOT NULL
    GROUP BY 1, 2
),
run AS (SELECT m, currency, SUM(SUM(v)) OVER (PARTITION BY currency ORDER BY m) AS v
    FROM moved GROUP BY m, currency)
SELECT m, currency, v FROM run WHERE m BETWEEN %s AND %s ORDER BY 1, 2
"""
BY_NAME = """
WITH live AS (
    SELECT vendor_id, category_id, department_id, currency, SUM(v0) AS v FROM bench_ledger
    WHERE start_date <= %s AND (end_date >= %s OR end_date IS NULL) GROUP BY 1, 2, 3, 4
)
SELECT 1, d.name, currency, SUM(v) FROM live JOIN contracts_vendor d ON d.id = vendor_id
GROUP BY 2, 3
UNION ALL SELECT 2, d.name, currency, SUM(v) FROM live
LEFT JOIN contracts_category d ON d.id = category_id GROUP BY 2, 3
UNION ALL SELECT 3, d.name, currency, SUM(v) FROM live
LEFT JOIN contracts_department d ON d.id = department_id GROUP BY 2, 3
"""
RATES = """
SELECT currency, SUM(v0), SUM(v1), SUM(kept), COUNT(*), COUNT(v1) FROM bench_ledger
WHERE expiry_m BETWEEN %s AND %s GROUP BY 1
"""
RENEWED = """
SELECT c.external_reference, n.seq, n.start_date, t.annual_value, n.annual_value, t.quantity,
    n.quantity, t.unit_price, n.unit_price, (n.unit_price - t.unit_price) * n.quantity / 10000,
    (n.quantity - t.quantity) * t.unit_price / 10000
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
JOIN contracts_term n ON n.contract_id = t.contract_id AND n.seq = t.seq + 1
ORDER BY t.contract_id, t.seq
"""


def main() -> None:
    """Print each question beside its floor, and all figures of a year."""
    portfolio.load()
    create_ledger()
    try:
        _compare()
    finally:
        portfolio.execute("DROP TABLE bench_ledger")


def create_ledger() -> None:
    """Make the floor's table anew from the terms."""
    portfolio.execute("DROP TABLE IF EXISTS bench_ledger")
    month = Template(MONTH_OF[connection.vendor])
    statement = Template(CREATE).substitute(
        start=month.substitute(day="t.start_date"),
        gone=month.substitute(day=NEXT_DAY[connection.vendor]),
        expiry=month.substitute(day="t.end_date"),
    )
    for text in (statement, *INDEXES, "ANALYZE"):
        portfolio.execute(text)


def _compare() -> None:
    first, last = _month(YEAR.start), _month(YEAR.end)
    until = _month(AS_OF)
    floors: dict[str, measure.Candidate] = {
        "spend series": partial(portfolio.execute, SERIES, until - MONTHS + 1, until),
        "spend by name": partial(portfolio.execute, BY_NAME, AS_OF, AS_OF),
        "renewal rates": partial(portfolio.execute, RATES, first, last),
        "price effects": partial(portfolio.execute, RENEWED),
    }
    products: dict[str, measure.Candidate] = {
        "spend series": _series,
        "spend by name": _by_name,
        "renewal rates": partial(renewals.rates, QUESTION),
        "price effects": _price_effects,
    }
    asked = {
        "spend series": f"annualised spend at the end of {MONTHS} months",
        "spend by name": "by vendor, category, department on a day",
        "renewal rates": "GRR, NRR, logo of a year",
        "price effects": "every renewal with its price and volume effect",
    }
    measure.headline(f"Figures over {OPTIONS.contracts} contracts")
    for name, text in asked.items():
        both: dict[str, measure.Candidate] = {
            f"product: {text}": products[name],
            f"floor: {text}": floors[name],
        }
        measure.table(measure.interleaved(both, OPTIONS.runs), floor=f"floor: {text}")
    _whole(list(floors.values()))
    _families()


def _whole(floors: list[measure.Candidate]) -> None:
    product, floor = "product: every figure of a year", "floor: the four questions together"
    whole: dict[str, measure.Candidate] = {
        product: partial(figures, QUESTION),
        floor: lambda: [each() for each in floors],
    }
    timings = measure.interleaved(whole, OPTIONS.runs)
    measure.table(timings, floor=floor)


def _families() -> None:
    """Print where the time of all figures goes."""
    families: dict[str, measure.Candidate] = {
        family.__name__: partial(family, QUESTION) for family in FAMILIES
    }
    timings = measure.interleaved(families, OPTIONS.runs)
    for timing in sorted(timings, key=lambda each: -each.median):
        print(f"  {timing.name:30} {timing.median:10.1f} ms")


def _series() -> list[spend.Spend]:
    back = range(MONTHS - 1, -1, -1)
    days = [last_day_of_month(add_months(AS_OF, -months)) for months in back]
    return spend.annualised_spend([(day.isoformat(), day) for day in days])


def _by_name() -> list[spend.Spend]:
    rows: list[spend.Spend] = []
    for dimension in DIMENSIONS:
        rows += spend.annualised_spend([("", AS_OF)], dimension)
    return rows


def _price_effects() -> list[prices.Split | None]:
    return [row.split for row in prices.price_rows()]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


if __name__ == "__main__":
    main()
