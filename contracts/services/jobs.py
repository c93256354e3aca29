"""The jobs that believe the day, and what they do on one that cannot be."""

from datetime import date, datetime

from contracts.rules.clock import Jump
from contracts.services import alerts, audits, holds, renewals
from contracts.services.alerts import PlanSummary
from contracts.services.audits import AuditReport


def roll_over(*, today: date, now: datetime) -> int:
    """Give renewed terms their next term; nothing on a day that cannot be.

    Source: R14.
    """
    if holds.watch(today=today, now=now) == Jump.IMPLAUSIBLE:
        return 0
    return renewals.roll_over(today=today)


def plan(*, today: date, now: datetime) -> PlanSummary:
    """Record what is due; on a day that cannot be nothing is planned until it is back.

    Nothing is lost by that: the next plan on a day that can be finds everything. When the day is
    back, what was planned for days that have not come is taken back and the rest is let go.

    Source: R9, R10, R11, R13.
    """
    verdict = holds.watch(today=today, now=now)
    if verdict == Jump.IMPLAUSIBLE:
        return PlanSummary(0, 0, 0, 0)
    hold = holds.open_hold()
    if hold and hold.before and verdict == Jump.NONE:
        if now < hold.since:
            alerts.take_back(today=today, since=now, now=now)
        holds.release(hold, today=today, now=now)
    return alerts.raise_due(today=today, now=now)


def audit(*, today: date, now: datetime) -> AuditReport:
    """Hold the tables against the contracts; on a day that cannot be there is nothing to learn.

    The watchdog outside is not told that all is well then.

    Source: R12.
    """
    if holds.watch(today=today, now=now) == Jump.IMPLAUSIBLE:
        return AuditReport()
    return audits.audit(today=today, now=now)
