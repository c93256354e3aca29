"""The alert plan: the product beside one INSERT ... SELECT ... ON CONFLICT DO NOTHING."""

from string import Template

from django.conf import settings

from bench import OPTIONS, measure, portfolio
from contracts.models import Alert, Delivery
from contracts.rules.alerts import DEFAULT_OFFSETS, ENDED_REACH, planned_alerts
from contracts.rules.calendar import business_calendar
from contracts.services import alert_sql, alerts

DUE_PRODUCT = "product: raise what is due, with its deliveries"
DUE_ALERTS = "product: the same statement alone, with collapsing and state"
DUE_FLOOR = "floor: INSERT ... SELECT ... ON CONFLICT, alerts alone"
QUIET_PRODUCT = "product: nothing new"
QUIET_FLOOR = "floor: nothing new"
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
    portfolio.load()
    portfolio.execute("DROP TABLE IF EXISTS bench_alert")
    portfolio.execute(TABLE)
    try:
        _everything_due()
        _nothing_new()
    finally:
        portfolio.execute("DROP TABLE bench_alert")
        Delivery.objects.all().delete()
        Alert.objects.all().delete()


def product() -> alerts.PlanSummary:
    """Plan once, as the scheduler does."""
    return alerts.raise_due(today=portfolio.TODAY, now=portfolio.NOW)


def alerts_alone() -> int:
    """Raise the alerts and address none of them."""
    calendar = business_calendar((settings.HOME_CALENDAR,))
    planned = list(planned_alerts(DEFAULT_OFFSETS, portfolio.TODAY, calendar))
    return alert_sql.raise_planned(
        planned, ended_from=portfolio.TODAY - ENDED_REACH, now=portfolio.NOW
    )


def floor() -> None:
    """Insert every alert that is due and not there."""
    offsets = ", ".join(f"({days})" for days in DEFAULT_OFFSETS)
    due = portfolio.dialect(DUE["sqlite"], DUE["postgresql"])
    statement = Template(FLOOR).substitute(offsets=offsets, due=due)
    portfolio.execute(statement, portfolio.TODAY)


def _everything_due() -> None:
    found = portfolio.undone(product)()
    measure.headline(
        f"Alert plan over {OPTIONS.contracts} contracts: {found.raised} alerts due,"
        f" {found.addressed} deliveries"
    )
    candidates = {
        DUE_PRODUCT: portfolio.undone(product),
        DUE_ALERTS: portfolio.undone(alerts_alone),
        DUE_FLOOR: portfolio.undone(floor),
    }
    measure.table(measure.interleaved(candidates, OPTIONS.runs), floor=DUE_FLOOR)


def _nothing_new() -> None:
    product()
    floor()
    again = product()
    if again.raised or again.addressed:
        raise SystemExit(f"a second plan still did something: {again}")
    measure.headline(f"Alert plan over {OPTIONS.contracts} contracts: nothing new")
    candidates = {QUIET_PRODUCT: product, QUIET_FLOOR: floor}
    timings = measure.interleaved(candidates, OPTIONS.runs)
    measure.table(timings, floor=QUIET_FLOOR)


if __name__ == "__main__":
    main()
