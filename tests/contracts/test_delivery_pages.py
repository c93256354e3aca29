"""What was sent is seen in one place, sent again or taken back there, and it is known who did it."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from contracts.models import Alert, Delivery, DeliveryAction, DeliveryAttempt, Destination
from contracts.rules.alerts import MAX_ATTEMPTS
from contracts.rules.vocabulary import Role
from contracts.services import alerts, deliveries, resending
from saas_tracker.accounts.models import User
from tests import factories
from tests.contracts.pages import contract_with_term, member, page, signed_in, superuser
from tests.recovery.portfolio import add_terms

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


@pytest.fixture
def admin() -> User:
    return factories.AdministratorFactory.create(email="admin@tracker.example")


def in_days(days: int) -> date:
    return NOW.date() + timedelta(days=days)


def plan(now: datetime = NOW) -> alerts.PlanSummary:
    return alerts.raise_due(today=now.date(), now=now)


def pump(now: datetime = NOW) -> deliveries.PumpSummary:
    return deliveries.deliver_due(clock=lambda: now, jitter=lambda: 0.0)


def message_ids() -> list[str]:
    return [letter.extra_headers["Message-ID"] for letter in mail.outbox]


def planned(owner: User, count: int = 1) -> Delivery:
    add_terms(count, anchor=in_days(100), owner=owner)
    plan()
    found: Delivery = Delivery.objects.order_by("pk")[0]
    return found


@pytest.mark.parametrize("state", ["sent", "failed", "cancelled"])
def test_what_ended_is_sent_again_under_its_id_with_new_attempts(
    owner: User, admin: User, state: str
) -> None:
    delivery = planned(owner)
    pump()
    Delivery.objects.update(state=state, attempts=MAX_ATTEMPTS, last_error="550 no")
    assert resending.resend([delivery.pk], by=admin, now=NOW) == 1
    assert resending.resend([delivery.pk], by=admin, now=NOW) == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("pending", 0, "")
    assert pump().sent == 1
    assert message_ids() == [f"<{delivery.dedup_key}@tracker.example>"] * 2
    numbers = DeliveryAttempt.objects.values_list("number", flat=True)
    assert list(numbers.order_by("number")) == [1, MAX_ATTEMPTS + 1]
    [act] = DeliveryAction.objects.all()
    assert (act.by, act.at, act.state_before, act.error_before) == (admin, NOW, state, "550 no")


def test_what_nobody_must_be_told_of_any_more_is_not_sent_again(owner: User, admin: User) -> None:
    delivery = planned(owner)
    pump()
    alerts.acknowledge([delivery.subject_alert.pk], by=owner, now=NOW)
    assert resending.resend([delivery.pk], by=admin, now=NOW) == 0
    Alert.objects.update(state="open")
    Destination.objects.update(is_active=False)
    assert resending.resend([delivery.pk], by=admin, now=NOW) == 0
    assert not DeliveryAction.objects.exists()


def test_a_digest_is_sent_again_whole_as_far_as_it_is_still_wanted(
    owner: User, admin: User
) -> None:
    planned(owner, 60)
    pump()
    digest = Delivery.objects.digests().get()
    key = digest.dedup_key
    gone = Alert.objects.order_by("pk")[0]
    alerts.acknowledge([gone.pk], by=owner, now=NOW)
    later = NOW + timedelta(hours=2)
    assert resending.resend([digest.pk], by=admin, now=later) == 1
    add_terms(1, anchor=in_days(100), owner=owner)
    plan(later)
    assert pump(later).sent == 2
    digest.refresh_from_db()
    assert (digest.state, digest.dedup_key, digest.carried.count()) == ("sent", key, 60)
    again = mail.outbox[1] if "59" in mail.outbox[1].subject else mail.outbox[2]
    assert "59 decisions wait" in again.subject
    assert set(Delivery.objects.exclude(alert=gone).values_list("state", flat=True)) == {"sent"}


def test_what_waits_is_taken_back_for_good_and_somebody_else_is_told(
    owner: User, admin: User
) -> None:
    delivery = planned(owner)
    assert resending.cancel([delivery.pk], by=admin, now=NOW) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.is_withdrawn) == ("cancelled", True)
    assert "Cancelled by" in delivery.last_error
    for _ in range(2):
        plan()
    assert pump().sent == 1
    assert mail.outbox[0].to == ["admin@tracker.example"]
    assert resending.cancel([delivery.pk], by=admin, now=NOW) == 0
    assert DeliveryAction.objects.get().action == "cancel"
    assert resending.resend([delivery.pk], by=admin, now=NOW) == 1
    assert pump().sent == 1
    assert mail.outbox[1].to == [owner.email]


def test_what_is_being_sent_is_left_alone(owner: User, admin: User) -> None:
    delivery = planned(owner)
    Delivery.objects.update(state="leased", lease=uuid.uuid4(), lease_until=NOW)
    assert resending.cancel([delivery.pk], by=admin, now=NOW) == 0
    assert resending.resend([delivery.pk], by=admin, now=NOW) == 0


def test_the_list_shows_what_happened_and_finds_it(owner: User) -> None:
    failed = planned(owner)
    Delivery.objects.update(state="failed", attempts=3, last_error="550 no such user")
    hook = factories.DestinationFactory.create(
        owner=owner, kind="webhook", address="a.example", marked_at=NOW
    )
    factories.DeliveryFactory.create(alert=failed.alert, destination=hook)
    client = superuser()
    address = page("contracts_delivery_changelist")
    assert "550 no such user" in client.get(address).content.decode()
    for query, count in (
        ({"channel": "webhook"}, 1),
        ({"channel": "slack"}, 0),
        ({"trouble": "error"}, 1),
        ({"trouble": "failing"}, 1),
        ({"trouble": "held"}, 0),
        ({"state": "failed"}, 1),
        ({"q": str(failed.dedup_key)}, 1),
        ({"q": "550"}, 1),
    ):
        shown = client.get(address, query)
        assert shown.context["cl"].result_count == count, query
    detail = client.get(page("contracts_delivery_change", failed.pk)).content.decode()
    assert str(failed.dedup_key) in detail
    assert "550 no such user" in detail


@pytest.mark.parametrize(("action", "state"), [("resend", "failed"), ("cancel", "pending")])
def test_an_action_asks_first_and_obeys_the_rights(owner: User, action: str, state: str) -> None:
    department = factories.DepartmentFactory.create()
    contract = contract_with_term(owner=owner, department=department)
    alert = factories.AlertFactory.create(term=contract.terms.get())
    place = factories.DestinationFactory.create(owner=owner)
    row = factories.DeliveryFactory.create(alert=alert, destination=place, state=state)
    address = page("contracts_delivery_changelist")
    form: dict[str, Any] = {"action": action, "_selected_action": [row.pk]}
    viewer = signed_in(member(Role.VIEWER, department))
    assert viewer.post(address, form | {"confirmed": "yes"}).status_code == 403
    editor = member(Role.EDITOR, department)
    client = signed_in(editor)
    asked = client.post(address, form).content.decode()
    assert ("under the id that it has" in asked) == (action == "resend")
    assert str(row.dedup_key) in asked
    assert not DeliveryAction.objects.exists()
    done = client.post(address, form | {"confirmed": "yes"}, follow=True).content.decode()
    assert "1 of 1 messages: done." in done
    assert DeliveryAction.objects.get().by == editor
    stranger = signed_in(member(Role.EDITOR, None))
    assert stranger.get(page("contracts_delivery_change", row.pk)).status_code == 200


def test_programs_send_again_and_take_back(owner: User, admin: User) -> None:
    delivery = planned(owner)
    program = APIClient()
    program.force_authenticate(admin)
    path = f"/api/v1/deliveries/{delivery.pk}"
    refused = program.post(f"{path}/resend/")
    assert (refused.status_code, refused.json()["code"]) == (400, "state")
    assert program.post(f"{path}/cancel/").json()["state"] == "cancelled"
    assert program.post(f"{path}/resend/").json()["state"] == "pending"
    acts = DeliveryAction.objects.order_by("pk").values_list("action", "by")
    assert list(acts) == [("cancel", admin.pk), ("resend", admin.pk)]
