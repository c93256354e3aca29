"""Whether each renewal was decided by its deadline, or came about in silence (R7, R14, C9)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from metrics.rules.presentation import quotient


class Decision(StrEnum):
    """What became of the deadline of a term."""

    DECIDED = "decided"
    LATE = "late"
    SILENT = "silent"
    LAPSED = "lapsed"
    UNDATED = "undated"
    OPEN = "open"


# What was due: the deadline has passed, and whether it was met can be said.
DUE = (Decision.DECIDED, Decision.LATE, Decision.SILENT, Decision.LAPSED)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Terms and their annual values by what became of their deadlines, in one currency."""

    count: dict[Decision, int] = field(default_factory=dict)
    value: dict[Decision, Fraction] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """How many deadlines have passed of which it can be said whether they were met."""
        return sum(self.count.get(each, 0) for each in DUE)

    @property
    def value_due(self) -> Fraction:
        """The annual value of those terms."""
        return sum((self.value.get(each, Fraction(0)) for each in DUE), Fraction(0))


def decision(
    deadline: date,
    decided_on: date | None,
    *,
    as_of: date,
    auto: bool,
    undated: bool = False,
) -> Decision:
    """Say what became of a deadline, as known on `as_of`.

    Decided: by the deadline. Late: after it. A deadline that is still ahead and undecided is open.
    One that has passed without a recorded decision is silent where the contract renews by itself,
    else lapsed. `undated` says that a renewal was recorded only after the term was over and without
    a signing day: whether it was in time cannot be said.

    Source: R7, R14, C9.
    """
    if decided_on is not None and decided_on <= min(deadline, as_of):
        return Decision.DECIDED
    if deadline >= as_of:
        return Decision.OPEN
    if undated:
        return Decision.UNDATED
    if decided_on is not None and decided_on <= as_of:
        return Decision.LATE
    return Decision.SILENT if auto else Decision.LAPSED


def on_time_rate(found: Decisions) -> Fraction | None:
    """Deadlines met / deadlines due; open and undated ones are in neither.

    Variant: by count. Source: C6, C7.
    """
    return quotient(found.count.get(Decision.DECIDED, 0), found.due)


def on_time_rate_by_value(found: Decisions) -> Fraction | None:
    """Annual value of the terms decided in time / annual value of those due.

    Variant: by value. Source: C6, C7.
    """
    return quotient(found.value.get(Decision.DECIDED, Fraction(0)), found.value_due)


def silent_share(found: Decisions) -> Fraction | None:
    """Annual value that renewed in silence / annual value due.

    Variant: by value. Source: C7, R14.
    """
    return quotient(found.value.get(Decision.SILENT, Fraction(0)), found.value_due)
