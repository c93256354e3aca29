"""How a figure is printed: rounded once, half up, at the very end (C7, C10)."""

from decimal import Decimal
from fractions import Fraction

from contracts.rules.money import (
    CURRENCIES,
    WITHDRAWN_CURRENCIES,
    minor_units,
    round_half_up,
)

Number = int | Decimal | Fraction

MONEY_PLACES = 2
RATIO_PLACES = 6
RATE_PLACES = 8


def money(amount: Number) -> str:
    """Print an amount with two decimals, half up: 2.345 is "2.35", -2.345 is "-2.35".

    Source: C10.
    """
    return _printed(amount, MONEY_PLACES)


def ratio(value: Number | None) -> str | None:
    """Print a ratio with six decimals, half up: 2/3 is "0.666667". Undefined stays None.

    Source: C7, C10.
    """
    return None if value is None else _printed(value, RATIO_PLACES)


def rate(value: Number) -> str:
    """Print an exchange rate with the eight decimals it is kept in.

    Source: C8.
    """
    return _printed(value, RATE_PLACES)


def rounded(amount: Number, currency: str) -> Decimal:
    """Round an amount half up to its currency's minor unit; an unknown currency has two decimals.

    Source: C10, R24.
    """
    known = currency in CURRENCIES or currency in WITHDRAWN_CURRENCIES
    return round_half_up(Fraction(amount), minor_units(currency) if known else MONEY_PLACES)


def exact(value: Number) -> int | Fraction:
    """Return a number to calculate with exactly: decimals become fractions.

    Source: C10.
    """
    return Fraction(value) if isinstance(value, Decimal) else value


def quotient(part: Number, whole: Number) -> Fraction | None:
    """Divide exactly; None where the whole is zero, never 0 or 100 %.

    Source: C7.
    """
    return None if whole == 0 else Fraction(exact(part), exact(whole))


def _printed(value: Number, places: int) -> str:
    """Round half up, away from zero, in whole numbers only: thousands of rows pass here."""
    numerator, denominator = exact(value).as_integer_ratio()
    digits = (2 * abs(numerator) * 10**places + denominator) // (2 * denominator)
    sign = "-" if numerator < 0 and digits else ""
    text = str(digits).rjust(places + 1, "0")
    return f"{sign}{text[:-places]}.{text[-places:]}"
