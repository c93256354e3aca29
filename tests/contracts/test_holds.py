"""A plan that nobody expected is recorded, waits for an administrator, and goes out as digests (F07, F14)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from contracts import tasks
from contracts.models import Alert, Contract, Delivery, Heartbeat, Hold, Term
from contracts.queries import audit as seen
from contracts.queries import health
from contracts.rules.vocabulary import Role
from contracts.services import audits, heartbeats, holds
from saas_tracker.accounts.models import User
from tests import factories
from tests.contracts.pages import member, page, signed_in
from tests.recovery.portfolio import add_terms

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
TODAY = NOW.date()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


@pytest.fixture
def admin() -> User:
    return factories.AdministratorFactory.create(email="admin@tracker.example")


@pytest.fixture(autouse=True)
def no_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terms of these tests begin where deadlines end: the audit has its own tests."""
    monkeypatch.setattr(audits, "audit", lambda **_: audits.AuditReport())


def ring(now: datetime, *jobs: Callable[[], Any]) -> None:
    with time_machine.travel(now, tick=False):
        for job in jobs or (tasks.roll_over, tasks.plan, tasks.pump, tasks.audit):
            job()


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def alert_mail() -> list[Any]:
    return [letter for letter in mail.outbox if "held" not in letter.subject]


def started(owner: User, count: int = 200) -> None:
    """Let the engine run once over an ordinary portfolio."""
    add_terms(count, anchor=in_days(500), owner=owner)
    ring(NOW)
    assert Heartbeat.objects.filter(job="plan").exists()
    assert mail.outbox == []


def test_the_first_plan_of_an_installation_is_never_held(owner: User) -> None:
    add_terms(300, anchor=in_days(100), owner=owner)
    ring(NOW)
    assert not Hold.objects.exists()
    assert len(mail.outbox) == 1


def test_an_ordinary_day_is_not_held(owner: User) -> None:
    started(owner, 450)
    add_terms(100, anchor=in_days(100), owner=owner)
    ring(NOW + MINUTE)
    assert not Hold.objects.exists()
    assert len(mail.outbox) == 1


def test_an_import_of_five_thousand_waits_and_becomes_one_digest_for_each_person(
    owner: User, admin: User
) -> None:
    other = User.objects.create_user("other@tracker.example")
    started(owner)
    for day in range(-30, 90):
        add_terms(41, anchor=in_days(day), owner=owner)
    add_terms(80, anchor=in_days(20), owner=other)
    ring(NOW + MINUTE)
    hold = Hold.objects.get()
    assert (hold.reason, hold.alerts, hold.before) == ("mass", 5000, None)
    assert Alert.objects.filter(state="open").count() == 5000
    assert Delivery.objects.filter(hold=hold, state="pending").count() == 5000
    ring(NOW + 6 * MINUTE, tasks.pump)
    assert alert_mail() == []
    assert [letter.to for letter in mail.outbox] == [[admin.email]]
    assert "One scan brought 5000 alerts." in str(mail.outbox[0].body)
    ring(NOW + 31 * MINUTE, tasks.plan, tasks.pump)
    assert sorted(letter.to[0] for letter in alert_mail()) == [other.email, owner.email]
    hold.refresh_from_db()
    assert (hold.released_at, hold.released_by) == (NOW + 31 * MINUTE, None)
    assert not Delivery.objects.exclude(state="sent", hold=None).exists()
    listed = Delivery.objects.filter(alert__isnull=False).count()
    assert listed == Alert.objects.filter(state="open").count()


def test_an_administrator_s_answer_sends_at_once_and_only_once(owner: User, admin: User) -> None:
    started(owner)
    others = [User.objects.create_user(f"p{n}@tracker.example") for n in range(4)]
    for person in others:
        add_terms(40, anchor=in_days(100), owner=person)
    ring(NOW + MINUTE)
    hold = Hold.objects.get()
    address = page("contracts_hold_release", hold.pk)
    assert Client().post(address).status_code == 302
    assert signed_in(member(Role.EDITOR, None)).post(address).status_code == 403
    client = signed_in(admin)
    assert client.get(address).status_code == 405
    assert Hold.objects.filter(released_at=None).exists()
    with time_machine.travel(NOW + 2 * MINUTE, tick=False):
        assert "Sending is held." in client.get(page("index")).content.decode()
        shown = client.post(address, follow=True).content.decode()
        assert "160 messages are let go." in shown
        assert "Sending is held." not in shown
        client.post(address)
    hold.refresh_from_db()
    assert hold.released_by == admin
    ring(NOW + 3 * MINUTE, tasks.pump)
    assert len(alert_mail()) == 160


