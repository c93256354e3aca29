"""Doors (API, admin, pages, commands) parse, make one call and present; services alone write."""

import ast

from tests.architecture.sources import PACKAGES, Source, sources

DOORS = {"api", "admin", "web", "management"}
WRITES = {"save", "create", "update", "delete", "get_or_create", "update_or_create"}


def is_door(source: Source) -> bool:
    return bool(DOORS & {*source.path.parts, source.path.stem})


def is_write(call: ast.Call) -> bool:
    """Say whether a call is one of the ORM's writes; a call of `super()` is the framework's own."""
    if not isinstance(call.func, ast.Attribute):
        return False
    target = call.func.value
    inherited = isinstance(target, ast.Call) and ast.unparse(target.func) == "super"
    return not inherited and (call.func.attr in WRITES or call.func.attr.startswith("bulk_"))


def writes(source: Source) -> list[str]:
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    return [f"{source.name}:{c.lineno} {ast.unparse(c.func)}" for c in calls if is_write(c)]


def test_doors_never_write() -> None:
    doors = [source for source in sources(*PACKAGES) if is_door(source)]
    assert doors
    assert [line for source in doors for line in writes(source)] == []


def test_the_search_for_writes_finds_them() -> None:
    text = "row.save()\nrows.bulk_create([])\nsuper().delete()\nmapping[0].create_user()\n"
    found = [call for call in ast.walk(ast.parse(text)) if isinstance(call, ast.Call)]
    assert sorted(call.lineno for call in found if is_write(call)) == [1, 2]


def test_tasks_are_doorbells_of_a_few_lines() -> None:
    long = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources("contracts", "metrics")
        if source.path.stem == "tasks"
        for function in source.functions()
        if len(function.body) > 3 + (ast.get_docstring(function) is not None)
    ]
    assert long == []
