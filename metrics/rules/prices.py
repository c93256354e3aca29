"""How a price changed between consecutive terms, and how the change splits (R22, C7)."""

from fractions import Fraction

from metrics.rules.presentation import Number, exact, quotient


def increase(before: Number, after: Number) -> Fraction | None:
    """Return (after - before) / before; None from zero: something that was free has no percentage.

    Example: 7.75 to 11.75 is 51.6129 %, an increase, not the ratio 1.516.

    Source: R22, C7.
    """
    return quotient(exact(after) - exact(before), before)


def unit_increase(
    prices: tuple[Number | None, Number | None],
    quantities: tuple[Number | None, Number | None],
    values: tuple[Number, Number],
) -> Fraction | None:
    """Return the increase of the unit price, like for like; each pair is before and after.

    Where a unit price is missing the annual values are compared if the quantities are equal or
    missing; otherwise there is no comparison.

    Source: R22.
    """
    p0, p1 = prices
    if p0 is not None and p1 is not None:
        return increase(p0, p1)
    q0, q1 = quantities
    if q0 is not None and q1 is not None and q0 != q1:
        return None
    return increase(*values)


def price_effect(price_before: Number, price_after: Number, quantity_after: Number) -> Fraction:
    """Return (p1 - p0) x q1.

    Source: R22.
    """
    change = exact(price_after) - exact(price_before)
    return Fraction(change * exact(quantity_after))


def volume_effect(
    price_before: Number, quantity_before: Number, quantity_after: Number
) -> Fraction:
    """Return (q1 - q0) x p0. With the price effect it adds up to p1 q1 - p0 q0.

    Source: R22.
    """
    change = exact(quantity_after) - exact(quantity_before)
    return Fraction(change * exact(price_before))
