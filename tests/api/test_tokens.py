"""Tokens: hashed, scoped, ended at once, and never seen again."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from saas_tracker.accounts import tokens
from saas_tracker.accounts.models import ApiToken
from tests.api.conftest import LONG_AGO, World, token_client, with_secret

CONTRACTS = "/api/v1/contracts/"
FIGURES = "/api/v1/metrics/"
TOKENS = "/api/v1/api-tokens/"


def test_a_secret_is_marked_for_secret_scanners_and_has_32_random_bytes(world: World) -> None:
    made = {tokens.create_token(world.people["editor"], name="n", scopes=["read"])[1] for _ in "ab"}
    assert len(made) == 2
    assert all(secret.startswith("ct_") and len(secret) == 46 for secret in made)


def test_nothing_in_the_database_holds_the_secret(world: World) -> None:
    _token, secret = tokens.create_token(world.people["editor"], name="n", scopes=["read"])
    with_secret(secret).get(CONTRACTS)
    stored = [
        str(value)
        for model in apps.get_models()
        for row in model._base_manager.values_list()
        for value in row
    ]
    assert len(stored) > 100
    assert not [value for value in stored if secret[tokens.PREFIX_LENGTH :] in value]
    assert tokens.digest(secret) in stored


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "admin"]])
def test_a_token_needs_known_scopes(world: World, scopes: list[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        tokens.create_token(world.people["editor"], name="n", scopes=scopes)
    assert "scopes" in refused.value.message_dict


def test_a_token_needs_a_name(world: World) -> None:
    with pytest.raises(ValidationError):
        tokens.create_token(world.people["editor"], name="", scopes=["read"])


def test_scopes_are_kept_in_one_order_without_repetition(world: World) -> None:
    made, _ = tokens.create_token(
        world.people["editor"], name="n", scopes=["metrics", "read", "read"]
    )
    assert made.scopes == ["read", "metrics"]


def test_last_use_is_written_once_a_minute(world: World) -> None:
    made, secret = tokens.create_token(world.people["editor"], name="n", scopes=["read"])
    first = timezone.now()
    for later in (0, 30, 59):
        tokens.authenticate(secret, now=first + timedelta(seconds=later))
    made.refresh_from_db()
    assert made.last_used_at == first
    tokens.authenticate(secret, now=first + timedelta(seconds=60))
    made.refresh_from_db()
    assert made.last_used_at == first + timedelta(seconds=60)


def test_a_token_ends_with_its_last_second(world: World) -> None:
    end = timezone.now()
    _made, secret = tokens.create_token(
        world.people["editor"], name="n", scopes=["read"], expires_at=end
    )
    assert tokens.authenticate(secret, now=end - timedelta(microseconds=1)) is not None
    assert tokens.authenticate(secret, now=end) is None


def test_a_second_revocation_keeps_the_first_instant(world: World) -> None:
    made, _ = tokens.create_token(world.people["editor"], name="n", scopes=["read"])
    assert tokens.revoke(made, now=LONG_AGO).revoked_at == LONG_AGO
    assert tokens.revoke(made, now=timezone.now()).revoked_at == LONG_AGO


def test_a_revoked_token_is_shut_at_once(world: World, editor: APIClient) -> None:
    made, secret = tokens.create_token(world.people["editor"], name="n", scopes=["read"])
    program = with_secret(secret)
    assert program.get(CONTRACTS).status_code == 200
    assert editor.post(f"{TOKENS}{made.pk}/revoke/").json()["revoked_at"]
    assert program.get(CONTRACTS).status_code == 401


def test_a_deactivated_owner_ends_the_tokens(world: World) -> None:
    owner = world.people["editor"]
    program = token_client(owner, "read")
    owner.is_active = False
    owner.save()
    assert program.get(CONTRACTS).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer ct_unknown", "Bearer a b", "bearer \xff", "Bearer ct_\x00"],
)
def test_every_wrong_token_has_the_same_answer(world: World, header: str) -> None:
    answer = APIClient(headers={"Authorization": header}).get(CONTRACTS)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer.json() == {
        "code": "invalid_token",
        "detail": "This token is not valid.",
        "errors": [],
    }


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("read", (200, 403, 403)), ("write", (403, 201, 403)), ("metrics", (403, 403, 200))],
)
def test_a_scope_opens_its_own_door_only(
    world: World, scope: str, expected: tuple[int, ...]
) -> None:
    program = token_client(world.people["editor"], scope)
    found = (
        program.get(CONTRACTS).status_code,
        program.post("/api/v1/vendors/", {"name": "New"}, format="json").status_code,
        program.get(FIGURES).status_code,
    )
    assert found == expected


def test_a_token_reaches_no_further_than_its_owner(world: World) -> None:
    program = token_client(world.people["foreign"], *tokens.Scope)
    assert program.get(CONTRACTS).json()["count"] == 0
    path = reverse("api:contracts-detail", args=[world.rows["contracts"].pk])
    assert program.get(path).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_token_manages_no_tokens(world: World, method: str) -> None:
    program = token_client(world.people["administrator"], *tokens.Scope)
    assert getattr(program, method)(TOKENS).status_code == 403


def test_the_secret_is_in_the_first_answer_and_in_no_other(editor: APIClient) -> None:
    made = editor.post(TOKENS, {"name": "mine", "scopes": ["read"]}, format="json").json()
    assert with_secret(made["secret"]).get(CONTRACTS).status_code == 200
    later = editor.get(f"{TOKENS}{made['id']}/").json()
    assert later == {name: value for name, value in made.items() if name != "secret"} | {
        "last_used_at": later["last_used_at"]
    }
    assert made["secret"].startswith(later["prefix"])


def test_a_change_by_a_token_is_signed_by_its_owner(world: World) -> None:
    program = token_client(world.people["editor"], "write")
    made = program.post("/api/v1/vendors/", {"name": "New"}, format="json").json()
    vendor = world.rows["vendors"].__class__.objects.get(pk=made["id"])
    assert vendor.history.get().history_user == world.people["editor"]


def test_a_session_needs_the_csrf_token_to_write(world: World) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(world.people["editor"])
    assert client.get(CONTRACTS).status_code == 200
    answer = client.post("/api/v1/vendors/", {"name": "New"}, format="json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"


def test_the_list_shows_ones_own_tokens_only(world: World, administrator: APIClient) -> None:
    assert ApiToken.objects.count() == 1
    assert administrator.get(TOKENS).json()["results"] == []
