"""What a contract costs: accrued, annualised, whole, and against a plan (C3, C4, R18, R24).

Amounts are in the contract's currency and exact; the caller rounds once, at the end (C10).
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from metrics.rules.presentation import Number, quotient

MONTHS_IN_YEAR = 12


def accrued(value_days: Mapping[int, Number]) -> Fraction:
    """Return the cost of days in force, exactly.

    `value_days` maps the days of an anniversary year (365 or 366) to the sum of annual value x days
    over the days that fall in such years. Formula: sum of annual value x days / days in year.
    Example: 400.00 a year for all 366 days of its leap year is 400.00.

    Variant: straight line by actual days of the term's anniversary year, both ends included.
    Source: C3, R25.
    """
    return sum((Fraction(total) / days for days, total in value_days.items()), Fraction(0))


def total_contract_value(
    annual_value: Number,
    whole_years: int,
    part_days: int = 0,
    part_year_days: int = 365,
    one_time: Number = 0,
) -> Fraction:
    """Return annual value x (whole anniversary years + day fraction of the last) + one-time fees.

    Example: 100,000 a year for 3 years and 30,000 once is 330,000.

    Variant: cancellation ignored; one-time fees are added here and nowhere else.
    Source: C3.
    """
    years = whole_years + Fraction(part_days, part_year_days)
    return Fraction(annual_value) * years + Fraction(one_time)


def average_annual_value(
    total_value: Number, years: Number, one_time: Number = 0
) -> Fraction | None:
    """Return (total contract value - one-time fees) / years; None for no years.

    Example: 180,000 over 3 years is 60,000 a year.

    Variant: the average over the term, not the value in force on a day (C4).
    Source: C7.
    """
    return quotient(Fraction(total_value) - Fraction(one_time), years)


def monthly_value(amount: Number, months: int) -> Fraction:
    """Return a price for `months` months per month: 300 a quarter is 100 a month.

    Raises ValueError for less than one month.

    Source: R24.
    """
    if months < 1:
        raise ValueError("a price covers at least one month")
    return Fraction(amount) / months


def uplifted(price: Number, increase: Number) -> Fraction:
    """Return price x (1 + increase), the increase as a ratio: 20,000 and 0.04 is 20,800.

    Source: R21.
    """
    return Fraction(price) * (1 + Fraction(increase))


def variance(actual: Number, budget: Number) -> Fraction:
    """Return actual - budget: above zero is overspend.

    Source: metric "budget variance".
    """
    return Fraction(actual) - Fraction(budget)


def variance_ratio(actual: Number, budget: Number) -> Fraction | None:
    """Return (actual - budget) / BUDGET; None for a budget of zero. 120 against 100 is 0.2.

    Source: C7.
    """
    return quotient(variance(actual, budget), budget)


def net(gross: Number, discount: Number, allowance: Number, credit: Number) -> Fraction:
    """Return gross - discount - allowance - credit; it may be negative.

    Source: metric "net actual spend".
    """
    return Fraction(gross) - Fraction(discount) - Fraction(allowance) - Fraction(credit)


def deductions_ratio(gross: Number, net_amount: Number) -> Fraction | None:
    """Return (gross - net) / gross; None for a gross of zero.

    Source: C7.
    """
    return quotient(Fraction(gross) - Fraction(net_amount), gross)


def total(amounts: Iterable[Number]) -> Fraction:
    """Add amounts exactly.

    Source: C10.
    """
    return sum((Fraction(amount) for amount in amounts), Fraction(0))
