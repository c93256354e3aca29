"""How often a unit buys (repeat purchases, loyalty, gaps) and what comes back (C7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from metrics.rules.presentation import Number, quotient

LOYAL_MORE_THAN = 4


@dataclass(frozen=True, slots=True)
class Buyers:
    """Units with `days` purchase days each: how many, and the sum of their spans in days."""

    days: int
    units: int
    span: int


def units_with_more_than(days: int, buyers: Iterable[Buyers]) -> int:
    """Count the units with more than so many purchase days.

    Source: metrics "repeat purchase ratio" and "loyal rate".
    """
    return sum(each.units for each in buyers if each.days > days)


def mean_of_mean_gaps(buyers: Iterable[Buyers]) -> Fraction | None:
    """Return the mean, over the units that bought again, of each unit's own mean gap in days.

    Variant: every unit weighs the same. Example: means of 10 and of 100 days are 55.
    Source: C7.
    """
    repeating = [each for each in buyers if each.days > 1]
    means = sum((mean_gap(each.span, each.days) or Fraction(0) for each in repeating), Fraction(0))
    return quotient(means, units_with_more_than(1, repeating))


def pooled_gap(buyers: Iterable[Buyers]) -> Fraction | None:
    """Return all days between purchases / all gaps.

    Variant: every gap weighs the same.
    Source: C7.
    """
    repeating = [each for each in buyers if each.days > 1]
    gaps = sum(each.units * (each.days - 1) for each in repeating)
    return quotient(sum(each.span for each in repeating), gaps)


def repeat_purchase_ratio(repeating: int, buying: int) -> Fraction | None:
    """Units with at least 2 purchase days / units with at least 1, in the same window.

    Source: C7.
    """
    return quotient(repeating, buying)


def loyal_rate(loyal: int, buying: int) -> Fraction | None:
    """Units with MORE than `LOYAL_MORE_THAN` purchase days / units with at least 1.

    Source: C7.
    """
    return quotient(loyal, buying)


def mean_gap(span_days: Number, purchases: int) -> Fraction | None:
    """Return a unit's mean number of days between purchases: its span / (purchases - 1).

    Example: gaps of 7 and 14 days are 21 / 2 = 10.5. None for a single purchase.

    Source: C7.
    """
    return quotient(span_days, purchases - 1)


def return_rate(returned: Number, sold: Number) -> Fraction | None:
    """Returned / sold, both by count or both by value: the two are never mixed.

    Source: C7.
    """
    return quotient(returned, sold)
