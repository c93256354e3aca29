"""Which terms count as renewed, lost or open, and the rates over them (C6)."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rules.renewals import (
    Outcome,
    Renewals,
    gross_renewal_rate,
    logo_renewal_rate,
    net_renewal_rate,
    one_term,
    outcome,
)

END = date(2024, 1, 31)
LATE = date(2025, 1, 1)
VALUES = st.integers(0, 10**6)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2024, 2, 1), Outcome.RENEWED),
        (date(2024, 1, 15), Outcome.RENEWED),
        (date(2024, 3, 2), Outcome.RENEWED),
        (date(2024, 3, 3), Outcome.LOST),
        (None, Outcome.LOST),
    ],
)
def test_a_successor_counts_up_to_the_end_of_the_grace(
    start: date | None, expected: Outcome
) -> None:
    assert outcome(END, start, None, as_of=LATE, grace=30) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"), [(date(2024, 3, 1), Outcome.OPEN), (date(2024, 3, 2), Outcome.LOST)]
)
def test_a_term_without_an_answer_stays_open_until_its_end_and_grace(
    as_of: date, expected: Outcome
) -> None:
    assert outcome(END, None, None, as_of=as_of, grace=30) == expected


def test_a_cancellation_is_an_answer_from_its_day_on() -> None:
    cancelled = date(2024, 1, 10)
    assert outcome(END, None, cancelled, as_of=date(2024, 1, 9)) == Outcome.OPEN
    assert outcome(END, None, cancelled, as_of=cancelled) == Outcome.LOST


def test_a_term_renewed_before_its_contract_was_cancelled_was_renewed() -> None:
    assert outcome(END, date(2024, 1, 1), date(2024, 1, 20), as_of=LATE) == Outcome.RENEWED


def test_a_cancellation_after_the_end_answers_nothing_about_it() -> None:
    assert outcome(END, None, date(2024, 2, 5), as_of=date(2024, 2, 6)) == Outcome.OPEN


def test_rates_are_capped_per_term_and_leave_open_ones_out() -> None:
    tally = (
        one_term(100, Outcome.RENEWED, 150)
        + one_term(100, Outcome.RENEWED, 80)
        + one_term(50, Outcome.LOST)
        + one_term(999, Outcome.OPEN)
        + one_term(0, Outcome.LOST)
    )
    assert (tally.due, tally.renewed, tally.open) == (3, 2, 1)
    assert tally.expiring == 250
    assert gross_renewal_rate(tally) == Fraction(180, 250)
    assert net_renewal_rate(tally) == Fraction(230, 250)
    assert logo_renewal_rate(tally) == Fraction(2, 3)


@pytest.mark.parametrize(
    ("expiring", "renewed", "expected"),
    [(250_000, 200_000, "0.8000"), (135, 118, "0.8741"), (140, 124, "0.8857")],
)
def test_published_examples_of_the_renewal_rate(expiring: int, renewed: int, expected: str) -> None:
    tally = one_term(expiring, Outcome.RENEWED, renewed)
    assert round(float(gross_renewal_rate(tally) or 0), 4) == float(expected)


def test_rates_of_no_terms_are_undefined() -> None:
    nothing = Renewals()
    assert gross_renewal_rate(nothing) is None
    assert net_renewal_rate(nothing) is None
    assert logo_renewal_rate(nothing) is None


@given(VALUES, VALUES, st.sampled_from(Outcome))
def test_what_is_added_can_be_taken_away(before: int, after: int, found: Outcome) -> None:
    one = one_term(before, found, after)
    other = one_term(7, Outcome.RENEWED, 9)
    assert one + other - one == other


@given(st.integers(1, 10**6), VALUES, st.integers(1, 50))
def test_conversion_leaves_every_rate_as_it_is(before: int, after: int, factor: int) -> None:
    tally = one_term(before, Outcome.RENEWED, after)
    moved = tally.converted(Fraction(factor, 7))
    assert gross_renewal_rate(moved) == gross_renewal_rate(tally)
    assert net_renewal_rate(moved) == net_renewal_rate(tally)


@given(st.integers(-60, 120), st.integers(-60, 120), st.sampled_from([0, 30, 45]))
def test_waiting_longer_never_takes_an_answer_back(wait: int, more: int, grace: int) -> None:
    early = outcome(END, None, None, as_of=END + timedelta(days=wait), grace=grace)
    later = END + timedelta(days=wait + abs(more))
    if early == Outcome.LOST:
        assert outcome(END, None, None, as_of=later, grace=grace) == Outcome.LOST
