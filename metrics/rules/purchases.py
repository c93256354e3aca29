"""How often a unit buys (repeat purchases, loyalty, gaps) and what comes back (C7)."""

from fractions import Fraction

from metrics.rules.presentation import Number, quotient

LOYAL_MORE_THAN = 4


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
