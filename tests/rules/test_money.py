"""Rounding, sharing out, annualising (R24, C3, C10)."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.money import (
    CURRENCIES,
    WITHDRAWN_CURRENCIES,
    allocate,
    annualise,
    day_cost,
    minor_units,
    quantize,
    round_half_up,
)
from contracts.rules.vocabulary import BillingFrequency

AMOUNTS = st.decimals("-999999999999.99", "999999999999.99", places=2)


@pytest.mark.parametrize(
    ("currency", "places"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("KWD", 3),
        ("TND", 3),
        ("UYW", 4),
        ("BGN", 2),
    ],
)
def test_the_minor_unit_of_a_currency(currency: str, places: int) -> None:
    assert minor_units(currency) == places


@pytest.mark.parametrize("code", ["", "eur", "EURO", "XXX", "XTS", "BTC", "Eur", "€"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a currency code"):
        minor_units(code)


def test_the_allow_list_holds_current_codes_only() -> None:
    assert {"EUR", "USD", "GBP", "JPY", "CHF", "AUD", "PLN", "INR"} <= CURRENCIES
    assert not CURRENCIES & WITHDRAWN_CURRENCIES
    assert not CURRENCIES & {"XXX", "XTS", "XAU", "XDR"}
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES | WITHDRAWN_CURRENCIES)
    assert len(CURRENCIES) > 150


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("2.345", "EUR", "2.35"),
        ("2.3449999", "EUR", "2.34"),
        ("-2.345", "EUR", "-2.35"),
        ("0.005", "EUR", "0.01"),
        ("1234.5", "JPY", "1235"),
        ("1234.49", "JPY", "1234"),
        ("1.0005", "KWD", "1.001"),
        ("7", "EUR", "7.00"),
        ("123456789012345678901234567890.125", "EUR", "123456789012345678901234567890.13"),
    ],
)
def test_money_rounds_half_up_to_its_minor_unit(amount: str, currency: str, expected: str) -> None:
    assert str(quantize(Decimal(amount), currency)) == expected


def test_a_fraction_rounds_once_and_exactly() -> None:
    assert quantize(Fraction(1, 3), "EUR") == Decimal("0.33")
    assert quantize(Fraction(5, 1000), "EUR") == Decimal("0.01")
    assert round_half_up(Fraction(-1, 2), 0) == -1
    assert round_half_up(Fraction(2, 3), 6) == Decimal("0.666667")


@given(st.decimals("-1e12", "1e12", places=7), st.integers(0, 6))
def test_rounding_agrees_with_the_decimal_module(amount: Decimal, places: int) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert round_half_up(amount, places) == expected


def test_a_third_each_leaves_the_odd_cent_with_the_first() -> None:
    parts = allocate(Decimal("100.00"), [1, 1, 1], "EUR")
    assert parts == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_the_odd_cent_goes_to_the_largest_remainder() -> None:
    assert allocate(Decimal("0.10"), [Fraction(1, 4), Fraction(3, 4), Decimal("1.01")], "EUR") == [
        Decimal("0.01"),
        Decimal("0.04"),
        Decimal("0.05"),
    ]


def test_a_credit_is_shared_out_too() -> None:
    parts = allocate(Decimal("-100"), [1, 1, 1], "JPY")
    assert sum(parts) == -100
    assert sorted(parts) == [-34, -33, -33]


def test_a_weight_of_zero_gets_nothing() -> None:
    assert allocate(Decimal("9.99"), [0, 5, 0], "USD") == [0, Decimal("9.99"), 0]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_weights_that_cannot_share_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(Decimal(1), weights, "EUR")


def test_a_total_finer_than_the_minor_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="finer than the minor unit of JPY"):
        allocate(Decimal("1.5"), [1], "JPY")


@given(
    AMOUNTS,
    st.lists(st.integers(0, 10**9), min_size=1, max_size=24).filter(any),
    st.sampled_from(["EUR", "KWD"]),
)
def test_parts_sum_to_the_total_and_stay_near_their_share(
    total: Decimal, weights: list[int], currency: str
) -> None:
    parts = allocate(total, weights, currency)
    unit = Fraction(1, 10 ** minor_units(currency))
    assert sum(map(Fraction, parts)) == Fraction(total)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * weight / sum(weights)) < unit


@pytest.mark.parametrize(
    ("amount", "frequency", "expected"),
    [
        ("100", "monthly", "1200"),
        ("100", "quarterly", "400"),
        ("100", "yearly", "100"),
        ("7", "weekly", "365"),
        ("2", "daily", "730"),
        ("0.01", "monthly", "0.12"),
    ],
)
def test_periodic_amounts_per_year(amount: str, frequency: str, expected: str) -> None:
    assert annualise(Decimal(amount), frequency) == Decimal(expected)


def test_a_week_is_neither_a_fifty_second_nor_a_quarter_of_a_month() -> None:
    year = quantize(annualise(Decimal("10.00"), "weekly"), "EUR")
    assert year == Decimal("521.43")
    assert year not in (Decimal("520.00"), Decimal("522.00"), Decimal("519.60"))


def test_an_amount_paid_upfront_is_spread_over_its_term() -> None:
    frequency = BillingFrequency.UPFRONT
    assert annualise(Decimal(3600), frequency, term_months=36) == 1200
    assert annualise(Decimal(100), frequency, term_months=1) == 1200
    with pytest.raises(ValueError, match="months of its term"):
        annualise(Decimal(3600), frequency)


def test_an_unknown_frequency_is_refused() -> None:
    with pytest.raises(ValueError, match="not a billing frequency"):
        annualise(Decimal(1), "fortnightly")


def test_every_frequency_of_the_vocabulary_can_be_annualised() -> None:
    for frequency in BillingFrequency:
        assert annualise(Decimal(12), frequency, term_months=12) > 0


@given(AMOUNTS, st.sampled_from([365, 366]))
def test_a_year_of_day_costs_is_exactly_the_annual_value(value: Decimal, days: int) -> None:
    assert day_cost(value, days) * days == Fraction(value)
