"""The alert plan: the product beside one INSERT ... SELECT ... ON CONFLICT DO NOTHING."""

import resource
from string import Template

from bench import OPTIONS, measure, portfolio
from bench.million import load_terms
from contracts.models import Alert, Delivery, Term
from contracts.rules.alerts import ENDED_REACH
from contracts.rules.occasions import DEFAULT_OFFSETS
from contracts.services import alert_sql, alerts, planning

DUE_PRODUCT = "product: raise what is due, with its deliveries"
DUE_PLAN = "product: the whole plan of alerts, without deliveries"
DUE_ALERTS = "product: its statement alone, with collapsing and state"
DUE_FLOOR = "floor: INSERT ... SELECT ... ON CONFLICT, alerts alone"
QUIET_PRODUCT = "product: nothing new"
QUIET_PLAN = "product: nothing new, without looking for recipients"
QUIET_FLOOR = "floor: nothing new"
GOAL = 1.5
TABLE = """
CREATE TABLE bench_alert (
    term_id bigint NOT NULL, kind varchar(20) NOT NULL, offset_days integer NOT NULL,
    anchor_date date NOT NULL, UNIQUE (term_id, kind, offset_days, anchor_date)
)
"""
DUE = {
    "sqlite": "t.anchor_date <= date(%s, '+' || o.days || ' days')",
    "postgresql": "t.anchor_date <= %s::date + o.days",
}
FLOOR = """
INSERT INTO bench_alert
WITH o(days) AS (VALUES $offsets)
SELECT t.id, t.anchor_kind, o.days, t.anchor_date
FROM o JOIN contracts_term t ON t.is_open AND $due
WHERE true
ON CONFLICT DO NOTHING
"""


def main() -> None:
    """Print a plan with everything due, and one that finds everything in place."""
    if OPTIONS.terms:
        load_terms(OPTIONS.terms)
    else:
        portfolio.load()
    portfolio.execute("DROP TABLE IF EXISTS bench_alert")
    portfolio.execute(TABLE)
    try:
        _everything_due()
        _nothing_new()
    finally:
        portfolio.execute("DROP TABLE bench_alert")
        if not OPTIONS.terms:
            Delivery.objects.all().delete()
            Alert.objects.all().delete()


def product() -> alerts.PlanSummary:
    """Plan once, as the scheduler does."""
    return alerts.raise_due(today=portfolio.TODAY, now=portfolio.NOW)


def plan_alone() -> alerts.Raised:
    """Do everything about alerts that the scheduler does, and address none of them."""
    return alerts.raise_alerts(today=portfolio.TODAY, now=portfolio.NOW)


def alerts_alone() -> int:
    """Raise the alerts and look at nothing else."""
    plan = planning.plan_of(portfolio.TODAY)
    return alert_sql.raise_planned(
        plan, ended_from=portfolio.TODAY - ENDED_REACH, now=portfolio.NOW
    )


def floor() -> None:
    """Insert every alert that is due and not there."""
    offsets = ", ".join(f"({days})" for days in DEFAULT_OFFSETS)
    due = portfolio.dialect(DUE["sqlite"], DUE["postgresql"])
    statement = Template(FLOOR).substitute(offsets=offsets, due=due)
    portfolio.execute(statement, portfolio.TODAY)


def _everything_due() -> None:
    found = portfolio.undone(plan_alone)()
    measure.headline(f"Alert plan over {Term.objects.count()} terms: {found.raised} alerts due")
    candidates = {
        DUE_PLAN: portfolio.undone(plan_alone),
        DUE_ALERTS: portfolio.undone(alerts_alone),
        DUE_FLOOR: portfolio.undone(floor),
    }
    timings = measure.interleaved(candidates, OPTIONS.runs)
    measure.table(timings, floor=DUE_FLOOR)
    _verdict("everything due", measure.ratio(timings, DUE_PLAN, DUE_FLOOR))


def _nothing_new() -> None:
    portfolio.execute("DELETE FROM bench_alert")
    timing = measure.Timing(DUE_PRODUCT)
    timing.add(product)
    summary = f"{Delivery.objects.count()} deliveries for {Alert.objects.count()} alerts"
    print(f"{DUE_PRODUCT}: {timing.median:.0f} ms, once, {summary}")
    floor()
    for table in ("contracts_alert", "contracts_delivery", "bench_alert"):
        portfolio.execute(f"ANALYZE {table}")
    again = product()
    if again.raised or again.addressed:
        raise SystemExit(f"a second plan still did something: {again}")
    measure.headline(f"Alert plan over {Term.objects.count()} terms: nothing new")
    candidates = {QUIET_PRODUCT: product, QUIET_PLAN: plan_alone, QUIET_FLOOR: floor}
    timings = measure.interleaved(candidates, OPTIONS.runs)
    measure.table(timings, floor=QUIET_FLOOR)
    _verdict("nothing new", measure.ratio(timings, QUIET_PLAN, QUIET_FLOOR))


def _verdict(what: str, ratio: float) -> None:
    measure.goal(f"plan of alerts over its floor, {what}", ratio, GOAL)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
