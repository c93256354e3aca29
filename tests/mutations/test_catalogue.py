"""The list of mutations keeps up with the code that it breaks."""

import ast

import pytest

from tests.architecture.sources import ROOT
from tests.mutations.catalogue import MUTATIONS, Mutation

GOAL = 20


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_line_to_break_is_found_once_and_breaks_into_python(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text()
    assert text.count(mutation.old) == 1
    ast.parse(text.replace(mutation.old, mutation.new))
    for test in mutation.tests:
        file, _, name = test.partition("::")
        assert not name or f"def {name}(" in (ROOT / file).read_text()


def test_no_mutation_is_there_twice_and_there_are_enough() -> None:
    assert len({(m.file, m.new) for m in MUTATIONS}) == len(MUTATIONS) >= GOAL
