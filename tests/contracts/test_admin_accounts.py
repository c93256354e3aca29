"""People, tokens and the outbox: what must not leak, and who must not rise."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from contracts.models import Membership
from contracts.rules.vocabulary import Role
from saas_tracker.accounts import tokens
from saas_tracker.accounts.models import ApiToken, User
from tests.contracts.pages import filled, member, page, signed_in, superuser
from tests.factories import (
    AdministratorFactory,
    ApiTokenFactory,
    DepartmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "a very long way from home"


def test_the_secret_of_a_token_is_shown_once_and_never_again() -> None:
    person = member(Role.VIEWER, None)
    client = signed_in(person)
    data = {"name": "reports", "scopes": ["read"], "expires_at_0": "", "expires_at_1": ""}
    response = client.post(page("accounts_apitoken_add"), data)
    token, secret = ApiToken.objects.get(), response.context["secret"]
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert secret in response.content.decode()
    assert tokens.authenticate(secret, now=timezone.now()) == token
    assert (token.owner, token.scopes) == (person, ["read"])
    stored = [getattr(token, field.attname) for field in ApiToken._meta.concrete_fields]
    assert secret not in map(str, stored)
    for address in (
        page("accounts_apitoken_changelist"),
        page("accounts_apitoken_change", token.pk),
    ):
        assert secret not in client.get(address).content.decode()


def test_a_token_needs_a_scope_and_a_name() -> None:
    response = superuser().post(page("accounts_apitoken_add"), {"name": "", "scopes": []})
    assert set(response.context["adminform"].form.errors) == {"name", "scopes"}
    assert not ApiToken.objects.exists()


def test_people_see_their_own_tokens_and_administrators_all() -> None:
    person, other = member(Role.EDITOR, None), UserFactory()
    mine, theirs = ApiTokenFactory(owner=person), ApiTokenFactory(owner=other)

    def listed(client: Client) -> set[ApiToken]:
        return set(client.get(page("accounts_apitoken_changelist")).context["cl"].result_list)

    assert listed(signed_in(person)) == {mine}
    assert listed(superuser()) == {mine, theirs}
    assert signed_in(person).get(page("accounts_apitoken_change", theirs.pk)).status_code == 302


def test_only_ones_own_token_is_revoked() -> None:
    person = member(Role.EDITOR, None)
    mine, theirs = ApiTokenFactory(owner=person), ApiTokenFactory()
    data = {"action": "revoke", "_selected_action": [mine.pk, theirs.pk]}
    signed_in(person).post(page("accounts_apitoken_changelist"), data)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.revoked_at is not None
    assert theirs.revoked_at is None


def test_a_token_that_is_over_says_so() -> None:
    ApiTokenFactory(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    text = superuser().get(page("accounts_apitoken_changelist")).content.decode()
    assert "Expired" in text


def test_an_administrator_adds_a_person_with_a_role() -> None:
    client = signed_in(member(Role.ADMINISTRATOR, None))
    data = {
        "email": "New.Person@Example.COM",
        "name": "New Person",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
        "usable_password": "true",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    assert client.post(page("accounts_user_add"), data).status_code == 302
    person = User.objects.get(name="New Person")
    assert person.email == "New.Person@example.com"
    assert person.check_password(NEW_PASSWORD)
    assert not person.is_superuser
    department = DepartmentFactory()
    change = page("accounts_user_change", person.pk)
    data = filled(client.get(change)) | {
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-department": department.pk,
        "memberships-0-role": "viewer",
    }
    assert client.post(change, data).status_code == 302
    assert Membership.objects.get(user=person).department == department


def test_an_address_in_another_case_is_the_same_person() -> None:
    UserFactory(email="ada@example.com")
    data = {"email": "ADA@example.com", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    response = superuser().post(page("accounts_user_add"), data | {"usable_password": "true"})
    assert "A user with this e-mail address exists." in response.content.decode()


def test_an_administrator_does_not_make_a_superuser() -> None:
    administrator = member(Role.ADMINISTRATOR, None)
    client, person = signed_in(administrator), UserFactory()
    change = page("accounts_user_change", person.pk)
    data = filled(client.get(change)) | {"is_superuser": "on", "name": "Risen"}
    assert client.post(change, data).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.is_superuser) == ("Risen", False)


def test_a_superuser_is_changed_by_superusers_alone() -> None:
    client, root = signed_in(member(Role.ADMINISTRATOR, None)), AdministratorFactory()
    assert client.post(page("accounts_user_change", root.pk), {"name": "x"}).status_code == 403
    assert client.post(page("accounts_user_delete", root.pk), {"post": "yes"}).status_code == 403
    data = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(page("auth_user_password_change", root.pk), data).status_code == 403
    root.refresh_from_db()
    assert not root.check_password(NEW_PASSWORD)


def test_people_do_not_change_each_other_nor_their_own_roles() -> None:
    person = member(Role.EDITOR, None)
    client, other = signed_in(person), UserFactory()
    for target in (person, other):
        change = page("accounts_user_change", target.pk)
        assert client.get(change).status_code == 200
        assert client.post(change, {"name": "x"}).status_code == 403
    assert client.get(page("accounts_user_add")).status_code == 403


def test_a_person_changes_their_own_password_and_stays_signed_in() -> None:
    person = member(Role.VIEWER, None)
    client = Client()
    assert client.login(username=person.email, password="correct horse battery")
    data = {
        "old_password": "correct horse battery",
        "new_password1": NEW_PASSWORD,
        "new_password2": NEW_PASSWORD,
    }
    assert client.post(page("password_change"), data).status_code == 302
    assert client.get(page("index")).status_code == 200
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)


LETTER = """Content-Type: multipart/alternative; boundary="b"
MIME-Version: 1.0
Subject: =?utf-8?q?Decide_=3Cb=3Esoon?=
From: tracker@localhost
To: reader@tracker.example
Date: Mon, 02 Mar 2026 09:00:00 -0000
Message-ID: <1@localhost>

