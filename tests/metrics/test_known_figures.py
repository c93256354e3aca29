"""Every figure of a history with known answers, key by key, to the printed digit."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from contracts.rules.period import Period
from metrics.queries.figures import figures
from metrics.queries.question import Question
from tests.metrics import known

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not known.EXPECTED, reason=known.MISSING),
]
Leaf = tuple[tuple[str, ...], Any]


def leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Yield each printed value with the way to it."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        for number, value in enumerate(node):
            yield from leaves(value, (*path, str(number)))
    else:
        yield path, node


@cache
def answers(path: Path) -> dict[str, Any]:
    """Return the known figures of one file."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def question_of(expected: dict[str, Any]) -> Question:
    """Return the question that a file answers."""
    first, last = map(date.fromisoformat, expected["window"])
    as_of = date.fromisoformat(expected["as_of"])
    return Question(Period(first, last), as_of, expected["by"], expected["grace"])


@pytest.fixture(params=known.EXPECTED, ids=lambda path: path.stem)
def expected(request: pytest.FixtureRequest) -> dict[str, Any]:
    return answers(request.param)


def test_every_known_figure_is_met_to_the_printed_digit(
    expected: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    known.load()
    found = dict(leaves(figures(question_of(expected))))
    total, equal = Counter[str](), Counter[str]()
    wrong = {}
    for path, value in leaves(expected):
        total[path[0]] += 1
        equal[path[0]] += found.get(path) == value
        if found.get(path) != value:
            wrong["|".join(path)] = (value, found.get(path))
    lines = [f"\n{connection.vendor}, {expected['window']} as of {expected['as_of']}:"]
    lines += [f"  {family:34} {equal[family]:5} of {n:5}" for family, n in sorted(total.items())]
    with capsys.disabled():
        sys.stdout.write("\n".join([*lines, f"  all: {equal.total()} of {total.total()}\n"]))
    assert wrong == {}
    assert total.total() > 5000


def test_the_command_writes_the_same_figures_to_a_file(
    expected: dict[str, Any], tmp_path: Path
) -> None:
    known.load()
    first, last = expected["window"]
    target = tmp_path / "figures.json"
    command = ["figures", "--from", first, "--to", last, "--as-of", expected["as_of"]]
    call_command(*command, "--json", str(target))
    text = target.read_text(encoding="utf-8")
    written = json.loads(text)
    found = dict(leaves(written))
    assert [path for path, value in leaves(expected) if found.get(path) != value] == []
    assert list(written) == sorted(written)
    assert "Opérations" in text


def test_figures_by_contract_are_another_question_with_its_own_answer(
    expected: dict[str, Any],
) -> None:
    known.load()
    asked = question_of(expected)
    by_contract = figures(Question(asked.window, asked.as_of, "contract", asked.grace))
    for currency in ("EUR", "GBP", "USD"):
        months = list(by_contract[f"movements_month_{currency}"].values())
        retained = expected[f"retention_contract_{currency}"]
        assert months[0]["opening"] == retained["opening"]
        assert months[-1]["closing"] == retained["closing"]
    assert by_contract["movements_month_USD"] != expected["movements_month_USD"]
    assert by_contract["accrual_month"] == expected["accrual_month"]
