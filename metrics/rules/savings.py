"""What was saved, what was avoided, and what a part of a period costs. Amounts in one currency."""

from fractions import Fraction

from metrics.rules.presentation import Number, quotient


def cost_reduction(last_year: Number, this_year: Number) -> Fraction:
    """Return paid last year - paid this year for the same thing: 1,000,000 - 850,000 is 150,000.

    Variant: visible year over year; a price below a quote is cost avoidance instead.
    Source: R22.
    """
    return Fraction(last_year) - Fraction(this_year)


def cost_avoidance(first_quote: Number, paid: Number) -> Fraction:
    """Return the vendor's first quote - what was paid; it never shows year over year.

    Source: R22.
    """
    return Fraction(first_quote) - Fraction(paid)


def prorated(price: Number, days_in_period: int, days_used: int) -> Fraction | None:
    """Return price x days used / days in the period: 10 for 20 of 30 days is 6.67.

    Variant: by the period's own days, not by months of 30 days.
    Source: R18, C3, C7.
    """
    return quotient(Fraction(price) * days_used, days_in_period)


def spread_evenly(amount: Number, days_covered: int, days_asked: int) -> Fraction | None:
    """Return an amount for `days_covered` days carried over to `days_asked` days, day by day.

    Example: 7,970,103.38 for 365 days is 7,991,939.28 in a fiscal year of 366.

    Variant: every day of the term costs the same; by C3 a day costs 1/365 or 1/366 of its own
    anniversary year instead, so that a full year always costs the annual value.
    Source: R25, C7.
    """
    return quotient(Fraction(amount) * days_asked, days_covered)
