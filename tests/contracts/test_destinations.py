"""Destinations on the web: told beside the e-mail, tested once a minute, their secrets shown nowhere."""

import base64
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from contracts.models import Alert, Delivery, Destination
from contracts.rules.vocabulary import AttemptOutcome, Role
from contracts.services import addressing, deliveries, records, trials
from saas_tracker.accounts.models import User
from tests.channels.conftest import LOOPBACK
from tests.channels.receiver import Receiver
from tests.contracts.pages import contract_with_term, member, page, signed_in
from tests.factories import AdministratorFactory, AlertFactory, UserFactory

NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)
CANARIES = ("CANARYPATH", "Q0FOQVJZ", "T0xEQ0FOQVJZ")
NEW = "whsec_" + base64.b64encode(b"CANARY" * 5).decode()
OLD = "whsec_" + base64.b64encode(b"OLDCANARYOLDCANARYOLDCANARY").decode()
pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """Yield a receiver on this machine, which the settings open."""
    with Receiver() as found:
        settings.WEBHOOK_PORTS = [found.port]
        settings.WEBHOOK_ALLOWED_NETWORKS = [LOOPBACK]
        yield found


def url(receiver: Receiver) -> str:
    return receiver.url("/CANARYPATH")


def stored(receiver: Receiver, owner: User | None = None, **values: Any) -> Destination:
    basis = {"kind": "webhook", "url": url(receiver), "secret": NEW, "owner": owner}
    return records.store(Destination(**basis | values), by=owner)


