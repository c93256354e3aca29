"""Variants of churn that are offered by name, and rates carried from one period to another.

Rates are ratios (0.05 is 5 %). Everything is exact but `monthly_from_annual`.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction

from metrics.rules.presentation import Number, quotient
from metrics.rules.retention import MONTHS_IN_YEAR

ROOT_DIGITS = 40


def monthly_from_annual(annual: Number) -> Fraction:
    """Return 1 - (1 - a)^(1/12), never a / 12: 11.36 % a year is 1 % a month.

    The root is irrational: it is worked out in decimals of 40 digits, then exact as such. Raises
    ValueError above 100 %, where nobody is left to lose.

    Source: metric "churn rate".
    """
    if annual > 1:
        raise ValueError("more than everybody cannot leave")
    stays = 1 - Fraction(annual)
    with localcontext() as context:
        context.prec = ROOT_DIGITS
        kept = Decimal(stays.numerator) / Decimal(stays.denominator)
        return 1 - Fraction(kept ** (Decimal(1) / MONTHS_IN_YEAR))


def churn_at_opening_value(opening: Number, value_at_churn: Number) -> Fraction | None:
    """Return the loss / opening of a unit that left: its OPENING value, whatever it had grown to.

    Example: 500 at the start that left at 1,379 is a churn of 100 %.

    Variant: never above 1.
    Source: C5, C7.
    """
    return quotient(min(Fraction(opening), Fraction(value_at_churn)), opening)


def churn_at_leaving_value(opening: Number, value_at_churn: Number) -> Fraction | None:
    """Return the value on leaving / opening: 500 that left at 1,379 is 275.8 %.

    Variant: retired by those who published it, because it passes 100 %; kept to compare.
    Source: C7.
    """
    return quotient(value_at_churn, opening)


def daily_loss_rate(days: Iterable[tuple[Number, Number]]) -> Fraction | None:
    """Return the sum over days of (start - end) / start; each day is (start, end), growth is no loss.

    Example: one day from 100 to 95 is 5 %. None where a day starts at zero.

    Variant: per day and summed, so that each loss counts against the value of its own day.
    Source: C7.
    """
    total = Fraction(0)
    for start, end in days:
        lost = quotient(max(Fraction(start) - Fraction(end), Fraction(0)), start)
        if lost is None:
            return None
        total += lost
    return total


def churn_between(at_start: int, at_end: int, gained: int = 0) -> Fraction | None:
    """Return (start - (end - gained)) / start: 20 to 18 without new ones is 10 %.

    Variant: from head counts; `gained` are those at the end that were not there at the start.
    Source: C5, C7.
    """
    return quotient(at_start - (at_end - gained), at_start)


def period_rate_of_renewals(total: Number, exposed: Number, renewed: Number) -> Fraction | None:
    """Return (total - exposed + renewed) / total: of 1 M, 250,000 due and 200,000 renewed is 95 %.

    Variant: period GRR of the facts whose renewal rate is 80 %; what was not due stayed.
    Source: C5, C6, C7.
    """
    return quotient(Fraction(total) - Fraction(exposed) + Fraction(renewed), total)
