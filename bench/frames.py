"""The same questions to data frames in memory, where pandas or DuckDB can be imported.

Nothing is counted for reading the terms into memory, which takes seconds from a database.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bench import portfolio

QUESTIONS = ("series", "rates", "effects")
TERMS = """
SELECT t.contract_id, t.seq, c.currency, t.annual_value, t.unit_price, t.quantity,
    b.start_m, b.gone_m, b.expiry_m
FROM contracts_term t
JOIN contracts_contract c ON c.id = t.contract_id
JOIN bench_ledger b ON b.term_id = t.id
"""
COLUMNS = ("contract", "seq", "currency", "v", "p", "q", "start_m", "gone_m", "expiry_m")
SERIES = """
WITH e AS (
    SELECT start_m AS m, currency, v FROM terms
    UNION ALL SELECT gone_m, currency, -v FROM terms WHERE gone_m IS NOT NULL
), g AS (SELECT m, currency, SUM(v) AS v FROM e GROUP BY 1, 2)
SELECT m, currency, v FROM (
    SELECT m, currency, SUM(v) OVER (PARTITION BY currency ORDER BY m) AS v FROM g
) WHERE m BETWEEN $first AND $last
"""
RATES = """
SELECT t.expiry_m // 3, t.currency, SUM(t.v), SUM(n.v), SUM(LEAST(t.v, n.v)), COUNT(*), COUNT(n.v)
FROM terms t LEFT JOIN terms n ON n.contract = t.contract AND n.seq = t.seq + 1
WHERE t.expiry_m BETWEEN $first AND $last GROUP BY 1, 2
"""
EFFECTS = """
SELECT t.expiry_m // 3, t.currency, SUM((n.p - t.p) * n.q), SUM((n.q - t.q) * t.p),
    SUM(n.v - t.v), COUNT(*)
FROM terms t JOIN terms n ON n.contract = t.contract AND n.seq = t.seq + 1
WHERE t.expiry_m BETWEEN $first AND $last GROUP BY 1, 2
"""
STATEMENTS = {"series": SERIES, "rates": RATES, "effects": EFFECTS}
Answers = dict[str, Callable[[], Any]]


def pandas_answers(first: int, last: int) -> Answers | None:
    """Return how pandas answers each question; None where it is not installed."""
    if find_spec("pandas") is None:
        return None
    frame = _frame()
    asked = {"series": _series, "rates": _rates, "effects": _effects}
    return {name: partial(answer, frame, first, last) for name, answer in asked.items()}


def duckdb_answers(first: int, last: int) -> Answers | None:
    """Return how DuckDB answers each question; None where it is not installed."""
    if find_spec("duckdb") is None or find_spec("pandas") is None:
        return None
    database = import_module("duckdb").connect()
    database.register("frame", _frame())
    database.execute("CREATE TABLE terms AS SELECT * FROM frame")
    days = {"first": first, "last": last}
    return {
        name: partial(_fetched, database, statement, days) for name, statement in STATEMENTS.items()
    }


def _fetched(database: Any, statement: str, days: dict[str, int]) -> Any:
    return database.execute(statement, days).fetchall()


def _frame() -> Any:
    """Return the terms as a frame: money in whole cents, a currency as a category."""
    pandas = import_module("pandas")
    frame = pandas.DataFrame(portfolio.execute(TERMS), columns=COLUMNS)
    for name in ("v", "p", "q"):
        frame[name] = frame[name].astype("float64") / 10_000
    return frame.astype({"currency": "category"})


def _pairs(frame: Any) -> Any:
    """Return each term beside the next one of its contract."""
    after = frame[["contract", "seq", "v", "p", "q"]].assign(seq=frame["seq"] - 1)
    return frame.merge(after, on=["contract", "seq"], how="left", suffixes=("", "1"))


def _series(frame: Any, first: int, last: int) -> Any:
    came = frame.groupby(["start_m", "currency"], observed=True)["v"].sum()
    went = frame.groupby(["gone_m", "currency"], observed=True)["v"].sum()
    moved = came.unstack().sub(went.unstack(), fill_value=0)
    return moved.cumsum().loc[first:last]


def _rates(frame: Any, first: int, last: int) -> Any:
    pairs = _pairs(frame)
    due = pairs[pairs["expiry_m"].between(first, last)]
    kept = due[["v", "v1"]].min(axis=1).where(due["v1"].notna())
    by = due.assign(kept=kept, quarter=due["expiry_m"] // 3)
    grouped = by.groupby(["quarter", "currency"], observed=True)
    return grouped.agg({"v": ["sum", "count"], "v1": ["sum", "count"], "kept": "sum"})


def _effects(frame: Any, first: int, last: int) -> Any:
    pairs = _pairs(frame)
    due = pairs[pairs["expiry_m"].between(first, last) & pairs["v1"].notna()]
    by = due.assign(
        price=(due["p1"] - due["p"]) * due["q1"],
        volume=(due["q1"] - due["q"]) * due["p"],
        quarter=due["expiry_m"] // 3,
    )
    return by.groupby(["quarter", "currency"], observed=True)[["price", "volume", "v", "v1"]].sum()
