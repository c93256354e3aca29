"""Doors (API, admin, pages, commands) parse, make one call and present; services alone write."""

import ast

from tests.architecture.sources import PACKAGES, Source, sources

DOORS = {"api", "admin", "web", "management"}
WRITES = {"save", "create", "update", "delete", "get_or_create", "update_or_create"}


def is_door(source: Source) -> bool:
    return bool(DOORS & {*source.path.parts, source.path.stem})


def services_of(tree: ast.Module) -> set[str]:
    """Return the names under which a file knows service modules."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".services")
        for alias in node.names
    }


def is_write(call: ast.Call, services: set[str]) -> bool:
    """Say whether a call is one of the ORM's writes.

    A service may use the same words, and a call of `super()` is the framework's own.
    """
    if not isinstance(call.func, ast.Attribute):
        return False
    target = call.func.value
    if isinstance(target, ast.Name) and target.id in services:
        return False
    inherited = isinstance(target, ast.Call) and ast.unparse(target.func) == "super"
    return not inherited and (call.func.attr in WRITES or call.func.attr.startswith("bulk_"))


def writes(tree: ast.Module) -> list[ast.Call]:
    services = services_of(tree)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if is_write(call, services)]


def test_doors_never_write() -> None:
    doors = [source for source in sources(*PACKAGES) if is_door(source)]
    assert doors
    assert [
        f"{source.name}:{call.lineno} {ast.unparse(call.func)}"
        for source in doors
        for call in writes(source.tree)
    ] == []


def test_the_search_for_writes_finds_them() -> None:
    text = "from contracts.services import terms\nrow.save()\nrows.bulk_create([])\n"
    text += "super().delete()\nrows[0].create_user()\nterms.create()\ncontracts.create()\n"
    assert sorted(call.lineno for call in writes(ast.parse(text))) == [2, 3, 7]


def test_tasks_are_doorbells_of_a_few_lines() -> None:
    long = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources("contracts", "metrics")
        if source.path.stem == "tasks"
        for function in source.functions()
        if len(function.body) > 3 + (ast.get_docstring(function) is not None)
    ]
    assert long == []
