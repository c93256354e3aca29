"""Thousands of random histories, many to a portfolio, through the statements and a day-by-day count.

`PROPERTY_HISTORIES=5000 pytest tests/metrics/test_many_histories.py -s` runs as many as you like.
"""

import os
import sys

import pytest

from metrics.queries import movements
from metrics.queries.figures import figures
from tests.metrics.chance import Chance
from tests.metrics.oracle import Oracle
from tests.metrics.stories import write
from tests.metrics.test_random_histories import without_notes

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("PROPERTY_HISTORIES", "300"))
PER_PORTFOLIO = 50
QUESTIONS = int(os.environ.get("PROPERTY_QUESTIONS", "1"))
SEED = int(os.environ.get("PROPERTY_SEED", "1"))


@pytest.mark.parametrize("number", range(-(-HISTORIES // PER_PORTFOLIO)))
def test_the_statements_agree_with_counting_days(number: int) -> None:
    """No figure of any family differs, and what moved adds up to what is there."""
    chance = Chance(SEED * 1_000_000 + number)
    story = chance.story(PER_PORTFOLIO)
    write(story)
    compared = 0
    for _ in range(QUESTIONS):
        question = chance.question(story)
        found = figures(question)
        expected = Oracle(story, question).figures()
        assert {key: without_notes(found[key]) for key in expected} == expected
        compared += sum(map(leaves, expected.values()))
        for months in movements.by_period(question).values():
            for moves in months.values():
                arrived = moves.opening + moves.new + moves.reactivation + moves.expansion
                assert arrived - moves.contraction - moves.churn == moves.closing
    sys.stdout.write(f"{PER_PORTFOLIO} histories, {compared} figures of {compared} agree\n")


def leaves(figure: object) -> int:
    """Count the figures in a family."""
    if isinstance(figure, dict):
        return sum(map(leaves, figure.values()))
    if isinstance(figure, list):
        return sum(map(leaves, figure))
    return 1
