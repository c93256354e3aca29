"""The schema says what the API does: it is valid, has an example of each write, and answers keep to it."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.test import APIClient
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from saas_tracker.accounts import tokens
from tests.api.bodies import ACT, CREATE
from tests.api.conftest import World

EXAMPLES_PER_OPERATION = 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = "/api/v1/schema/"
DOCS = "/api/docs/"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the schema; it is made without a warning, and valid."""
    path: Path = tmp_path_factory.mktemp("schema") / "openapi.json"
    options = {"validate": True, "fail_on_warn": True, "format": "openapi-json"}
    call_command("spectacular", file=str(path), **options)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, each in document["paths"].items()
        for method, operation in each.items()
    ]


def test_the_schema_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert len(operations(document)) >= 90


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    silent = [(path, verb) for path, verb, each in operations(document) if not each["description"]]
    assert silent == []


def test_every_operation_documents_the_errors_that_every_operation_has(
    document: dict[str, Any],
) -> None:
    for path, verb, operation in operations(document):
        assert {"401", "403", "429"} <= set(operation["responses"]), (verb, path)


def test_every_operation_asks_for_a_token_or_a_session(document: dict[str, Any]) -> None:
    for path, verb, operation in operations(document):
        schemes = {name for each in operation["security"] for name in each}
        assert schemes == {"token", "cookieAuth"}, (verb, path)


def test_every_new_row_has_an_example(document: dict[str, Any]) -> None:
    for resource in CREATE:
        body = document["paths"][f"/api/v1/{resource}/"]["post"]["requestBody"]
        assert body["content"]["application/json"]["examples"], resource


def test_an_action_that_asks_for_something_has_a_body(document: dict[str, Any]) -> None:
    for name, body in ACT.items():
        resource, _, action = name.partition("-") if "api-" not in name else ("", "", "")
        path = f"/api/v1/{resource}/{{id}}/{action}/"
        if body and path in document["paths"]:
            assert "requestBody" in document["paths"][path]["post"], path


def test_versions_are_in_the_schema(document: dict[str, Any]) -> None:
    change = document["paths"]["/api/v1/contracts/{id}/"]["patch"]
    asked = [each for each in change["parameters"] if each["name"] == "If-Match"]
    assert asked[0]["required"] is True
    assert {"412", "428"} <= set(change["responses"])
    assert "ETag" in change["responses"]["200"]["headers"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", [SCHEMA, DOCS])
def test_schema_and_docs_ask_for_the_sign_in(address: str, client: Any) -> None:
    assert client.get(address).status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FOUND}


def test_the_docs_load_nothing_from_elsewhere(world: World, editor: APIClient) -> None:
    page = editor.get(DOCS).content.decode()
    addresses = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert addresses
    assert all(address.startswith("/") for address in addresses), addresses
    assert "<script>" not in page
    script = next(address for address in addresses if "script=" in address)
    assert SCHEMA in editor.get(script).content.decode()


@pytest.fixture
def kept_connection(db: None) -> Iterator[None]:
    """Keep the test's transaction open across requests that come in through WSGI."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_random_requests_break_nothing_and_answers_keep_to_the_schema(
    world: World, kept_connection: None
) -> None:
    _token, secret = tokens.create_token(
        world.people["administrator"], name="fuzz", scopes=list(tokens.Scope)
    )
    headers = {"Authorization": f"Bearer {secret}"}
    schema = schemathesis.openapi.from_wsgi(SCHEMA, get_wsgi_application(), headers=headers)
    found = [probe(cast("Any", each).ok(), headers) for each in schema.get_all_operations()]
    assert len(found) >= 90
    assert [failure for failure in found if failure] == []


def probe(operation: Any, headers: dict[str, str]) -> str:
    """Send some generated requests of one operation; return what went wrong, or nothing."""

    @settings(
        max_examples=EXAMPLES_PER_OPERATION,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        case.headers.update(headers)
        case.call_and_validate(checks=CHECKS)

    try:
        send()
    except FailureGroup as failures:
        return "\n".join(str(each) for each in failures.exceptions)
    return ""