def test_what_a_planner_held_too_late_goes_out_all_the_same(owner: User, admin: User) -> None:
    """It had read that the hold is open, then somebody released it, then the planner's turn came."""
    started(owner)
    add_terms(150, anchor=in_days(30), owner=owner)
    ring(NOW + MINUTE)
    hold = Hold.objects.get()
    holds.release(hold, today=TODAY, now=NOW + 2 * MINUTE, by=admin)
    [late] = add_terms(1, anchor=in_days(60), owner=owner)
    ring(NOW + 3 * MINUTE, tasks.plan)
    assert Delivery.objects.filter(alert__term=late).update(hold=hold) == 1
    ring(NOW + 4 * MINUTE, tasks.pump)
    delivery = Delivery.objects.get(alert__term=late)
    assert (delivery.hold, delivery.state) == (None, "sent")


def test_what_is_held_is_neither_red_nor_overdue(owner: User) -> None:
    started(owner)
    add_terms(150, anchor=in_days(100), owner=owner)
    ring(NOW + MINUTE)
    now = NOW + 29 * MINUTE
    status = health.scan_status(NOW + MINUTE)
    assert (status.word, status.is_healthy) == ("held", True)
    with time_machine.travel(NOW + MINUTE, tick=False):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "held")
    assert seen.overdue(now) == 0
    Delivery.objects.update(hold=None)
    assert seen.overdue(now) == 150


@pytest.mark.parametrize("days", [4, 17, 31])
def test_after_an_outage_everything_goes_out_as_digests_half_an_hour_later(
    owner: User, days: int
) -> None:
    started(owner)
    add_terms(30, anchor=in_days(days + 20), owner=owner)
    back = NOW + days * DAY
    ring(back, tasks.pump)
    ring(back)
    hold = Hold.objects.get()
    assert (hold.reason, hold.before, hold.today) == ("clock", TODAY, back.date())
    ring(back + 29 * MINUTE, tasks.plan, tasks.pump)
    assert alert_mail() == []
    ring(back + 30 * MINUTE, tasks.pump, tasks.plan, tasks.pump)
    assert len(alert_mail()) == 1
    assert not Hold.objects.filter(released_at=None).exists()
    ring(back + 60 * MINUTE)
    assert Hold.objects.count() == 1
    assert len(alert_mail()) == 1


@pytest.mark.parametrize("days", [32, 400, -2, -400])
def test_on_a_day_that_cannot_be_nothing_is_planned_or_sent_until_it_is_back(
    owner: User, admin: User, days: int
) -> None:
    started(owner)
    add_terms(5, anchor=in_days(60), owner=owner)
    Delivery.objects.all().delete()
    ring(NOW, tasks.plan)
    assert Delivery.objects.filter(state="pending").count() == 5
    terms, raised = Term.objects.count(), Alert.objects.count()
    wrong = NOW + days * DAY
    for minutes in (0, 1, 40, 600):
        ring(wrong + minutes * MINUTE)
        ring(wrong + minutes * MINUTE, tasks.pump, tasks.plan, tasks.pump)
    assert alert_mail() == []
    assert [letter.to for letter in mail.outbox] == [[admin.email]]
    assert (Term.objects.count(), Alert.objects.count()) == (terms, raised)
    assert health.scan_status(wrong + 600 * MINUTE).word == "held"
    ring(NOW + 20 * MINUTE)
    ring(NOW + 21 * MINUTE, tasks.pump)
    assert not Hold.objects.filter(released_at=None).exists()
    assert len(alert_mail()) == 5
    assert set(Alert.objects.values_list("anchor_date", flat=True)) == {in_days(60)}


