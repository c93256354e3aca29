"""Every route below /api/ as the URL conf has it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

VERBS = ("get", "post", "put", "patch", "delete")


class Route(NamedTuple):
    """A name with its namespace and one method it answers."""

    name: str
    method: str


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from patterns(pattern, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


def methods(callback: Any) -> set[str]:
    """Return the methods of a view: a viewset's own map, else what its class defines."""
    actions = getattr(callback, "actions", None)
    if actions is not None:
        return {verb for verb in actions if verb in VERBS}
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    return {verb for verb in VERBS if hasattr(view, verb)} if view else {"get"}


def routes() -> list[Route]:
    api = next(
        found
        for found in get_resolver().url_patterns
        if isinstance(found, URLResolver) and str(found.pattern) == "api/"
    )
    return sorted(
        {Route(name, verb) for name, each in patterns(api) for verb in methods(each.callback)}
    )
