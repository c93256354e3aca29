"""When an alert that nobody acts on goes to the next level of recipients (R9)."""

from datetime import date, timedelta

from contracts.rules.alerts import URGENT

ONE_DAY = timedelta(days=1)


def patience(anchor: date, today: date, days: int) -> timedelta:
    """Return how long an alert waits for a reaction at one level before it goes on to the next.

    `days` calendar days, at least one. One day only where the anchor is at most 7 days away or has
    passed. Weekends count: who is away for one is away for the deadline too.

    Source: R9.
    """
    if anchor - today <= URGENT:
        return ONE_DAY
    return max(timedelta(days=days), ONE_DAY)
