"""The sizes that keep a file and a function readable (docs/architecture.md)."""

import ast

from tests.architecture.sources import FOLDERS, PACKAGES, Source, sources

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
VAGUE_NAMES = {"utils", "helpers", "common", "misc", "manager", "managers"}


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{source.name}:{function.lineno} {function.name}: {length(function)} lines"
        for source in sources(*FOLDERS)
        for function in source.functions()
        if length(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_too_long_to_know() -> None:
    sizes = {source.name: source.text.count("\n") for source in sources(*FOLDERS)}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [s.name for s in sources(*FOLDERS) if s.path.stem in VAGUE_NAMES] == []


def promises(source: Source) -> list[str]:
    """Return what other rooms call in this file and what has no docstring."""
    return [
        f"{source.name}:{node.lineno} {node.name}"
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]


def test_rules_and_services_state_their_promises() -> None:
    rooms = {"rules", "services"}
    silent = [
        line
        for source in sources("contracts", "metrics")
        if rooms & set(source.path.parts)
        for line in promises(source)
    ]
    assert silent == []


def test_every_function_is_annotated() -> None:
    bare = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources(*PACKAGES)
        for function in source.functions()
        if function.returns is None
    ]
    assert bare == []


def test_no_exception_from_a_limit_hides_in_a_comment() -> None:
    marker = "no" + "qa"
    assert [s.name for s in sources(*FOLDERS) if f"# {marker}" in s.text] == []
