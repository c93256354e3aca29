"""Random histories through the statements and through a day-by-day count: no difference.

Few and small here, so that a failing one is shrunk; many at once in test_many_histories.py.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts.models import Contract
from contracts.rules.period import Period
from contracts.services import spend_steps
from metrics.queries.figures import figures
from metrics.queries.question import Question, Scope, Unit
from tests.metrics.oracle import Oracle, birthday
from tests.metrics.stories import ContractStory, Story, TermStory, write

pytestmark = pytest.mark.django_db

EXAMPLES = 40
DAY = timedelta(days=1)
FIRST = date(2022, 11, 1)
DAYS = st.integers(0, 900).map(lambda n: FIRST + timedelta(days=n))
LEAP_DAYS = st.sampled_from([date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)])
STARTS = (
    DAYS | LEAP_DAYS | st.sampled_from([date(2023, 1, 1), date(2024, 1, 1), date(2023, 12, 31)])
)
VALUES = st.integers(0, 3_000_000).map(lambda n: Decimal(n).scaleb(-2)) | st.just(Decimal(0))
CURRENCIES = ("EUR", "USD", "GBP")


@st.composite
def term_chains(draw: st.DrawFn) -> tuple[TermStory, ...]:
    """Draw terms that renew late, early or on time, out of order and with gaps in their numbers."""
    start, chain, seq = draw(STARTS), [], 0
    for _ in range(draw(st.integers(1, 4))):
        seq += draw(st.sampled_from([1, 1, 1, 2]))
        whole = draw(st.sampled_from([0, 0, 0, 1, 2, 3]))
        days = draw(st.integers(1, 500)) if whole == 0 else 0
        end = birthday(start, whole) if whole else start + timedelta(days=days)
        chain.append(TermStory(seq, start, end - timedelta(days=1), draw(VALUES)))
        start = end + timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 29, 30, 31, 90, -1, -40])))
    return tuple(draw(st.permutations(chain)))


@st.composite
def contract_stories(draw: st.DrawFn, name: str) -> ContractStory:
    """Draw a contract; a cancellation often falls on a first or last day."""
    terms = draw(term_chains())
    edges = [day for t in terms for day in (t.start, t.end, t.start - timedelta(days=1))]
    return ContractStory(
        name,
        terms,
        vendor=draw(st.sampled_from(["Ada", "Bell", "Cray"])),
        category=draw(st.sampled_from(["CRM", "Ops"])),
        department=draw(st.sampled_from(["IT", "Sales"])),
        currency=draw(st.sampled_from(CURRENCIES)),
        auto=draw(st.booleans()),
        cap=draw(st.sampled_from([None, Decimal("5"), Decimal("2.5")])),
        signed=draw(st.none() | DAYS),
        cancelled=draw(st.none() | st.none() | st.sampled_from(edges)),
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw up to five contracts, some linked, with fixings that may begin too late."""
    names = [f"C{number}" for number in range(draw(st.integers(1, 5)))]
    contracts = tuple(draw(contract_stories(name)) for name in names)
    pairs = [(a, b) for a in names for b in names if a < b]
    links = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True)) if pairs else []
    rates = draw(
        st.lists(
            st.tuples(DAYS, st.sampled_from(CURRENCIES[1:]), st.integers(5000, 20000)),
            max_size=6,
            unique_by=lambda rate: rate[:2],
        )
    )
    fixings = tuple((day, name, Decimal(rate).scaleb(-4)) for day, name, rate in rates)
    return Story(contracts, tuple(links), fixings)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Story, Question]:
    """Draw a portfolio and what is asked of it; days often fall where something starts or ends."""
    story = draw(stories())
    grace = draw(st.sampled_from([0, 30, 45]))
    edges = [day for c in story.contracts for t in c.terms for day in (t.start, t.end)]
    event = draw(st.sampled_from(edges))
    before = st.sampled_from([0, 1, 30, 200]).map(lambda n: event - n * DAY)
    first = draw(before | before | STARTS)
    last = draw(st.sampled_from([0, 27, 30, 89, 364, 365, 399]).map(lambda n: first + n * DAY))
    answered = st.sampled_from([-1, 0, 1, grace, grace, grace + 1, grace + 2])
    as_of = draw(
        answered.map(lambda n: event + n * DAY)
        | st.integers(-200, 200).map(lambda n: last + n * DAY)
    )
    by: Unit = draw(st.sampled_from(["vendor", "contract", "lineage"]))
    return story, Question(Period(first, last), as_of, by, grace)


def without_notes(figure: Any) -> Any:
    """Leave out what the figures say about themselves."""
    if isinstance(figure, dict):
        return {k: without_notes(v) for k, v in figure.items() if k != "unconverted"}
    return figure


class RandomHistories(TestCase):
    @settings(
        max_examples=EXAMPLES,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(questions())
    def test_the_statements_agree_with_counting_days(self, asked: tuple[Story, Question]) -> None:
        """No figure of any family differs from what looking at each single day gives."""
        story, question = asked
        write(story)
        found = figures(question)
        expected = Oracle(story, question).figures()
        assert {key: without_notes(found[key]) for key in expected} == expected

    @settings(
        max_examples=EXAMPLES // 4,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(questions())
    def test_sums_that_are_kept_say_what_the_entries_say(
        self, asked: tuple[Story, Question]
    ) -> None:
        """Who may read every contract, but is asked for each, gets the same from other statements."""
        story, question = asked
        write(story)
        one_by_one = replace(question, scope=Scope(contracts=Contract.objects.all()))
        assert figures(one_by_one) == figures(question)
        assert spend_steps.check() == []
