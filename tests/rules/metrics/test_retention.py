"""What stayed and what moved, unit by unit and in the published examples."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules import retention
from metrics.rules.retention import Movements, movement

AMOUNT = st.integers(0, 10**9)
UNITS = st.tuples(AMOUNT, AMOUNT, st.booleans())


def opened(
    opening: int, expansion: int = 0, contraction: int = 0, churn: int = 0, reactivation: int = 0
) -> Movements:
    """Return movements with an opening and what moved."""
    return Movements(
        opening=Fraction(opening),
        expansion=Fraction(expansion),
        contraction=Fraction(contraction),
        churn=Fraction(churn),
        reactivation=Fraction(reactivation),
    )


@pytest.mark.parametrize(
    ("before", "after", "paid", "name", "amount"),
    [
        (0, 10, False, "new", 10),
        (0, 10, True, "reactivation", 10),
        (10, 15, True, "expansion", 5),
        (15, 10, True, "contraction", 5),
        (10, 0, True, "churn", 10),
    ],
)
def test_a_unit_moves_in_one_way(
    before: int, after: int, paid: bool, name: str, amount: int
) -> None:
    moved = movement(before, after, paid_before=paid)
    kinds = ("new", "reactivation", "expansion", "contraction", "churn")
    assert {kind: getattr(moved, kind) for kind in kinds if getattr(moved, kind)} == {name: amount}


def test_a_unit_at_zero_is_nobody() -> None:
    assert movement(0, 0, paid_before=True) == Movements()


def test_churn_counts_at_the_value_of_the_opening() -> None:
    lost = movement(500, 0, paid_before=True)
    assert retention.gross_revenue_churn(lost) == 1


@given(st.lists(UNITS, max_size=8))
def test_the_movements_lead_from_the_opening_to_the_closing(
    units: list[tuple[int, int, bool]],
) -> None:
    moves = sum(
        (movement(before, after, paid_before=paid) for before, after, paid in units), Movements()
    )
    gained = moves.new + moves.reactivation + moves.expansion
    assert moves.opening + gained - moves.contraction - moves.churn == moves.closing
    assert moves.units_opening + moves.units_gained - moves.units_churned == moves.units_closing
    assert moves.opening == sum(before for before, _, _ in units)
    assert moves.closing == sum(after for _, after, _ in units)


@given(st.lists(UNITS, min_size=1, max_size=8))
def test_gross_retention_is_capped_per_unit_and_never_above_one(
    units: list[tuple[int, int, bool]],
) -> None:
    moves = sum((movement(a, b, paid_before=True) for a, b, _ in units), Movements())
    base = sum(a for a, _, _ in units)
    if base == 0:
        assert retention.gross_retention(moves) is None
    else:
        assert retention.gross_retention(moves) == Fraction(
            sum(min(a, b) for a, b, _ in units), base
        )
        assert retention.gross_retention(moves) <= retention.net_retention(moves)  # type: ignore[operator]  # never None here


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (opened(100_000, expansion=15_000, contraction=5_000, churn=8_000), "1.02"),
        (opened(200_000, expansion=20_000, contraction=4_000, churn=6_000), "1.05"),
        (opened(10**7, expansion=1_800_000, contraction=600_000, churn=900_000), "1.03"),
    ],
)
def test_published_examples_of_net_retention(moves: Movements, expected: str) -> None:
    assert retention.net_retention(moves) == Fraction(expected)


def test_published_examples_of_gross_retention_and_churn() -> None:
    lossy = opened(10**7, contraction=600_000, churn=900_000)
    assert retention.gross_retention(lossy) == Fraction("0.85")
    tenths = opened(100, churn=10, contraction=10, expansion=10)
    assert retention.gross_revenue_churn(tenths) == Fraction("0.2")
    assert retention.net_revenue_churn_with_reactivation(tenths) == Fraction("0.1")


def test_net_churn_and_gross_churn_of_the_same_facts_have_their_own_names() -> None:
    moves = opened(50_000, churn=5_000, expansion=2_500)
    assert retention.gross_revenue_churn(moves) == Fraction("0.10")
    assert retention.net_revenue_churn(moves) == Fraction("0.05")


def test_reactivation_lowers_only_the_churn_that_says_so() -> None:
    moves = opened(100, churn=10, reactivation=4)
    assert retention.net_revenue_churn(moves) == Fraction("0.10")
    assert retention.net_revenue_churn_with_reactivation(moves) == Fraction("0.06")


@pytest.mark.parametrize(
    ("end", "gained", "start", "expected"),
    [(1_100, 200, 1_000, "0.9"), (1_700, 500, 3_000, "0.4")],
)
def test_customer_retention_takes_the_gained_units_away(
    end: int, gained: int, start: int, expected: str
) -> None:
    assert retention.customer_retention(end, gained, start) == Fraction(expected)


def test_rates_over_nobody_are_undefined() -> None:
    nothing = Movements()
    for rate in (
        retention.gross_retention,
        retention.net_retention,
        retention.logo_retention,
        retention.gross_revenue_churn,
        retention.net_revenue_churn,
        retention.existing_growth,
    ):
        assert rate(nothing) is None
    assert retention.customer_retention(3, 3, 0) is None
    assert retention.churn_rate(0, 0) is None


def test_units_lost_and_gained_are_shares_of_the_start() -> None:
    assert retention.churn_rate(5, 100) == Fraction(1, 20)
    assert retention.acquisition_rate(40, 200) == Fraction(1, 5)


def test_growth_of_the_same_units_is_net_retention_less_one() -> None:
    assert retention.existing_growth(opened(5_000, expansion=1_000)) == Fraction("0.2")


def test_flow_counts_a_fall_that_recovers() -> None:
    assert retention.flow_gross_retention(100, 30) == Fraction("0.7")
    assert retention.flow_net_retention(100, 30, 30) == 1
    assert retention.flow_gross_retention(0, 0) is None


@pytest.mark.parametrize(
    ("monthly", "annual"),
    [("0.01", "0.1136"), ("0.03", "0.3062"), ("0.05", "0.4596"), ("0.1", "0.7176")],
)
def test_annual_churn_compounds_the_monthly_one(monthly: str, annual: str) -> None:
    exact = retention.annual_from_monthly_churn(Decimal(monthly))
    assert round(float(exact), 4) == float(annual)


def test_conversion_touches_amounts_and_leaves_units() -> None:
    moved = movement(10, 15, paid_before=True).converted(Fraction(3, 2))
    assert moved.opening == 15
    assert moved.closing == Fraction(45, 2)
    assert moved.expansion == Fraction(15, 2)
    assert (moved.units_opening, moved.units_closing) == (1, 1)
