"""How one message goes out: claimed, sent, finished, tried again or passed on (R11, R12)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from contracts.channels.email import EmailChannel
from contracts.models import Alert, Delivery, DeliveryAttempt, Destination, Term
from contracts.rules.alerts import MAX_ATTEMPTS
from contracts.rules.messages import Message, Refused, Sent
from contracts.rules.vocabulary import AttemptOutcome, DeliveryState
from contracts.services import alerts, deliveries, leases
from saas_tracker.accounts.models import User
from tests import factories
from tests.recovery.portfolio import add_terms

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
LEASE = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)

pytestmark = pytest.mark.django_db


def refusing(problem: Exception) -> Callable[..., Sent]:
    def send(_self: EmailChannel, _message: Message, *, timeout: float) -> Sent:
        assert timeout == settings.DELIVERY_SEND_TIMEOUT_SECONDS
        raise problem

    return send


def pump(now: datetime = NOW) -> deliveries.PumpSummary:
    return deliveries.deliver_due(clock=lambda: now, jitter=lambda: 0.0)


def outcomes() -> list[str]:
    return list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", flat=True))


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


@pytest.fixture
def delivery(owner: User) -> Delivery:
    """Return a delivery that is due now; its deadline is 100 days ahead."""
    add_terms(1, anchor=NOW.date() + timedelta(days=100), owner=owner)
    alerts.raise_due(today=NOW.date(), now=NOW)
    found: Delivery = Delivery.objects.get()
    return found


def test_a_due_delivery_is_sent_once(delivery: Delivery) -> None:
    assert pump().sent == 1
    assert pump() == deliveries.PumpSummary()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.sent_at) == ("sent", 1, NOW)
    assert delivery.lease is None
    [letter] = mail.outbox
    assert letter.to == ["owner@tracker.example"]
    assert letter.extra_headers["Message-ID"] == f"<{delivery.dedup_key}@tracker.example>"
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert delivery.provider_id == letter.extra_headers["Message-ID"]
    assert outcomes() == ["ok"]


def test_nothing_is_claimed_before_its_time(delivery: Delivery) -> None:
    assert leases.claim(now=NOW - timedelta(seconds=1), limit=4) == []
    assert len(leases.claim(now=NOW, limit=4)) == 1
    assert leases.claim(now=NOW, limit=4) == []


def test_an_abandoned_claim_is_taken_over_after_its_lease_and_noted_as_uncertain(
    delivery: Delivery,
) -> None:
    [first] = leases.claim(now=NOW, limit=4)
    assert leases.claim(now=NOW + LEASE, limit=4) == []
    assert pump(NOW + LEASE + timedelta(seconds=1)).sent == 1
    assert outcomes() == ["uncertain", "ok"]
    assert first.attempt == 1


def test_a_sender_whose_lease_was_taken_over_changes_nothing(delivery: Delivery) -> None:
    [slow] = leases.claim(now=NOW, limit=4)
    later = NOW + LEASE + timedelta(seconds=1)
    pump(later)
    failed = leases.Outcome(AttemptOutcome.PERMANENT, DeliveryState.FAILED, "no")
    assert leases.finish(slow, failed, now=later) is False
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert outcomes() == ["late", "ok"]


def test_a_sender_that_slept_through_its_lease_lets_the_message_go(delivery: Delivery) -> None:
    [held] = leases.claim(now=NOW, limit=4)
    late = NOW + LEASE - timedelta(seconds=settings.DELIVERY_SEND_TIMEOUT_SECONDS - 1)
    sender = deliveries.Sender(lambda: late, lambda: 0.0)
    assert deliveries.send_one(held, sender) == "retried"
    assert mail.outbox == []
    assert pump(late).sent == 1


def test_a_temporary_failure_is_tried_again_on_schedule(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmailChannel, "send", refusing(Refused("busy", permanent=False)))
    now, waits = NOW, []
    for _ in range(4):
        assert pump(now).retried == 1
        delivery.refresh_from_db()
        waits.append((delivery.next_at - now).total_seconds())
        now = delivery.next_at
    assert waits == [5, 300, 1800, 7200]
    assert (delivery.state, delivery.last_error) == ("pending", "busy")


def test_attempts_end_after_the_twelfth_and_the_failure_shows(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    monkeypatch.setattr(EmailChannel, "send", refusing(Refused("busy", permanent=False)))
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        pump(now)
        delivery.refresh_from_db()
        now = max(now, delivery.next_at)
    assert (delivery.state, delivery.attempts) == ("failed", MAX_ATTEMPTS)
    assert Delivery.objects.get(state="pending").destination.address == "admin@tracker.example"


def test_a_message_that_kills_its_sender_twelve_times_is_given_up(delivery: Delivery) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        assert len(leases.claim(now=now, limit=1)) == 1
        now += LEASE + timedelta(seconds=1)
    assert pump(now).sent == 1
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert outcomes() == ["uncertain"] * MAX_ATTEMPTS + ["ok"]
    assert [letter.to for letter in mail.outbox] == [["admin@tracker.example"]]


def test_a_message_that_kills_its_sender_takes_no_attempt_from_the_others(owner: User) -> None:
    add_terms(4, anchor=NOW.date() + timedelta(days=100), owner=owner)
    alerts.raise_due(today=NOW.date(), now=NOW)
    sender = deliveries.Sender(lambda: now, lambda: 0.0)
    now = NOW
    killer = Delivery.objects.order_by("pk")[0].pk
    for _ in range(60):
        for held in leases.claim(now=now, limit=4):
            if held.delivery_id == killer:
                break
            deliveries.send_one(held, sender)
        now += LEASE + timedelta(seconds=1)
    leases.give_up_abandoned(now=now)
    states = Delivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(states) == [("failed", MAX_ATTEMPTS)] + [("sent", 2)] * 3


def test_a_permanent_failure_goes_to_the_next_level_at_once(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = factories.UserFactory.create(email="manager@tracker.example")
    factories.AdministratorFactory.create(email="admin@tracker.example")
    [term] = add_terms(1, anchor=NOW.date() + timedelta(days=100), owner=owner)
    contract = Term.objects.get(pk=term).contract
    contract.department = factories.DepartmentFactory.create(manager=manager)
    contract.save()
    alerts.raise_due(today=NOW.date(), now=NOW)
    original = EmailChannel.send

    def send(channel: EmailChannel, message: Message, *, timeout: float) -> Sent:
        if message.to != "admin@tracker.example":
            raise Refused("550 unknown", permanent=True)
        return original(channel, message, timeout=timeout)

    monkeypatch.setattr(EmailChannel, "send", send)
    summary = pump()
    assert (summary.failed, summary.sent) == (2, 1)
    order = Delivery.objects.order_by("pk").values_list("destination__address", "state")
    assert list(order) == [
        ("owner@tracker.example", "failed"),
        ("manager@tracker.example", "failed"),
        ("admin@tracker.example", "sent"),
    ]


def test_when_the_last_recipient_fails_the_next_plan_counts_it(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmailChannel, "send", refusing(Refused("550", permanent=True)))
    pump()
    assert alerts.raise_due(today=NOW.date(), now=NOW).without_recipient == 1


@pytest.mark.parametrize(("days_left", "told"), [(7, 1), (8, 0)])
def test_near_the_day_somebody_else_is_told_after_an_hour_of_failures(
    owner: User, monkeypatch: pytest.MonkeyPatch, days_left: int, told: int
) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    add_terms(1, anchor=NOW.date() + timedelta(days=days_left), owner=owner)
    alerts.raise_due(today=NOW.date(), now=NOW)
    monkeypatch.setattr(EmailChannel, "send", refusing(Refused("busy", permanent=False)))
    pump()
    before = NOW + timedelta(minutes=59)
    assert alerts.raise_due(today=NOW.date(), now=before).addressed == 0
    after = NOW + timedelta(minutes=60)
    assert alerts.raise_due(today=NOW.date(), now=after).addressed == told
    assert alerts.raise_due(today=NOW.date(), now=after).addressed == 0
    admin = Delivery.objects.filter(destination__address="admin@tracker.example")
    assert admin.count() == told
    assert Delivery.objects.filter(destination__owner=owner, state="pending").count() == 1


def test_one_message_that_cannot_be_made_does_not_stop_the_others(
    owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    terms = add_terms(10, anchor=NOW.date() + timedelta(days=100), owner=owner)
    alerts.raise_due(today=NOW.date(), now=NOW)
    Term.objects.filter(pk=terms[3]).update(proof=[{"rule": "R3"}])
    summary = pump()
    assert (summary.sent, summary.retried) == (9, 1)
    broken = Delivery.objects.get(state="pending")
    assert broken.subject_alert.term_id == terms[3]
    assert broken.last_error == "KeyError: 'text_key'"
    assert f"Delivery {broken.pk} could not be made" in caplog.text


def test_an_alert_acknowledged_after_the_claim_is_not_sent(delivery: Delivery, owner: User) -> None:
    [held] = leases.claim(now=NOW, limit=4)
    alerts.acknowledge([delivery.subject_alert.pk], by=owner, now=NOW)
    assert deliveries.send_one(held, deliveries.Sender(lambda: NOW, lambda: 0.0)) == "skipped"
    assert mail.outbox == []
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("cancelled", "The alert is no longer open.")
    assert outcomes() == ["skipped"]


@pytest.mark.parametrize("change", [{"is_open": False}, {"anchor_date": NOW.date()}])
def test_an_alert_whose_term_changed_after_the_claim_is_not_sent(
    delivery: Delivery, change: dict[str, Any]
) -> None:
    [held] = leases.claim(now=NOW, limit=4)
    Term.objects.update(**change)
    assert deliveries.send_one(held, deliveries.Sender(lambda: NOW, lambda: 0.0)) == "skipped"
    assert mail.outbox == []


def test_whoever_left_between_plan_and_send_gets_nothing_and_somebody_else_does(
    delivery: Delivery, owner: User
) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    summary = pump()
    assert (summary.skipped, summary.sent) == (1, 1)
    assert [letter.to for letter in mail.outbox] == [["admin@tracker.example"]]


def test_a_new_owner_is_told_instead_of_the_old_one(delivery: Delivery) -> None:
    new = factories.UserFactory.create(email="new@tracker.example")
    contract = delivery.subject_alert.term.contract
    contract.owner = new
    contract.save()
    pump()
    assert [letter.to for letter in mail.outbox] == [["new@tracker.example"]]


def test_a_run_stops_when_its_time_is_used_up(owner: User) -> None:
    add_terms(12, anchor=NOW.date() + timedelta(days=100), owner=owner)
    alerts.raise_due(today=NOW.date(), now=NOW)
    times = iter(NOW + timedelta(seconds=n) for n in range(10_000))
    summary = deliveries.deliver_due(
        clock=lambda: next(times), jitter=lambda: 0.0, budget=timedelta(seconds=6)
    )
    assert summary.sent == deliveries.CLAIM
    assert pump(NOW + timedelta(seconds=60)).sent == 12 - deliveries.CLAIM


def test_a_claim_of_messages_that_all_time_out_ends_before_its_lease() -> None:
    assert deliveries.CLAIM * settings.DELIVERY_SEND_TIMEOUT_SECONDS < LEASE.total_seconds()


def test_an_owner_with_two_addresses_hears_at_both(owner: User) -> None:
    for name in ("one", "two"):
        Destination.objects.create(owner=owner, address=f"{name}@tracker.example")
    add_terms(1, anchor=NOW.date() + timedelta(days=100), owner=owner)
    alerts.raise_due(today=NOW.date(), now=NOW)
    assert pump().sent == 2
    assert Alert.objects.get(state="open").deliveries.count() == 2


@pytest.mark.parametrize("state", ["sent", "pending", "cancelled"])
def test_a_message_of_an_altered_alert_goes_to_the_one_it_is_about(
    delivery: Delivery, state: str
) -> None:
    altered = delivery.subject_alert
    Delivery.objects.update(state=state, sent_at=NOW if state == "sent" else None)
    Alert.objects.filter(pk=altered.pk).update(anchor_date=NOW.date() + timedelta(days=300))
    alerts.raise_due(today=NOW.date(), now=NOW)
    about = Alert.objects.get(state="open")
    assert about.pk != altered.pk
    delivery.refresh_from_db()
    assert delivery.alert == about
    assert delivery.state == ("sent" if state == "sent" else "pending")
    assert Delivery.objects.count() == 1
