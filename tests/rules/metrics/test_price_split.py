"""Why a bill changed: the parts are exact, and nothing is left over."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules.price_split import Held, Split, chained, like_for_like, split

AMOUNTS = st.integers(0, 10**14).map(lambda units: Fraction(units, 10_000))
MAYBE = st.none() | AMOUNTS
HELD = st.builds(Held, AMOUNTS, MAYBE, MAYBE)
RATES = st.integers(1, 10**10).map(lambda units: Fraction(units, 10**8))
F0, F1 = Fraction(1), Fraction(11, 10)


def unit(price: int, quantity: int) -> Held:
    return Held(price * quantity, price, quantity)


def test_the_worked_example_of_the_formula() -> None:
    found = split(unit(100, 10), unit(110, 12), F0, F1)
    assert found == Split(price=Fraction(120), volume=Fraction(200), currency=Fraction(132))
    assert found.total == 1320 * F1 - 1000 * F0


def test_what_came_and_what_went_is_the_mix() -> None:
    assert split(None, Held(500), F0, F1) == Split(new=Fraction(550))
    assert split(Held(500), None, F0, F1) == Split(dropped=Fraction(-500))


@pytest.mark.parametrize(
    ("before", "after", "price", "volume", "other"),
    [
        (Held(100), Held(110), 10, 0, 0),
        (Held(100, None, 5), Held(110, None, 5), 10, 0, 0),
        (Held(100, None, 5), Held(110, None, 6), 0, 0, 10),
        (Held(100, 10, 10), Held(132, 11, 11), 11, 10, 11),
        (Held(100, 10, 10), Held(100, 10, 10), 0, 0, 0),
    ],
)
def test_without_units_the_value_is_the_price_unless_the_quantity_changed(
    before: Held, after: Held, price: int, volume: int, other: int
) -> None:
    found = split(before, after)
    assert [found.price, found.volume, found.other] == [Fraction(n) for n in (price, volume, other)]


@given(HELD, HELD, RATES, RATES)
def test_the_parts_of_a_change_are_the_change_exactly(
    before: Held, after: Held, f0: Fraction, f1: Fraction
) -> None:
    whole = Fraction(after.value) * f1 - Fraction(before.value) * f0
    assert split(before, after, f0, f1).total == whole
    assert split(None, after, f0, f1).total == Fraction(after.value) * f1
    assert split(before, None, f0, f1).total == -Fraction(before.value) * f0


@given(st.lists(st.tuples(HELD, HELD), max_size=5), RATES, RATES)
def test_the_parts_of_a_portfolio_add_up_too(
    pairs: list[tuple[Held, Held]], f0: Fraction, f1: Fraction
) -> None:
    parts = sum((split(before, after, f0, f1) for before, after in pairs), Split())
    closing = sum((Fraction(after.value) for _before, after in pairs), Fraction(0)) * f1
    opening = sum((Fraction(before.value) for before, _after in pairs), Fraction(0)) * f0
    assert opening + parts.total == closing


def test_a_rate_that_stands_still_moves_nothing() -> None:
    assert split(unit(3, 7), unit(4, 8), F1, F1).currency == 0


def test_like_for_like_compares_unit_prices() -> None:
    assert like_for_like(unit(100, 10), unit(110, 5)) == Fraction(1, 10)
    assert like_for_like(Held(0), Held(10)) is None
    assert like_for_like(Held(100, None, 1), Held(110, None, 2)) is None


def test_an_index_grows_by_what_rose_over_the_whole_basket() -> None:
    assert chained(Fraction(100), 5, 200) == Fraction(205, 2)
    assert chained(Fraction(100), 5, 0) == 100
