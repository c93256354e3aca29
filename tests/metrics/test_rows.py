"""Every cell of every family opens, and its rows add up to it exactly."""

import json
import sys
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase

from metrics.queries.question import Question
from tests.metrics import known
from tests.metrics.opening import opened_all
from tests.metrics.stories import Story, write
from tests.metrics.test_known_figures import question_of
from tests.metrics.test_random_histories import questions

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(not known.EXPECTED, reason=known.MISSING)
@pytest.mark.parametrize("path", known.EXPECTED, ids=lambda path: path.stem)
def test_the_rows_of_every_known_cell_add_up_to_it(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known.load()
    question = question_of(json.loads(path.read_text(encoding="utf-8")))
    total, right, wrong = opened_all(question)
    lines = [f"\n{connection.vendor}, {path.stem}: cells whose rows add up"]
    lines += [f"  {family:34} {right[family]:5} of {n:5}" for family, n in sorted(total.items())]
    with capsys.disabled():
        sys.stdout.write("\n".join([*lines, f"  all: {right.total()} of {total.total()}\n"]))
    assert wrong == []
    assert total.total() > 3000


class RandomHistories(TestCase):
    @settings(
        max_examples=40,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(questions())
    def test_the_rows_of_every_cell_add_up_to_it(self, asked: tuple[Story, Question]) -> None:
        story, question = asked
        write(story)
        _total, _right, wrong = opened_all(question)
        assert wrong == []
