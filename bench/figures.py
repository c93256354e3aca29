"""The figures, exact and complete, beside hand-written SQL on a plain ledger and beside data frames."""

from datetime import date
from functools import partial

from bench import OPTIONS, floors, frames, measure, portfolio
from contracts.rules.calendar import add_months, last_day_of_month
from contracts.rules.period import Period, period_of
from metrics.queries import dashboard, prices, renewals, spend
from metrics.queries.figures import FAMILIES, figures
from metrics.queries.question import Dimension, Question

MONTHS = 60
AS_OF = portfolio.TODAY
YEAR = Period(date(AS_OF.year - 1, 1, 1), date(AS_OF.year - 1, 12, 31))
QUESTION = Question(YEAR, AS_OF)
# Twenty whole quarters.
QUARTERS = Period(
    add_months(period_of(AS_OF, "quarter").start, -MONTHS),
    period_of(add_months(AS_OF, -3), "quarter").end,
)
NAMES: tuple[Dimension, ...] = ("category", "vendor")
BASE = "EUR"
DASHBOARD = "dashboard"
ASKED = {
    DASHBOARD: "the dashboard's figures together",
    "series": f"annualised spend at the end of {MONTHS} months",
    "names": "annualised spend by vendor and category on a day",
    "rates": "GRR, NRR, logo per quarter, 20 quarters",
    "effects": "price and volume split per quarter, 20 quarters",
}
# How much of the floor's time the product may take.
LIMITS = {"postgresql": 1.5, "sqlite": 2.0}


def main() -> None:
    """Print each question beside its floor, and all figures of a year."""
    portfolio.load()
    floors.create()
    try:
        _compare()
        _whole()
    finally:
        floors.drop()
    _families()


def _compare() -> None:
    until = _month(AS_OF)
    first, last = _month(QUARTERS.start), _month(QUARTERS.end)
    candidates: dict[str, measure.Candidate] = {}
    for kind, answers in (
        ("product", _products()),
        ("floor", _floors()),
        ("rollup floor", {"series": partial(floors.rolled, until - MONTHS + 1, until)}),
        ("pandas", frames.pandas_answers(first, last)),
        ("DuckDB", frames.duckdb_answers(first, last)),
    ):
        if answers is None:
            print(f"{kind}: not installed")
            continue
        candidates |= {_name(kind, name): answer for name, answer in answers.items()}
    measure.headline(f"Figures over {OPTIONS.contracts} contracts")
    timings = measure.interleaved(candidates, OPTIONS.runs)
    for name, text in ASKED.items():
        print(f"\n{text}")
        rows = [timing for timing in timings if timing.name.endswith(text)]
        measure.table(rows, floor=_name("floor", name))
    _goals(timings)


def _goals(timings: list[measure.Timing]) -> None:
    limit = LIMITS[portfolio.dialect("sqlite", "postgresql")]
    known = {timing.name for timing in timings}
    print()
    for name, text in ASKED.items():
        found = measure.ratio(timings, _name("product", name), _name("floor", name))
        measure.goal(f"{text}, over the floor", found, limit)
        for other in ("pandas", "DuckDB"):
            if limit < LIMITS["sqlite"] and _name(other, name) in known:
                found = measure.ratio(timings, _name("product", name), _name(other, name))
                measure.goal(f"{text}, over {other}", found, 1)


def _name(kind: str, name: str) -> str:
    return f"{kind}: {ASKED[name]}"


def _products() -> dict[str, measure.Candidate]:
    return {
        DASHBOARD: _dashboard,
        "series": _series,
        "names": partial(spend.annualised_by, NAMES, AS_OF),
        "rates": partial(renewals.rates_by_period, Question(QUARTERS, AS_OF)),
        "effects": partial(prices.effects, QUARTERS),
    }


def _floors() -> dict[str, measure.Candidate]:
    until = _month(AS_OF)
    first, last = _month(QUARTERS.start), _month(QUARTERS.end)
    recent = until - dashboard.DEFAULT_MONTHS + 1
    return {
        DASHBOARD: partial(floors.dashboard, AS_OF, recent, until),
        "series": partial(floors.series, until - MONTHS + 1, until),
        "names": partial(floors.by_name, AS_OF),
        "rates": partial(floors.rates, first, last),
        "effects": partial(floors.effects, first, last),
    }


def _dashboard() -> None:
    dashboard.annualised_by_month(AS_OF, BASE)
    dashboard.spend_by_each(NAMES, AS_OF, BASE)
    dashboard.headline(AS_OF, BASE)


def _series() -> list[spend.Spend]:
    days = [last_day_of_month(add_months(AS_OF, -back)) for back in range(MONTHS - 1, 0, -1)]
    return spend.annualised_spend([(day.isoformat(), day) for day in (*days, AS_OF)])


def _whole() -> None:
    product, floor = "product: every figure of a year", "floor: the five questions together"
    answers = list(_floors().values())
    whole: dict[str, measure.Candidate] = {
        product: partial(figures, QUESTION),
        floor: lambda: [each() for each in answers],
    }
    measure.headline("All figures of a year, as `manage.py figures` prints them")
    measure.table(measure.interleaved(whole, OPTIONS.runs), floor=floor)


def _families() -> None:
    families: dict[str, measure.Candidate] = {
        family.__name__: partial(family, QUESTION) for family in FAMILIES
    }
    measure.headline("Each family of figures of a year")
    measure.table(measure.interleaved(families, OPTIONS.runs), floor="accruals")


def _month(day: date) -> int:
    return renewals.month_number(day)


if __name__ == "__main__":
    main()
