"""One fixing for all currencies, and never a rate that nobody fixed (C8)."""

from datetime import date
from fractions import Fraction

from metrics.rules.conversion import Fixing

FIXING = Fixing(date(2024, 1, 2), {"USD": Fraction("1.25"), "GBP": Fraction("0.80")})


def test_rates_go_through_the_pivot() -> None:
    assert FIXING.factor("USD", "EUR") == Fraction("0.8")
    assert FIXING.factor("EUR", "USD") == Fraction("1.25")
    assert FIXING.factor("GBP", "USD") == Fraction("1.5625")


def test_there_and_back_is_exactly_one() -> None:
    for currency in ("USD", "GBP", "EUR"):
        there, back = FIXING.factor(currency, "USD"), FIXING.factor("USD", currency)
        assert there is not None
        assert back is not None
        assert there * back == 1


def test_a_currency_without_a_rate_is_not_converted_one_to_one() -> None:
    assert FIXING.factor("CHF", "EUR") is None
    assert FIXING.factor("EUR", "CHF") is None


def test_a_currency_needs_no_rate_to_itself() -> None:
    assert FIXING.factor("CHF", "CHF") == 1
