"""Whether the day can be believed: it goes on from day to day, and an outage has an end."""

from datetime import date, timedelta
from enum import StrEnum

# Four days off in a row are an ordinary stop; a change of time zone moves the day back by one.
SHORT = timedelta(days=3)
BACK = timedelta(days=1)
LONGEST_OUTAGE = timedelta(days=31)


class Jump(StrEnum):
    """How the day went on since the last run.

    Source: R11, R12.
    """

    NONE = "none"
    OUTAGE = "outage"
    IMPLAUSIBLE = "implausible"


def jump(before: date, today: date) -> Jump:
    """Judge the step from the day of the last run to `today`.

    Up to 3 days forward or 1 back are no jump, up to 31 forward may be an outage; nothing explains
    more, nor a day before the last one.

    Source: R11, R12.
    """
    moved = today - before
    if -BACK <= moved <= SHORT:
        return Jump.NONE
    return Jump.OUTAGE if SHORT < moved <= LONGEST_OUTAGE else Jump.IMPLAUSIBLE


def is_mass(opened: int, terms: int) -> bool:
    """Say whether one plan opened more alerts than anybody expects of `terms` open terms.

    Source: R11.
    """
    return opened > max(100, terms // 5)