--b
Content-Type: text/plain; charset="utf-8"

Plain <i>words</i>
--b
Content-Type: text/html; charset="utf-8"

<p onclick="x()">Rich "words"</p>
--b--
"""


@pytest.fixture
def letter(tmp_path: Path, settings: Settings) -> str:
    settings.OUTBOX_DIR = tmp_path
    (tmp_path / "20260302-090000-1.log").write_text(LETTER + "\n" + "-" * 79 + "\n")
    return "20260302-090000-1.0"


def test_a_message_is_shown_in_a_frame_that_runs_nothing(letter: str) -> None:
    client = superuser()
    assert "Decide &lt;b&gt;soon" in client.get(page("contracts_outbox")).content.decode()
    text = client.get(page("contracts_outbox_message", letter)).content.decode()
    assert re.search(r'<iframe class="st-letter"\s+sandbox\s+title=', text)
    assert "&lt;p onclick=&quot;x()&quot;&gt;Rich" in text
    assert "Plain &lt;i&gt;words&lt;/i&gt;" in text


def test_people_read_what_was_sent_to_them_alone(letter: str) -> None:
    reader = signed_in(UserFactory(email="Reader@tracker.example"))
    other = signed_in(member(Role.EDITOR, None))
    assert reader.get(page("contracts_outbox_message", letter)).status_code == 200
    assert other.get(page("contracts_outbox_message", letter)).status_code == 404
    assert "Decide" not in other.get(page("contracts_outbox")).content.decode()


@pytest.mark.parametrize("key", ["nothing", "20260302-090000-1.7", "20260302-090000-1.-1"])
def test_an_unknown_message_is_not_found(letter: str, key: str) -> None:
    assert superuser().get(page("contracts_outbox") + f"{key}/").status_code == 404


def test_a_token_of_an_inactive_owner_is_shown_as_over() -> None:
    owner = UserFactory(is_active=False)
    ApiTokenFactory(owner=owner, expires_at=timezone.now() + timedelta(days=1))
    assert "Valid" not in superuser().get(page("accounts_apitoken_changelist")).content.decode()
