"""What a customer is worth over its whole stay: one function per named formula.

The formulas answer different questions and must not be mixed; the name stands next to the figure.
Amounts are in one currency and exact; rates are ratios (0.03 is 3 %) of ONE period, the same for
every rate and amount of a call. None where a formula divides by zero (C7).
"""

from collections.abc import Sequence
from fractions import Fraction

from metrics.rules.presentation import Number, quotient


def lifespan(churn: Number) -> Fraction | None:
    """Return 1 / churn, in periods of the churn: 3 % a month is 33.3 months.

    Variant: constant churn.
    Source: metric "lifetime value", C7.
    """
    return quotient(1, churn)


def simple_value(
    average_sale: Number,
    purchases: Number,
    periods_per_year: Number,
    years: Number,
    acquisition_cost: Number = 0,
) -> Fraction:
    """Return sale x purchases a period x periods a year x years - cost of acquisition.

    Example: 5.90 x 4.2 a week x 52 x 20 years is 25,771.20; 30 x 0.5 a month x 12 - 10 is 170.

    Variant: simple, the product of averages; no margin, no discounting.
    Source: metric "lifetime value".
    """
    per_year = Fraction(average_sale) * Fraction(purchases) * Fraction(periods_per_year)
    return per_year * Fraction(years) - Fraction(acquisition_cost)


def value_of_average_customer(
    value_per_period: Number, periods_per_year: Number, years: Number
) -> Fraction:
    """Return average value a period x periods a year x years: 24.30 a week x 52 x 20 is 25,272.

    Variant: simple, the average of each customer's own product, NOT the product of averages.
    Source: metric "lifetime value".
    """
    return Fraction(value_per_period) * Fraction(periods_per_year) * Fraction(years)


def margin_value(value: Number, margin: Number) -> Fraction:
    """Return a lifetime value x gross margin: 25,272 at 21.3 % is 5,382.94.

    Variant: gross margin per lifespan; not discounted.
    Source: metric "lifetime value".
    """
    return Fraction(value) * Fraction(margin)


def arpa_over_churn(arpa: Number, churn: Number) -> Fraction | None:
    """Return average revenue per account / churn: 50 / 0.03 is 1,666.67.

    Variant: revenue, no margin; ARPA and churn of the same period.
    Source: metric "lifetime value", C7.
    """
    return quotient(arpa, churn)


def margin_over_churn(arpa: Number, margin: Number, churn: Number) -> Fraction | None:
    """Return ARPA x gross margin / churn: 2,000 x 0.6 / 0.005 is 240,000.

    Variant: gross profit; ARPA and churn of the same period.
    Source: metric "lifetime value", C7.
    """
    return quotient(margin_value(arpa, margin), churn)


def discounted_value(margin: Number, retention: Number, discount: Number) -> Fraction | None:
    """Return m x r / (1 + d - r), `margin` being an amount per period: 5,241.60, 0.75, 0.1 is 11,232.

    Variant: "traditional"; an endless stay, the first margin one period from now.
    Source: metric "lifetime value", C7.
    """
    r = Fraction(retention)
    return quotient(Fraction(margin) * r, 1 + Fraction(discount) - r)


def horizon_value(margin: Number, retention: Number, discount: Number, periods: int) -> Fraction:
    """Return the sum of m x (r / (1 + d))^k for k = 1 .. `periods`.

    Promise: it grows with `periods` towards `discounted_value`. Raises ValueError for a negative
    number of periods and for a discount of -100 %.

    Variant: discounted, cut off at a horizon.
    Source: metric "lifetime value".
    """
    if periods < 0 or discount == -1:
        raise ValueError("a horizon has no negative number of periods and no discount of -100 %")
    factor = Fraction(retention) / (1 + Fraction(discount))
    if factor == 1:
        return Fraction(margin) * periods
    return Fraction(margin) * factor * (1 - factor**periods) / (1 - factor)


def mean_value(values: Sequence[Number]) -> Fraction | None:
    """Return the mean of lifetime values by several formulas; None for none.

    Variant: the article's average of simple, custom and traditional; it mixes revenue and profit.
    Source: metric "lifetime value", C7.
    """
    return quotient(sum((Fraction(value) for value in values), Fraction(0)), len(values))
