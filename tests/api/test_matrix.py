"""Who may do what: every role on every route that the URL conf has."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from contracts.models.base import VersionedRecord
from saas_tracker.accounts import tokens
from tests.api.bodies import ACT, CHANGE, CREATE
from tests.api.conftest import ROLES, World, token_client, with_secret
from tests.api.routes import Route, routes

# Status codes in the order of ROLES: anonymous, outsider, viewer, editor, foreign, administrator.
EVERYBODY = "401 200 200 200 200 200"
ADMINISTRATORS = "401 403 403 403 403 200"
SCOPED = {
    ("list", "get"): EVERYBODY,
    ("list", "post"): "401 403 403 201 400 201",
    ("detail", "get"): "401 404 200 200 404 200",
    ("detail", "patch"): "401 404 403 200 404 200",
    ("detail", "delete"): "401 404 403 204 404 204",
}
SHARED = {
    ("list", "get"): EVERYBODY,
    ("list", "post"): "401 403 403 201 201 201",
    ("detail", "get"): EVERYBODY,
    ("detail", "patch"): "401 403 403 200 200 200",
    ("detail", "delete"): "401 403 403 204 204 204",
}
ADMINISTERED = {
    ("list", "get"): EVERYBODY,
    ("list", "post"): "401 403 403 403 403 201",
    ("detail", "get"): EVERYBODY,
    ("detail", "patch"): "401 403 403 403 403 200",
    ("detail", "delete"): "401 403 403 403 403 204",
}
OWNED = {
    ("list", "get"): EVERYBODY,
    ("list", "post"): "401 201 201 201 201 201",
    ("detail", "get"): "401 404 404 200 404 200",
    ("detail", "patch"): "401 404 404 200 404 200",
    ("detail", "delete"): "401 404 404 204 404 204",
}
PREFERENCES = OWNED | {("list", "post"): "401 201 201 400 201 201"}
READ_BY_ADMINISTRATORS = {("list", "get"): ADMINISTRATORS, ("detail", "get"): ADMINISTRATORS}
OWN_TOKENS = {
    ("list", "get"): EVERYBODY,
    ("list", "post"): "401 201 201 201 201 201",
    ("detail", "get"): "401 404 404 200 404 404",
}
ALL, FIXED = ("get", "post", "patch", "delete"), ("get", "post")
RESOURCES: dict[str, tuple[dict[tuple[str, str], str], tuple[str, ...]]] = {
    "departments": (ADMINISTERED, ALL),
    "memberships": (ADMINISTERED, ALL),
    "alert-policies": (ADMINISTERED, ALL),
    "categories": (SHARED, ALL),
    "vendors": (SHARED, ALL),
    "vendor-aliases": (SHARED, ("get", "post", "delete")),
    "products": (SHARED, ALL),
    "budgets": (SHARED, ALL),
    "fx-rates": (SHARED, FIXED),
    "index-values": (SHARED, ALL),
    "contracts": (SCOPED, ALL),
    "contract-links": (SCOPED, ("get", "post", "delete")),
    "terms": (SCOPED, ALL),
    "licence-lines": (SCOPED, ALL),
    "documents": (SCOPED, ALL),
    "charges": (SCOPED, FIXED),
    "alerts": (SCOPED, ("get",)),
    "deliveries": (SCOPED, ("get",)),
    "delivery-attempts": (SCOPED, ("get",)),
    "price-changes": (SCOPED, ("get",)),
    "price-flags": (SCOPED, ("get", "patch")),
    "destinations": (OWNED, ALL),
    "notification-preferences": (PREFERENCES, ("get", "post", "patch")),
    "holds": (READ_BY_ADMINISTRATORS, ("get",)),
    "heartbeats": (READ_BY_ADMINISTRATORS, ("get",)),
    "users": (READ_BY_ADMINISTRATORS, ("get",)),
    "api-tokens": (OWN_TOKENS, FIXED),
}
PROJECT = {"users", "api-tokens"}
ACTIONS = {
    Route("api:contracts-renew", "get"): "401 404 403 200 404 200",
    Route("api:contracts-renew", "post"): "401 404 403 201 404 201",
    Route("api:contracts-cancel", "post"): "401 404 403 200 404 200",
    Route("api:contracts-give-notice", "post"): "401 404 403 200 404 200",
    Route("api:charges-reverse", "post"): "401 404 403 201 404 201",
    Route("api:alerts-acknowledge", "post"): "401 404 403 200 404 200",
    # The day of the alert has passed: it rests no more.
    Route("api:alerts-snooze", "post"): "401 404 403 400 404 400",
    Route("api:alerts-wake", "post"): "401 404 403 200 404 200",
    Route("api:inbox-list", "get"): EVERYBODY,
    Route("api:inbox-read", "post"): EVERYBODY,
    Route("api:destinations-send-test", "post"): "401 404 404 200 404 200",
    Route("api:destinations-end-rotation", "post"): "401 404 404 200 404 200",
    Route("api:deliveries-resend", "post"): "401 404 403 400 404 400",
    Route("api:deliveries-cancel", "post"): "401 404 403 200 404 200",
    Route("api:holds-release", "post"): "401 403 403 403 403 200",
    Route("api-tokens-revoke", "post"): "401 404 404 200 404 404",
    Route("me", "get"): EVERYBODY,
    Route("api-index", "get"): EVERYBODY,
    Route("schema", "get"): EVERYBODY,
    Route("api-docs", "get"): "302 200 200 200 200 200",
    Route("api-metrics:index", "get"): EVERYBODY,
    Route("api-metrics:figures", "get"): EVERYBODY,
    Route("api-metrics:price-changes", "get"): EVERYBODY,
    Route("api-metrics:rows", "get"): EVERYBODY,
    Route("api-metrics:focus", "get"): EVERYBODY,
    Route("api-metrics:forecast-distribution", "get"): EVERYBODY,
    Route("api-metrics:calculators", "get"): EVERYBODY,
    Route("api-metrics:calculator", "get"): EVERYBODY,
    Route("api-metrics:calculator", "post"): EVERYBODY,
}


def full_name(resource: str, kind: str) -> str:
    return f"{resource}-{kind}" if resource in PROJECT else f"api:{resource}-{kind}"


def expectations() -> dict[Route, str]:
    table = dict(ACTIONS)
    for resource, (group, verbs) in RESOURCES.items():
        for (kind, verb), codes in group.items():
            if verb in verbs:
                table[Route(full_name(resource, kind), verb)] = codes
    return table


EXPECTED = expectations()


def resource_of(route: Route) -> str:
    name = route.name.rpartition(":")[2]
    return max((each for each in RESOURCES if name.startswith(f"{each}-")), key=len, default="")


def ask(client: APIClient, route: Route, world: World) -> Response:
    """Send the valid request of a route."""
    resource, kind = resource_of(route), route.name.rpartition(":")[2]
    row = world.rows.get(resource)
    arguments: list[Any] = [row.pk] if row and kind != f"{resource}-list" else []
    if route.name == "api-metrics:figures":
        arguments = ["annualised-spend"]
    if route.name == "api-metrics:calculator":
        arguments = ["crr"]
    body = ACT.get(kind)
    if kind == f"{resource}-list" and route.method == "post":
        body = CREATE[resource](world)
    if route.method == "patch":
        body = CHANGE[resource]
    headers = {"If-Match": f'"{row.version}"'} if isinstance(row, VersionedRecord) else {}
    send: Callable[..., Response] = getattr(client, route.method)
    path = reverse(route.name, args=arguments)
    if route.name == "api-metrics:rows":
        return send(path, {"figure": "annualised", "key": "EUR"})
    if route.method == "get":
        return send(path)
    return send(path, body, format="json", headers=headers)


def answers(route: Route, world: World, clients: dict[str, APIClient]) -> dict[str, int]:
    """Return the status code for each client, each in a transaction of its own."""
    found = {}
    for role, client in clients.items():
        with transaction.atomic():
            found[role] = ask(client, route, world).status_code
            transaction.set_rollback(True)
    return found


def test_every_route_has_an_expectation_and_every_expectation_a_route() -> None:
    assert set(routes()) == set(EXPECTED)


def test_the_matrix_is_large_enough_to_mean_something() -> None:
    dead = ("revoked", "expired", "inactive", "inactive's token")
    assert len(EXPECTED) * (len(ROLES) + len(dead)) >= 1000


@pytest.mark.parametrize(
    "route", sorted(EXPECTED), ids=lambda route: f"{route.method} {route.name}"
)
def test_a_route_answers_everybody_as_expected(
    route: Route, world: World, as_role: Callable[[str], APIClient]
) -> None:
    clients = {role: as_role(role) for role in ROLES} | dead_clients(world, as_role)
    codes = zip(ROLES, EXPECTED[route].split(), strict=True)
    shut = 302 if route.name == "api-docs" else 401
    expected = dict.fromkeys(clients, shut) | {role: int(code) for role, code in codes}
    assert answers(route, world, clients) == expected


def dead_clients(world: World, as_role: Callable[[str], APIClient]) -> dict[str, APIClient]:
    """Return those for whom every route is shut, whatever their rights were."""
    owner, now = world.people["administrator"], timezone.now()
    revoked, secret = tokens.create_token(owner, name="revoked", scopes=list(tokens.Scope))
    tokens.revoke(revoked, now=now)
    return {
        "revoked": with_secret(secret),
        "expired": token_client(owner, *tokens.Scope, expires_at=now - timedelta(seconds=1)),
        "inactive": as_role("inactive"),
        "inactive's token": token_client(world.people["inactive"], *tokens.Scope),
    }
