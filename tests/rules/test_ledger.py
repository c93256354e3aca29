"""Which term is in force on which day (C1, C2, C3)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.ledger import (
    InForce,
    TermSpan,
    consecutive,
    in_force,
    is_void,
    last_day_in_force,
)
from contracts.rules.money import day_cost

HORIZON = date(2030, 12, 31)
Span = TermSpan[str]


def span(seq: int, start: date, end: date | None) -> Span:
    return TermSpan(seq, start, end, f"T{seq}")


def days_of(pieces: Sequence[InForce[str]]) -> dict[date, str]:
    found: dict[date, str] = {}
    for piece in pieces:
        for number in range((piece.last - piece.first).days + 1):
            day = piece.first + timedelta(days=number)
            assert day not in found, "two pieces share a day"
            found[day] = piece.key
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[Span]:
    terms = []
    for seq in draw(st.permutations(range(1, draw(st.integers(1, 5)) + 1))):
        start = draw(st.dates(date(2022, 1, 1), date(2027, 1, 1)))
        length = draw(st.none() | st.integers(0, 900))
        end = None if length is None else start + timedelta(days=length)
        terms.append(span(seq, start, end))
    return terms


CANCELLATIONS = st.none() | st.dates(date(2021, 6, 1), date(2028, 1, 1))


def test_a_term_runs_to_its_last_day_included() -> None:
    term = span(1, date(2024, 1, 1), date(2024, 12, 31))
    assert in_force([term], None, HORIZON) == [
        InForce("T1", date(2024, 1, 1), date(2024, 12, 31), 366)
    ]


def test_a_cancelled_term_runs_to_the_day_of_cancellation_included() -> None:
    term = span(1, date(2024, 1, 1), date(2024, 12, 31))
    assert in_force([term], date(2024, 2, 29), HORIZON) == [
        InForce("T1", date(2024, 1, 1), date(2024, 2, 29), 366)
    ]
    assert in_force([term], date(2024, 1, 1), HORIZON)[0].last == date(2024, 1, 1)


def test_a_cancellation_after_the_end_changes_nothing() -> None:
    term = span(1, date(2024, 1, 1), date(2024, 12, 31))
    assert last_day_in_force(term, date(2025, 3, 1)) == date(2024, 12, 31)
    assert last_day_in_force(span(1, date(2024, 1, 1), None), None) is None
    assert last_day_in_force(span(1, date(2024, 1, 1), None), date(2025, 3, 1)) == date(2025, 3, 1)


def test_a_term_that_would_start_after_the_cancellation_is_void() -> None:
    terms = [
        span(1, date(2024, 1, 1), date(2024, 12, 31)),
        span(2, date(2025, 1, 1), date(2025, 12, 31)),
    ]
    assert is_void(terms[1].start, date(2024, 12, 31))
    assert not is_void(terms[1].start, date(2025, 1, 1))
    assert not is_void(terms[1].start, None)
    assert [piece.key for piece in in_force(terms, date(2024, 12, 31), HORIZON)] == ["T1"]


def test_an_early_renewal_takes_over_on_its_first_day() -> None:
    terms = [
        span(1, date(2023, 6, 1), date(2024, 5, 31)),
        span(2, date(2024, 2, 1), date(2025, 1, 31)),
    ]
    assert in_force(terms, None, HORIZON) == [
        InForce("T1", date(2023, 6, 1), date(2024, 1, 31), 366),
        InForce("T2", date(2024, 2, 1), date(2025, 1, 31), 366),
    ]


def test_a_short_term_on_top_of_a_long_one_cuts_it_in_two() -> None:
    terms = [
        span(1, date(2025, 1, 1), date(2025, 12, 31)),
        span(2, date(2025, 4, 1), date(2025, 4, 30)),
    ]
    assert [(piece.key, piece.first, piece.last) for piece in in_force(terms, None, HORIZON)] == [
        ("T1", date(2025, 1, 1), date(2025, 3, 31)),
        ("T2", date(2025, 4, 1), date(2025, 4, 30)),
        ("T1", date(2025, 5, 1), date(2025, 12, 31)),
    ]


def test_an_evergreen_term_runs_to_the_horizon() -> None:
    pieces = in_force([span(1, date(2029, 7, 1), None)], None, HORIZON)
    assert [(piece.first, piece.last) for piece in pieces] == [
        (date(2029, 7, 1), date(2030, 6, 30)),
        (date(2030, 7, 1), HORIZON),
    ]
    assert in_force([span(1, date(2031, 1, 1), None)], None, HORIZON) == []


def test_a_contract_without_terms_is_never_in_force() -> None:
    assert in_force([], None, HORIZON) == []
    assert consecutive([], None) == []


def test_consecutive_terms_follow_their_seq_and_leave_void_ones_out() -> None:
    first = span(1, date(2024, 1, 1), date(2024, 12, 31))
    third = span(3, date(2025, 1, 1), date(2025, 12, 31))
    fourth = span(4, date(2026, 1, 1), date(2026, 12, 31))
    assert consecutive([fourth, first, third], None) == [(first, third), (third, fourth)]
    assert consecutive([fourth, first, third], date(2025, 6, 1)) == [(first, third)]


@given(histories(), CANCELLATIONS)
def test_on_each_day_the_highest_seq_is_in_force(terms: list[Span], cancelled: date | None) -> None:
    expected: dict[date, str] = {}
    for term in sorted(terms, key=lambda term: term.seq):
        last = min(day for day in (term.end or HORIZON, cancelled) if day is not None)
        for number in range((last - term.start).days + 1):
            expected[term.start + timedelta(days=number)] = term.key
    assert days_of(in_force(terms, cancelled, HORIZON)) == expected


@given(histories(), CANCELLATIONS)
def test_pieces_come_in_order_and_never_cross_an_anniversary(
    terms: list[Span], cancelled: date | None
) -> None:
    pieces = in_force(terms, cancelled, HORIZON)
    assert pieces == sorted(pieces, key=lambda piece: piece.first)
    for piece in pieces:
        assert piece.first <= piece.last
        assert (piece.last - piece.first).days < piece.days_in_year
        assert piece.days_in_year in (365, 366)


@given(histories(), CANCELLATIONS)
def test_the_order_of_the_rows_does_not_matter(terms: list[Span], cancelled: date | None) -> None:
    assert in_force(terms, cancelled, HORIZON) == in_force(terms[::-1], cancelled, HORIZON)


@given(
    st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    st.integers(1, 5),
    st.decimals("0.01", "999999999999.99", places=2),
)
def test_whole_years_cost_exactly_the_annual_value(start: date, years: int, value: Decimal) -> None:
    last = start.replace(year=start.year + years, day=min(start.day, 28)) - timedelta(days=1)
    pieces = in_force([span(1, start.replace(day=min(start.day, 28)), last)], None, last)
    cost = sum(
        (
            day_cost(value, piece.days_in_year) * ((piece.last - piece.first).days + 1)
            for piece in pieces
        ),
        Fraction(0),
    )
    assert cost == Fraction(value) * years
