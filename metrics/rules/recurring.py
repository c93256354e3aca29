"""Recurring value per month and per contract. Amounts in one currency, exact."""

from collections.abc import Iterable
from fractions import Fraction

from metrics.rules.presentation import Number, quotient
from metrics.rules.spend import MONTHS_IN_YEAR, monthly_value


def monthly_from_customers(customers: int, arpa: Number) -> Fraction:
    """Return customers x average revenue per account and month: 100 x 50 is 5,000.

    Source: R24.
    """
    return customers * Fraction(arpa)


def monthly_net_of_discount(amount: Number, months: int, discount: Number) -> Fraction:
    """Return amount x (1 - discount) / months: 120 a year less 10 % is 9 a month.

    Variant: discounts come off BEFORE the value is normalised. Raises ValueError for no month.
    Source: R24.
    """
    return monthly_value(amount, months) * (1 - Fraction(discount))


def annualised(amount: Number, months: int) -> Fraction:
    """Return a recurring amount for `months` months per year: 300,000 for 36 is 100,000.

    Variant: average over the term. Raises ValueError for no month.
    Source: R24.
    """
    return monthly_value(amount, months) * MONTHS_IN_YEAR


def monthly_expansion(old: Number, new: Number, months: int) -> Fraction:
    """Return (new - old) / months, both orders covering `months` months: 1,800 to 2,400 in 6 is 100.

    Raises ValueError for no month.

    Source: R24.
    """
    return monthly_value(Fraction(new) - Fraction(old), months)


def average_contract_value(deals: Iterable[tuple[Number, Number]]) -> Fraction | None:
    """Return sum of customers x annual value / sum of customers; each deal is (customers, value).

    Variant: weighted by customers in force, not the mean of the values.
    Source: C4, C7.
    """
    return weighted_mean(deals)


def weighted_mean(parts: Iterable[tuple[Number, Number]]) -> Fraction | None:
    """Return sum of weight x value / sum of weights; each part is (weight, value).

    Example: 80 % of customers at 6 % churn and 20 % at 12 % are 7.2 %, not the mean of 9 %.

    Source: C7.
    """
    pairs = [(Fraction(weight), Fraction(value)) for weight, value in parts]
    return quotient(
        sum((weight * value for weight, value in pairs), Fraction(0)),
        sum((weight for weight, _value in pairs), Fraction(0)),
    )
