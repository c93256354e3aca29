"""Days that money is outstanding: with customers (DSO) and with suppliers (DPO).

Balances and flows are in one currency and of one period of `days` days; results are days, exact,
None without sales or purchases (C7).
"""

from fractions import Fraction

from metrics.rules.presentation import Number, quotient

DAYS_IN_YEAR = 365
BANKERS_YEAR = 360


def days_outstanding(balance: Number, flow: Number, days: Number = DAYS_IN_YEAR) -> Fraction | None:
    """Return balance / flow x days.

    DSO: receivables / CREDIT sales; DPO: payables / purchases (cost of goods sold where purchases
    are unknown). Example: 50,000 / 200,000 x 365 is 91.25; 7 M / 10 M x 360 is 252.

    Variant: closing balance; `days` 360 is the banker's year.
    Source: metric "DSO / DPO", C7.
    """
    return quotient(Fraction(balance) * Fraction(days), flow)


def average_days_outstanding(
    opening: Number, closing: Number, flow: Number, days: Number = DAYS_IN_YEAR
) -> Fraction | None:
    """Return (opening + closing) / 2 / flow x days: 180 and 220 on 1,460 in 365 days is 50.

    Variant: average balance.
    Source: metric "DSO / DPO", C7.
    """
    return days_outstanding(average_balance(opening, closing), flow, days)


def average_balance(opening: Number, closing: Number) -> Fraction:
    """Return (opening + closing) / 2.

    Source: metric "DSO / DPO".
    """
    return (Fraction(opening) + Fraction(closing)) / 2
