"""Price changes, caps and severity (R21, R22)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.pricing import (
    CapMode,
    CapVerdict,
    PriceMark,
    PricePoint,
    cap_allowed,
    cap_breach,
    check_cap,
    price_change,
    ratio_of_change,
    severity,
)
from contracts.rules.vocabulary import CapKind, Severity

PRICES = st.decimals("0", "99999.9999", places=4)
SEATS = st.integers(0, 5000).map(Decimal)


def point(
    value: str | int,
    quantity: str | int | None = None,
    unit: str | None = None,
    listed: str | None = None,
) -> PricePoint:
    def number(text: str | int | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return PricePoint(Decimal(value), number(quantity), number(unit), number(listed))


def test_fewer_seats_at_a_higher_price_hide_an_increase() -> None:
    move = price_change(point(10000, 100, "100"), point(9100, 70, "130"))
    assert move.value_change == -900
    assert move.value_pct == Fraction(-9, 100)
    assert move.unit_pct == Fraction(3, 10)
    assert move.qty_pct == Fraction(-3, 10)
    assert (move.price_effect, move.volume_effect) == (Decimal(2100), Decimal(-3000))
    assert move.flags == (PriceMark.INCREASE, PriceMark.HIDDEN_INCREASE)


def test_a_flat_bill_with_a_higher_price_hides_an_increase_too() -> None:
    move = price_change(point(1000, 10, "100"), point(1000, 8, "125"))
    assert move.unit_pct == Fraction(1, 4)
    assert PriceMark.HIDDEN_INCREASE in move.flags


def test_more_seats_at_the_same_price_are_no_increase() -> None:
    move = price_change(point(1000, 10, "100"), point(2000, 20, "100"))
    assert move.value_pct == 1
    assert move.unit_pct == 0
    assert move.flags == ()


def test_a_lower_price_is_a_decrease_whatever_the_bill_does() -> None:
    assert price_change(point(1000, 10, "100"), point(1800, 20, "90")).flags == ("decrease",)


def test_without_unit_prices_the_annual_value_is_compared() -> None:
    move = price_change(point(1000), point(1060))
    assert move.unit_pct == Fraction(6, 100)
    assert (move.qty_pct, move.price_effect, move.volume_effect) == (None, None, None)
    assert price_change(point(1000, 10), point(1060, 10)).unit_pct == Fraction(6, 100)
    assert price_change(point(1000, 10), point(1060)).unit_pct == Fraction(6, 100)


def test_without_unit_prices_another_number_of_seats_cannot_be_compared() -> None:
    move = price_change(point(1000, 10), point(2000, 20))
    assert move.unit_pct is None
    assert move.flags == ()


def test_from_free_has_no_percentage() -> None:
    move = price_change(point(0, 10, "0"), point(1000, 10, "100"))
    assert (move.value_pct, move.unit_pct) == (None, None)
    assert move.flags == (PriceMark.FROM_FREE,)
    assert price_change(point(0, 10, "0"), point(0, 10, "0")).flags == ()


def test_seats_from_zero_have_no_percentage() -> None:
    assert price_change(point(0, 0, "100"), point(500, 5, "100")).qty_pct is None


def test_a_smaller_discount_off_list_is_flagged() -> None:
    before, after = point(800, 10, "80", "100"), point(840, 10, "84", "100")
    assert price_change(before, after).flags == (PriceMark.INCREASE, PriceMark.DISCOUNT_ERODED)
    assert price_change(before, point(840, 10, "84", "105")).flags == (PriceMark.INCREASE,)
    assert price_change(before, point(840, 10, "84")).flags == (PriceMark.INCREASE,)


def test_all_flags_come_in_their_order() -> None:
    before, after = point(1000, 10, "100", "125"), point(960, 8, "120", "125")
    flags = price_change(before, after, cap_pct=Decimal(5)).flags
    assert flags == ("increase", "cap_breach", "hidden_increase", "discount_eroded")


@given(PRICES, SEATS, PRICES, SEATS)
def test_price_and_volume_effect_add_up_to_the_change(
    p0: Decimal, q0: Decimal, p1: Decimal, q1: Decimal
) -> None:
    move = price_change(PricePoint(p0 * q0, q0, p0), PricePoint(p1 * q1, q1, p1))
    assert move.price_effect is not None
    assert move.volume_effect is not None
    assert move.price_effect + move.volume_effect == move.value_change


@given(PRICES, PRICES)
def test_a_move_is_an_increase_a_decrease_or_neither(p0: Decimal, p1: Decimal) -> None:
    flags = price_change(PricePoint(p0, None, p0), PricePoint(p1, None, p1)).flags
    assert (PriceMark.INCREASE in flags) is (p0 > 0 and p1 > p0)
    assert (PriceMark.DECREASE in flags) is (p1 < p0)
    assert (PriceMark.FROM_FREE in flags) is (p0 == 0 and p1 > 0)


def test_a_ratio_of_unknown_amounts_is_unknown() -> None:
    assert ratio_of_change(None, Decimal(1)) is None
    assert ratio_of_change(Decimal(1), None) is None
    assert ratio_of_change(Decimal(0), Decimal(1)) is None
    assert ratio_of_change(Decimal(3), Decimal(4)) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("unit_pct", "cap", "breach"),
    [
        (Fraction(5, 100), "5", False),
        (Fraction(5005, 100000), "5", True),
        (Fraction(1, 3), "33.3333333333", True),
        (Fraction(1, 3), "33.3333333334", False),
        (Fraction(1, 10**12), "0", True),
        (Fraction(0), "0", False),
        (Fraction(-1, 10), "0", False),
        (Fraction(1), None, False),
        (None, "5", False),
    ],
)
def test_a_cap_is_compared_exactly(
    unit_pct: Fraction | None, cap: str | None, breach: bool
) -> None:
    assert cap_breach(unit_pct, None if cap is None else Decimal(cap)) is breach


@pytest.mark.parametrize(
    ("mode", "years", "allowed"),
    [
        (CapMode.ONCE, 3, "103000"),
        (CapMode.SIMPLE, 3, "109000"),
        (CapMode.COMPOUND, 3, "109272.70"),
        (CapMode.SIMPLE, 1, "103000"),
        (CapMode.COMPOUND, 1, "103000"),
    ],
)
def test_a_cap_of_three_percent_on_a_hundred_thousand(
    mode: CapMode, years: int, allowed: str
) -> None:
    found = cap_allowed(Decimal(100_000), Decimal(3), mode=mode, years=years)
    assert found == Fraction(allowed)


def test_five_percent_on_a_hundred_is_passed_by_one_cent() -> None:
    cap, base = Decimal(5), Decimal("100.00")
    within = check_cap(CapKind.FIXED, cap, base, Decimal("105.00"))
    breach = check_cap(CapKind.FIXED, cap, base, Decimal("105.01"))
    assert (within.verdict, within.excess) == (CapVerdict.WITHIN, None)
    assert (breach.verdict, breach.excess) == (CapVerdict.BREACH, Fraction(1, 100))
    assert breach.allowed == 105


def test_a_cap_per_year_allows_more_over_a_longer_term() -> None:
    cap, base, price = Decimal(3), Decimal(100_000), Decimal(109_000)
    simple = check_cap(CapKind.FIXED, cap, base, price, mode=CapMode.SIMPLE, years=3)
    once = check_cap(CapKind.FIXED, cap, base, price)
    assert simple.verdict == CapVerdict.WITHIN
    assert (once.verdict, once.excess) == (CapVerdict.BREACH, Fraction(6000))


def test_without_a_cap_nothing_applies_and_an_unknown_price_is_unknown() -> None:
    price = Decimal(1)
    assert check_cap(CapKind.NONE, None, price, price).verdict == CapVerdict.NOT_APPLICABLE
    assert check_cap(CapKind.FIXED, None, price, price).verdict == CapVerdict.UNKNOWN
    assert check_cap(CapKind.FIXED, price, None, price).verdict == CapVerdict.UNKNOWN
    assert check_cap(CapKind.FIXED, price, price, None).verdict == CapVerdict.UNKNOWN


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("-3", None),
        ("0", None),
        ("0.0001", Severity.INFO),
        ("4.9999", Severity.INFO),
        ("5", Severity.LOW),
        ("10", Severity.MEDIUM),
        ("19.99", Severity.MEDIUM),
        ("20", Severity.HIGH),
        ("300", Severity.HIGH),
    ],
)
def test_severity_rises_with_the_thresholds(percent: str, expected: Severity | None) -> None:
    assert severity(Fraction(percent) / 100) == expected


def test_thresholds_are_a_setting() -> None:
    assert severity(Fraction(6, 100), (3, 6, 8, 9)) == Severity.LOW
    assert severity(Fraction(3, 100), (3, 6, 8, 9)) is None
    assert severity(None) is None


@pytest.mark.parametrize("thresholds", [(0, 5, 10), (0, 10, 5, 20), ()])
def test_thresholds_that_do_not_rise_are_refused(thresholds: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="four thresholds"):
        severity(Fraction(1), thresholds)


@pytest.mark.parametrize("missing", ["before", "after"])
def test_effects_need_both_prices_and_both_quantities(missing: str) -> None:
    known, unknown = point(1000, 10, "100"), point(1100, None, "110")
    pair = (unknown, known) if missing == "before" else (known, unknown)
    move = price_change(*pair)
    assert (move.price_effect, move.volume_effect) == (None, None)
    assert move.unit_pct is not None


def test_a_cap_stands_for_one_year_unless_more_are_stated() -> None:
    assert cap_allowed(Decimal(100), Decimal(3), mode=CapMode.COMPOUND) == 103
