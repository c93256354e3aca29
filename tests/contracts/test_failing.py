"""A destination that does not work is marked, its keeper told, its alerts go another way (F17)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from contracts.channels.email import EmailChannel
from contracts.models import Contract, Delivery, Destination
from contracts.rules.messages import Message, Refused, Sent
from contracts.services import alerts, deliveries, records, trials
from saas_tracker.accounts.models import User
from tests.channels.conftest import LOOPBACK
from tests.channels.receiver import Receiver
from tests.contracts.pages import page, signed_in
from tests.contracts.test_destinations import CANARIES, NEW
from tests.factories import AdministratorFactory, DepartmentFactory, UserFactory
from tests.recovery.portfolio import add_terms

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEAD = b"HTTP/1.1 503 CANARYPATH\r\nContent-Length: 0\r\n\r\n"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
REFUSING = b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with Receiver() as found:
        settings.WEBHOOK_PORTS = [found.port]
        settings.WEBHOOK_ALLOWED_NETWORKS = [LOOPBACK]
        yield found


@pytest.fixture
def owner() -> User:
    return UserFactory.create(email="owner@tracker.example")


def hook(receiver: Receiver, owner: User | None, **values: Any) -> Destination:
    basis = {"kind": "webhook", "url": receiver.url("/CANARYPATH"), "secret": NEW}
    return records.store(Destination(owner=owner, **basis | values))


def without_mail(owner: User) -> None:
    Destination.objects.create(owner=owner, address=owner.email, is_active=False)


def in_days(days: int) -> date:
    return NOW.date() + timedelta(days=days)


def plan(now: datetime = NOW) -> alerts.PlanSummary:
    return alerts.raise_due(today=now.date(), now=now)


def pump(now: datetime = NOW) -> deliveries.PumpSummary:
    return deliveries.deliver_due(clock=lambda: now, jitter=lambda: 0.0)


def letters_to(address: str, subject: str = "") -> list[Any]:
    return [one for one in mail.outbox if one.to == [address] and subject in one.subject]


def refusing(address: str) -> Any:
    send = EmailChannel.send

    def refuse(self: EmailChannel, message: Message, *, timeout: float) -> Sent:
        if message.to == address:
            raise Refused("550 no such user", permanent=True)
        return send(self, message, timeout=timeout)

    return refuse


def test_a_channel_that_is_dead_for_four_days_costs_no_alert(
    receiver: Receiver, owner: User
) -> None:
    manager = UserFactory.create(email="manager@tracker.example")
    department = DepartmentFactory.create(manager=manager)
    without_mail(owner)
    receiver.answer = DEAD
    place = hook(receiver, owner)
    near = add_terms(10, anchor=in_days(5), owner=owner)
    add_terms(20, anchor=in_days(40), owner=owner)
    Contract.objects.update(department=department)
    told_near: datetime | None = None
    for minutes in range(0, 4 * 24 * 60, 60):
        now = NOW + timedelta(minutes=minutes)
        plan(now)
        pump(now)
        heard = Delivery.objects.filter(state="sent", destination__owner=manager)
        if told_near is None and heard.filter(alert__term__in=near).count() == 10:
            told_near = now
    assert told_near is not None
    assert told_near <= NOW + HOUR
    heard_terms = set(heard.values_list("alert__term", flat=True))
    assert len(heard_terms) == 30
    place.refresh_from_db()
    assert place.marked_at is not None
    assert place.failing_since == NOW
    # The owner is told once, at the address of the account, without the secret part of the other.
    [letter] = letters_to(owner.email, "fails")
    assert "HTTP 503" in str(letter.body)
    assert not any(canary in str(letter.body) for canary in CANARIES)


def test_what_is_planned_while_a_destination_is_marked_goes_another_way_at_once(
    receiver: Receiver, owner: User
) -> None:
    manager = UserFactory.create()
    without_mail(owner)
    place = hook(receiver, owner)
    Destination.objects.filter(pk=place.pk).update(failing_since=NOW - DAY, marked_at=NOW)
    add_terms(1, anchor=in_days(100), owner=owner)
    Contract.objects.update(department=DepartmentFactory.create(manager=manager))
    plan()
    assert [d.destination.owner for d in Delivery.objects.all()] == [manager]


def test_where_every_way_is_marked_the_nearest_is_tried_all_the_same(
    receiver: Receiver, owner: User
) -> None:
    without_mail(owner)
    place = hook(receiver, owner)
    Destination.objects.filter(pk=place.pk).update(failing_since=NOW - DAY, marked_at=NOW)
    add_terms(1, anchor=in_days(100), owner=owner)
    plan()
    assert Delivery.objects.get().destination == place
    assert plan().without_recipient == 1
    assert pump().sent == 1
    place.refresh_from_db()
    assert (place.marked_at, place.failing_since, place.last_failure) == (None, None, "")
    assert plan().without_recipient == 0


def test_another_destination_of_the_same_person_comes_before_the_next_person(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserFactory.create()
    AdministratorFactory.create(email="admin@tracker.example")
    Destination.objects.create(owner=owner, address="renewals@tracker.example")
    monkeypatch.setattr(EmailChannel, "send", refusing("renewals@tracker.example"))
    add_terms(4, anchor=in_days(100), owner=owner)
    plan()
    for _ in range(3):
        pump()
        plan()
    # Three in a row are one too many; from then on the account's own address is a way as well.
    place = Destination.objects.get(address="renewals@tracker.example")
    assert place.marked_at is not None
    assert len(letters_to(owner.email, "days left")) >= 1
    heard = Delivery.objects.filter(state="sent").values_list("alert", flat=True)
    assert len(set(heard)) == 4
    assert letters_to(owner.email, "fails")


def test_three_refusals_in_a_row_mark_and_one_success_begins_anew(
    receiver: Receiver, owner: User
) -> None:
    place = hook(receiver, owner)
    for wave, answer in enumerate([REFUSING, REFUSING, b"", REFUSING, REFUSING, REFUSING]):
        receiver.answer = answer or b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        add_terms(1, anchor=in_days(100), owner=owner)
        plan(NOW + wave * HOUR)
        pump(NOW + wave * HOUR)
        place.refresh_from_db()
        assert place.failures == [1, 2, 0, 1, 2, 3][wave]
        assert (place.marked_at is not None) == (wave == 5)


def test_an_address_that_is_gone_is_switched_off_with_a_reason_in_its_history(
    receiver: Receiver, owner: User
) -> None:
    receiver.answer = GONE
    place = hook(receiver, owner)
    add_terms(1, anchor=in_days(100), owner=owner)
    plan()
    pump()
    place.refresh_from_db()
    assert (place.is_active, place.version, place.last_failure) == (False, 2, "HTTP 410")
    assert place.history.first().history_change_reason == "It answered that it is gone."
    pump(NOW + HOUR)
    [letter] = letters_to(owner.email, "fails")
    assert "It was switched off" in str(letter.body)


def test_a_mailbox_is_not_blamed_for_what_its_server_says_for_the_moment(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: Any, **_values: Any) -> Sent:
        raise Refused("421 later", permanent=False)

    monkeypatch.setattr(EmailChannel, "send", busy)
    add_terms(1, anchor=in_days(100), owner=owner)
    plan()
    for hours in range(0, 72, 3):
        pump(NOW + hours * HOUR)
    assert Delivery.objects.get().attempts > 5
    assert Destination.objects.get().failing_since is None


def test_an_accepted_test_clears_the_mark(receiver: Receiver, owner: User) -> None:
    place = hook(receiver, owner)
    values = {
        "failing_since": NOW - DAY,
        "failures": 5,
        "marked_at": NOW,
        "last_failure": "HTTP 503",
    }
    Destination.objects.filter(pk=place.pk).update(**values)
    place.refresh_from_db()
    receiver.answer = DEAD
    assert trials.send_test(place, now=NOW).marked_at == NOW
    receiver.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    place = trials.send_test(place, now=NOW + HOUR)
    assert (place.marked_at, place.failures, place.last_failure) == (None, 0, "")


def test_the_administrators_hear_of_a_shared_destination_and_of_a_person_s_only_mailbox(
    owner: User,
) -> None:
    AdministratorFactory.create(email="admin@tracker.example")
    values = {"failing_since": NOW, "marked_at": NOW, "last_failure": "550"}
    Destination.objects.create(address="team@tracker.example", **values)
    Destination.objects.create(address=owner.email, owner=owner, **values)
    pump()
    assert len(letters_to("admin@tracker.example", "fails")) == 2
    pump(NOW + HOUR)
    assert len(mail.outbox) == 2


def test_the_list_the_page_and_the_dashboard_show_a_mark(owner: User) -> None:
    place = Destination.objects.create(
        address=owner.email, owner=owner, failing_since=NOW, marked_at=NOW, last_failure="550 no"
    )
    client = signed_in(owner)
    listed = client.get(page("contracts_destination_changelist")).content.decode()
    assert "Failing" in listed
    assert "550 no" in client.get(page("contracts_destination_change", place.pk)).content.decode()
    assert "Messages to owner@tracker.example fail." in client.get(page("index")).content.decode()
    other = signed_in(UserFactory.create())
    assert "fail." not in other.get(page("index")).content.decode()