def test_consent_makes_the_day_the_right_one(owner: User, admin: User) -> None:
    started(owner)
    add_terms(3, anchor=in_days(410), owner=owner)
    wrong = NOW + 400 * DAY
    ring(wrong)
    assert alert_mail() == []
    program = APIClient()
    program.force_authenticate(admin)
    with time_machine.travel(wrong + MINUTE, tick=False):
        hold = Hold.objects.get()
        answer = program.post(f"/api/v1/holds/{hold.pk}/release/")
    assert (answer.status_code, answer.json()["released_by"]) == (200, admin.pk)
    ring(wrong + 2 * MINUTE)
    assert len(alert_mail()) == 1
    assert Delivery.objects.filter(state="sent", carried_by__isnull=False).count() == 203
    assert Hold.objects.count() == 1


def test_what_was_planned_for_days_that_never_came_is_taken_back(owner: User) -> None:
    started(owner)
    add_terms(2, anchor=in_days(95), owner=owner)
    ring(NOW + MINUTE)
    assert len(alert_mail()) == 2
    ring(NOW + 10 * DAY)
    ahead = Alert.objects.filter(offset_days=90)
    assert set(ahead.values_list("state", flat=True)) == {"open"}
    ring(NOW + 10 * MINUTE)
    assert set(ahead.values_list("state", "reason")) == {("superseded", "moved")}
    first = Alert.objects.filter(offset_days=120)
    assert set(first.values_list("state", flat=True)) == {"open"}
    assert len(alert_mail()) == 2
    for days in range(1, 7):
        ring(NOW + days * DAY)
    assert len(alert_mail()) == 4
    assert set(ahead.values_list("state", flat=True)) == {"open"}


def test_a_clock_that_was_behind_brings_back_nothing_that_made_way(owner: User) -> None:
    add_terms(2, anchor=in_days(95), owner=owner)
    ring(NOW)
    ring(NOW + 3 * DAY)
    ring(NOW + 6 * DAY)
    rows = list(Alert.objects.order_by("pk").values_list("offset_days", "state", "reason"))
    assert (120, "superseded", "nearer") in rows
    for moved in (-400, 6):
        ring(NOW + moved * DAY + MINUTE)
    assert not Hold.objects.filter(released_at=None).exists()
    assert list(Alert.objects.order_by("pk").values_list("offset_days", "state", "reason")) == rows


def test_a_second_outage_on_the_heels_of_the_first_is_one_too(owner: User) -> None:
    started(owner)
    add_terms(2, anchor=in_days(60), owner=owner)
    ring(NOW + 12 * DAY)
    ring(NOW + 38 * DAY)
    assert not Hold.objects.filter(releases_at=None).exists()
    ring(NOW + 38 * DAY + 40 * MINUTE)
    assert alert_mail()


def test_an_outage_that_turns_out_to_be_a_mad_clock_waits_for_consent(owner: User) -> None:
    started(owner)
    add_terms(2, anchor=in_days(95), owner=owner)
    ring(NOW + 10 * DAY)
    assert Hold.objects.get().releases_at is not None
    ring(NOW + 400 * DAY)
    hold = Hold.objects.get()
    assert (hold.releases_at, hold.before) == (None, in_days(10))
    ring(NOW + 401 * DAY)
    assert alert_mail() == []


def test_only_one_hold_is_open_at_a_time(owner: User) -> None:
    started(owner)
    add_terms(150, anchor=in_days(100), owner=owner)
    ring(NOW + MINUTE)
    add_terms(150, anchor=in_days(100), owner=owner)
    ring(NOW + 6 * MINUTE)
    assert Hold.objects.get().alerts == 300
    ring(NOW + 10 * DAY)
    assert Hold.objects.get().reason == "clock"


def test_a_run_without_an_earlier_one_watches_nothing() -> None:
    assert holds.watch(today=TODAY, now=NOW).value == "none"
    heartbeats.run("audit", lambda: 0, today=TODAY - 90 * DAY, clock=lambda: NOW)
    assert holds.watch(today=TODAY, now=NOW).value == "none"
    assert Contract.objects.count() == 0