def assert_silent(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == []


def test_only_the_host_of_a_web_address_is_shown(receiver: Receiver) -> None:
    row = stored(receiver)
    assert (row.address, str(row)) == ("127.0.0.1", "Signed webhook: 127.0.0.1")
    row.refresh_from_db()
    assert (row.url, row.secret) == (url(receiver), NEW)


def test_the_database_its_history_and_its_exports_hold_no_secret(receiver: Receiver) -> None:
    row = stored(receiver, secret=OLD)
    row.secret = NEW
    records.store(row)
    with connection.cursor() as cursor:
        for table in ("contracts_destination", "contracts_historicaldestination"):
            cursor.execute(f"SELECT * FROM {table}")
            rows = cursor.fetchall()
            assert rows
            assert_silent(repr(rows))
    text = serializers.serialize("json", Destination.objects.all())
    assert_silent(text)
    [read] = serializers.deserialize("json", text)
    restored: Any = read.object
    assert restored.url == url(receiver)


def test_a_new_key_opens_what_the_old_one_sealed_and_a_rotation_ends_the_old_one(
    receiver: Receiver, settings: Settings
) -> None:
    first, second = "first key of this test", "second key of this test"
    settings.SECRETS_KEYS = [first]
    row = stored(receiver)
    settings.SECRETS_KEYS = [second, first]
    row.refresh_from_db()
    assert row.secret == NEW
    call_command("rotate_secrets", stdout=(said := StringIO()))
    assert said.getvalue() == "1 destinations sealed with the first key.\n"
    settings.SECRETS_KEYS = [second]
    row.refresh_from_db()
    assert (row.url, row.secret) == (url(receiver), NEW)
    settings.SECRETS_KEYS = [first]
    row.refresh_from_db()
    assert (row.url, row.secret) == ("", "")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("url", {"url": ""}),
        ("url", {"url": "ftp://CANARYPATH.example/x"}),
        ("url", {"url": "https://CANARYPATH@example.com/x"}),
        ("url", {"url": "https://example.com:22/CANARYPATH", "kind": "slack"}),
        ("secret", {"secret": ""}),
        ("secret", {"secret": "whsec_Q0FOQVJZ"}),
        ("secret", {"secret": "whsec_" + "Q0FOQVJZ" * 20}),
        ("secret", {"secret": "CANARYPATH not base64 at all, really not"}),
        ("address", {"kind": "email", "address": ""}),
    ],
)
def test_what_could_not_work_is_refused_without_repeating_it(
    receiver: Receiver, field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        stored(receiver, **values)
    assert list(caught.value.message_dict) == [field]
    assert_silent(str(caught.value))


def test_the_old_secret_signs_too_until_it_is_dropped(receiver: Receiver) -> None:
    row = stored(receiver, secret=OLD)
    row.secret = NEW
    records.store(row)
    assert (row.secret, row.previous_secret) == (NEW, OLD)
    row.is_active = False
    records.store(row)
    assert row.previous_secret == OLD
    trials.end_rotation(row, by=None)
    assert Destination.objects.get().previous_secret == ""


def test_a_person_is_told_on_the_web_beside_the_e_mail(receiver: Receiver) -> None:
    owner = UserFactory.create()
    hook = stored(receiver, owner)
    places = addressing.destinations_of([owner.pk])[owner.pk]
    assert hook in places
    assert {place.kind for place in places} == {"email", "webhook"}


def raised(owner: User) -> Alert:
    contract = contract_with_term(owner=owner)
    term = contract.terms.get()
    return AlertFactory.create(term=term, kind=term.anchor_kind, anchor_date=term.anchor_date)


def sent(receiver: Receiver) -> Delivery:
    addressing.address_open(now=NOW)
    deliveries.deliver_due(clock=lambda: NOW, jitter=lambda: 0.0)
    return Delivery.objects.exclude(destination__kind="email").get()


def test_an_alert_reaches_a_receiver_that_verifies_it(receiver: Receiver) -> None:
    owner = UserFactory.create()
    stored(receiver, owner)
    alert = raised(owner)
    delivery = sent(receiver)
    assert delivery.state == "sent"
    [(path, headers, body)] = receiver.heard
    assert path == "/CANARYPATH"
    event = Webhook(NEW)
    assert headers["webhook-id"] == str(delivery.dedup_key)
    with pytest.raises(Exception, match="timestamp"):
        event.verify(body, headers)  # the test's clock stands at another day
    said = json.loads(body)
    assert said["type"] == f"alert.{alert.kind}"
    assert said["data"]["annual_value"] == {"amount": "12000.0000", "currency": "EUR"}
    assert said["data"]["anchor_date"] == alert.anchor_date.isoformat()
    assert said["data"]["link"].endswith(f"/contract/{alert.term.contract_id}/change/")


@pytest.mark.parametrize("kind", ["slack", "teams", "discord"])
def test_an_alert_reaches_a_chat(receiver: Receiver, kind: str) -> None:
    owner = UserFactory.create()
    stored(receiver, owner, kind=kind, secret="")
    raised(owner)
    assert sent(receiver).state == "sent"
    assert "/contract/" in receiver.heard[0][2].decode()


def test_a_receiver_that_is_gone_fails_alone_and_says_so_without_its_address(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answer = b"HTTP/1.1 410 CANARYPATH\r\nContent-Length: 0\r\n\r\n"
    owner = UserFactory.create()
    stored(receiver, owner)
    raised(owner)
    delivery = sent(receiver)
    assert (delivery.state, delivery.last_error) == ("failed", "HTTP 410")
    assert Delivery.objects.get(destination__kind="email").state == "sent"
    assert_silent(caplog.text)


def test_a_busy_receiver_is_asked_again_when_it_said(receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 429 Slow\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n"
    owner = UserFactory.create()
    stored(receiver, owner)
    raised(owner)
    delivery = sent(receiver)
    assert (delivery.state, delivery.next_at) == ("pending", NOW + timedelta(hours=2))


def test_an_inner_network_that_nobody_opened_is_not_reached(
    receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    row = trials.send_test(stored(receiver), now=NOW)
    assert row.test_outcome == AttemptOutcome.PERMANENT
    assert receiver.connections == 0


def test_a_test_goes_out_once_a_minute(receiver: Receiver) -> None:
    row = stored(receiver)
    assert trials.send_test(row, now=NOW).test_outcome == AttemptOutcome.OK
    with pytest.raises(trials.TooSoon):
        trials.send_test(row, now=NOW + timedelta(seconds=59))
    receiver.answer = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
    again = trials.send_test(row, now=NOW + timedelta(seconds=60))
    assert (again.test_outcome, again.test_error) == (AttemptOutcome.TEMPORARY, "HTTP 503")
    assert len(receiver.heard) == 2


def program(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_the_api_writes_secrets_and_reads_none(receiver: Receiver) -> None:
    client = program(UserFactory.create())
    path = "/api/v1/destinations/"
    body = {"kind": "webhook", "url": url(receiver), "secret": OLD}
    answers = [client.post(path, body, format="json")]
    row = Destination.objects.get()
    detail = f"{path}{row.pk}/"
    tag = {"If-Match": answers[0].headers["ETag"]}
    answers += [
        client.patch(detail, {"secret": NEW}, format="json", headers=tag),
        client.post(f"{detail}test/"),
        client.post(f"{detail}test/"),
        client.get(detail),
        client.get(path),
        client.get(f"{path}?search=CANARYNO"),
        client.post(path, body | {"url": "ftp://CANARYPATH"}, format="json"),
        client.post(f"{detail}end-rotation/"),
    ]
    codes = [answer.status_code for answer in answers]
    assert codes == [201, 200, 200, 429, 200, 200, 200, 400, 200]
    for answer in answers:
        assert_silent(answer.content.decode())
    assert answers[2].json()["test_outcome"] == "ok"
    _path, headers, sent_body = receiver.heard[0]
    assert Webhook(NEW).verify(sent_body, headers)["type"] == "test"
    assert Webhook(OLD).verify(sent_body, headers)
    row.refresh_from_db()
    assert (row.secret, row.previous_secret) == (NEW, "")


def pages_of(client: Client, row: Destination) -> list[str]:
    """Return every page of the admin that shows a destination."""
    history = row.history.first()
    addresses = [
        page("contracts_destination_changelist"),
        page("contracts_destination_change", row.pk),
        page("contracts_destination_history", row.pk),
        page("contracts_destination_simple_history", row.pk, history.pk),
        page("contracts_destination_delete", row.pk),
        page("contracts_delivery_changelist"),
        page("contracts_deliveryattempt_changelist"),
    ]
    return [client.get(address).content.decode() for address in addresses]


@pytest.mark.parametrize("kind", ["administrator", "reader"])
def test_no_page_of_the_admin_shows_a_secret(receiver: Receiver, kind: str) -> None:
    owner = UserFactory.create()
    row = stored(receiver, owner, secret=OLD)
    row.secret = NEW
    records.store(row)
    raised(owner)
    sent(receiver)
    user = AdministratorFactory.create() if kind == "administrator" else member(Role.VIEWER, None)
    pages = pages_of(signed_in(user), row)
    assert all("127.0.0.1" in text for text in pages[:2])
    for text in pages:
        assert_silent(text)


def test_the_admin_writes_a_destination_keeps_what_is_left_empty_and_tests_it(
    receiver: Receiver,
) -> None:
    user = AdministratorFactory.create()
    client = signed_in(user)
    form = {"kind": "webhook", "owner": user.pk, "is_active": "on", "new_url": url(receiver)}
    answer = client.post(page("contracts_destination_add"), form | {"new_secret": NEW})
    assert answer.status_code == 302
    row = Destination.objects.get()
    change = page("contracts_destination_change", row.pk)
    form = {"kind": "webhook", "owner": user.pk, "expected_version": row.version}
    assert client.post(change, form).status_code == 302
    row.refresh_from_db()
    assert (row.is_active, row.url, row.secret) == (False, url(receiver), NEW)
    test = page("contracts_destination_test", row.pk)
    assert client.get(test).status_code == 405
    shown = client.post(test, follow=True).content.decode()
    assert "The test message was accepted." in shown
    assert_silent(shown)
    assert "Wait a minute" in client.post(test, follow=True).content.decode()
    assert len(receiver.heard) == 1


def test_a_stranger_cannot_test_a_destination(receiver: Receiver) -> None:
    row = stored(receiver, UserFactory.create())
    stranger = signed_in(member(Role.EDITOR, None))
    assert stranger.post(page("contracts_destination_test", row.pk)).status_code == 403
    assert receiver.connections == 0
