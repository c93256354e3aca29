"""Amounts printed so that the printed parts add up to the printed whole (R24)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from metrics.rules.presentation import MONEY_PLACES, Number, exact, money

HUNDREDTHS = 10**MONEY_PLACES


def printed_parts(amounts: Sequence[Number]) -> list[str]:
    """Print amounts with two decimals that add up to `money(sum(amounts))`.

    Every part is rounded down; what is left goes, one hundredth each, to the largest remainders, the
    first of equals. Promise: no part is further than one hundredth from its exact amount. Example:
    three times 10/3 is "3.34", "3.33" and "3.33".

    Source: R24, C10.
    """
    parts, remainders = [], []
    for amount in amounts:
        numerator, denominator = exact(amount).as_integer_ratio()
        part, remainder = divmod(numerator * HUNDREDTHS, denominator)
        parts.append(part)
        remainders.append(remainder / denominator)
    left = round(Fraction(money(added(amounts))) * HUNDREDTHS) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda place: -remainders[place])
    for place in by_remainder[:left]:
        parts[place] += 1
    return [money(Fraction(part, HUNDREDTHS)) for part in parts]


def added(amounts: Iterable[Number]) -> Fraction:
    """Add amounts exactly; many have the same few denominators, so those are added up first.

    Source: C10.
    """
    tops: defaultdict[int, int] = defaultdict(int)
    for amount in amounts:
        numerator, denominator = exact(amount).as_integer_ratio()
        tops[denominator] += numerator
    return sum((Fraction(top, below) for below, top in tops.items()), Fraction(0))


def plain(value: Number) -> str:
    """Print a number exactly: as a decimal with two places or more, else as a fraction.

    Example: 2.5 is "2.50", 1/3 is "1/3".

    Source: C10.
    """
    fraction = Fraction(exact(value))
    if 10**30 % fraction.denominator:
        return str(fraction)
    places = MONEY_PLACES
    while 10**places % fraction.denominator:
        places += 1
    digits = str(abs(fraction.numerator) * (10**places // fraction.denominator))
    digits = digits.rjust(places + 1, "0")
    sign = "-" if fraction < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
