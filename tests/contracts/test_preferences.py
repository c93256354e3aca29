"""People are told in the rhythm that they chose; what is urgent waits for nothing (R11, R13)."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from contracts.models import Alert, Contract, Delivery, Destination, NotificationPreference
from contracts.rules.vocabulary import Rhythm, Role
from contracts.services import (
    addressing,
    alerts,
    deliveries,
    notices,
    records,
    unsubscribing,
)
from saas_tracker.accounts.models import User
from tests import factories
from tests.contracts.pages import contract_with_term, member, page, signed_in
from tests.recovery.portfolio import add_terms

# A Wednesday.
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


def choose(user: User, **values: Any) -> NotificationPreference:
    found = NotificationPreference.objects.filter(user=user).first()
    preference = found or NotificationPreference(user=user)
    for name, value in values.items():
        setattr(preference, name, value)
    return records.store(preference, by=user)


def plan(now: datetime = NOW) -> alerts.PlanSummary:
    return alerts.raise_due(today=now.date(), now=now)


def pump(now: datetime = NOW) -> deliveries.PumpSummary:
    return deliveries.deliver_due(clock=lambda: now, jitter=lambda: 0.0)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def titles(letter: Any) -> list[str]:
    return sorted(set(re.findall(r"Contract \d+", str(letter.body))))


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_who_chose_nothing_is_told_at_once(owner: User) -> None:
    add_terms(3, anchor=in_days(100), owner=owner)
    plan()
    assert pump().sent == 3


def test_a_daily_digest_gathers_a_day_and_marks_each_delivery(owner: User) -> None:
    choose(owner, rhythm=Rhythm.DAILY.value, hour=8)
    add_terms(2, anchor=in_days(100), owner=owner)
    plan()
    add_terms(1, anchor=in_days(50), owner=owner)
    plan(NOW + HOUR)
    assert pump(NOW + HOUR) == deliveries.PumpSummary()
    assert pump(at(19) - timedelta(minutes=1)) == deliveries.PumpSummary()
    assert pump(at(19)).sent == 1
    [letter] = mail.outbox
    assert titles(letter) == ["Contract 0", "Contract 1", "Contract 2"]
    assert "You asked for one message a day." in str(letter.body)
    assert set(Delivery.objects.values_list("state", "sent_at")) == {("sent", at(19))}


def test_each_line_of_a_digest_can_be_answered_by_links_of_its_own(owner: User) -> None:
    choose(owner, rhythm=Rhythm.DAILY.value, hour=8)
    add_terms(2, anchor=in_days(100), owner=owner)
    plan()
    pump(at(19))
    letter: Any = mail.outbox[0]
    client = signed_in(owner)
    for content in (str(letter.body), str(letter.alternatives[0][0])):
        found = re.findall(r"http://tracker.example(/\S*?/answers/[^\s\"]+)", content)
        assert len(set(found)) == 4, "acknowledge and snooze for each"
    assert client.get(found[0]).status_code == 200
    assert Alert.objects.filter(state="acknowledged").count() == 0
    assert client.post(found[0]).status_code == 302
    assert Alert.objects.filter(state="acknowledged").count() == 1


def test_a_weekly_digest_comes_on_its_day_in_the_persons_own_zone(owner: User) -> None:
    owner.time_zone = "America/New_York"
    owner.save()
    choose(owner, rhythm=Rhythm.WEEKLY.value, weekday=4, hour=7)
    add_terms(1, anchor=in_days(100), owner=owner)
    plan()
    friday = at(20, 12)
    assert Delivery.objects.digests().get().next_at == friday
    for hours in range(0, 49, 6):
        plan(NOW + timedelta(hours=hours))
    assert Delivery.objects.digests().get().next_at == friday
    assert pump(friday - timedelta(seconds=1)).sent == 0
    assert pump(friday).sent == 1


def test_days_and_today_in_a_message_are_those_of_its_reader(owner: User) -> None:
    add_terms(1, anchor=in_days(1), owner=owner)
    plan()
    late = datetime(2026, 11, 18, 20, tzinfo=UTC)
    delivery = Delivery.objects.get()

    def subject() -> str:
        return notices.compose(notices.parcel(delivery.pk), now=late).subject

    assert subject().startswith("1 day left")
    owner.time_zone = "Pacific/Auckland"
    owner.save()
    assert subject().startswith("Today:")
    owner.time_zone = "Moon/Base"
    owner.save()
    assert subject().startswith("1 day left")


@pytest.mark.parametrize("days", [7, 1, -2])
def test_what_is_urgent_goes_at_once_and_leaves_the_digest_waiting(owner: User, days: int) -> None:
    choose(owner, rhythm=Rhythm.WEEKLY.value, weekday=1)
    add_terms(2, anchor=in_days(100), owner=owner)
    plan()
    add_terms(1, anchor=in_days(days), owner=owner)
    plan()
    assert pump().sent == 1
    assert titles(mail.outbox[0]) == ["Contract 2"]
    assert Delivery.objects.digests().get().next_at == at(24)


def test_an_escalated_alert_goes_at_once(owner: User) -> None:
    choose(owner, rhythm=Rhythm.WEEKLY.value)
    [term] = add_terms(1, anchor=in_days(100), owner=owner)
    factories.AlertFactory.create(term_id=term, anchor_date=in_days(100), offset_days=120, level=1)
    addressing.address_open(now=NOW)
    assert pump().sent == 1


def test_an_alert_that_failed_elsewhere_goes_at_once(owner: User) -> None:
    [term] = add_terms(1, anchor=in_days(100), owner=owner)
    Destination.objects.create(owner=owner, address=owner.email)
    plan()
    factories.DestinationFactory.create(owner=owner)
    choose(owner, rhythm=Rhythm.WEEKLY.value)
    Delivery.objects.filter(alert__term=term).update(state="failed")
    addressing.address_open(now=NOW)
    assert pump().sent == 1


def test_nothing_that_can_wait_is_sent_on_quiet_days(owner: User) -> None:
    choose(owner, quiet_days=[2, 3], hour=10)
    add_terms(2, anchor=in_days(100), owner=owner)
    add_terms(1, anchor=in_days(5), owner=owner)
    plan()
    assert pump().sent == 1
    assert pump(at(20, 9)).sent == 0
    assert pump(at(20, 10)).sent == 1
    assert [titles(letter) for letter in mail.outbox] == [
        ["Contract 2"],
        ["Contract 0", "Contract 1"],
    ]
    assert "These alerts waited and come together" in str(mail.outbox[1].body)


def test_a_changed_mind_times_anew_what_waits(owner: User) -> None:
    preference = choose(owner, rhythm=Rhythm.WEEKLY.value)
    add_terms(2, anchor=in_days(100), owner=owner)
    plan()
    assert pump().sent == 0
    choose(owner, rhythm=Rhythm.IMMEDIATE.value)
    plan()
    assert pump().sent == 1
    assert titles(mail.outbox[0]) == ["Contract 0", "Contract 1"]
    preference.refresh_from_db()
    assert preference.applied_version == preference.version


def test_what_waits_by_itself_joins_the_digest_that_was_chosen_since(owner: User) -> None:
    add_terms(2, anchor=in_days(100), owner=owner)
    plan()
    choose(owner, rhythm=Rhythm.DAILY.value)
    plan()
    assert pump().sent == 0
    assert pump(at(19)).sent == 1
    assert titles(mail.outbox[0]) == ["Contract 0", "Contract 1"]


def test_a_signed_webhook_is_told_at_once_whatever_its_owner_chose(owner: User) -> None:
    choose(owner, rhythm=Rhythm.WEEKLY.value)
    place = factories.DestinationFactory.create(owner=owner, kind="webhook", address="a.example")
    add_terms(1, anchor=in_days(100), owner=owner)
    plan()
    assert Delivery.objects.get(destination=place).next_at == NOW
    assert Delivery.objects.single().filter(next_at__lte=NOW).count() == 1


def test_a_storm_of_urgent_alerts_takes_the_waiting_ones_along(
    owner: User, settings: Settings
) -> None:
    settings.STORM_MESSAGES_PER_HOUR = 5
    choose(owner, rhythm=Rhythm.WEEKLY.value)
    add_terms(2, anchor=in_days(100), owner=owner)
    plan()
    add_terms(6, anchor=in_days(3), owner=owner)
    plan()
    assert pump().sent == 1
    assert len(titles(mail.outbox[0])) == 8


def simulated(seed: int) -> Iterator[tuple[User, NotificationPreference]]:
    chance = random.Random(seed)
    for number in range(6):
        user = User.objects.create_user(f"person{number}@tracker.example")
        away = in_days(chance.randrange(60))
        yield (
            user,
            choose(
                user,
                rhythm=chance.choice(list(Rhythm)).value,
                weekday=chance.randrange(7),
                hour=chance.randrange(24),
                quiet_days=chance.sample(range(7), chance.randrange(7)),
                quiet_from=away,
                quiet_until=away + timedelta(days=chance.randrange(40)),
            ),
        )


@pytest.mark.parametrize("seed", range(2))
def test_months_of_random_preferences_lose_no_alert_and_delay_none_past_its_week(
    seed: int,
) -> None:
    people = list(simulated(seed))
    for user, _preference in people:
        add_terms(4, anchor=in_days(30), owner=user, days_apart=13)
    for hours in range(0, 24 * 80, 24):
        now = NOW + timedelta(hours=hours)
        plan(now)
        pump(now)
    told = Delivery.objects.filter(state="sent", alert__isnull=False).select_related("alert")
    assert told.count() > 60
    for delivery in told:
        alert, sent = delivery.alert, delivery.sent_at
        assert alert is not None
        assert sent is not None
        waited = sent.date() - delivery.created_at.date()
        assert sent.date() <= max(alert.anchor_date - timedelta(days=6), alert.due_on + HOUR * 24)
        assert waited <= timedelta(days=50)
    heard = {delivery.subject_alert.pk for delivery in told}
    made_way = {"nearer", "collapsed"}
    for alert in Alert.objects.exclude(pk__in=heard):
        waits = Delivery.objects.filter(alert=alert, state="pending", next_at__gt=now).exists()
        assert waits or alert.reason in made_way
    # Of what was not told, the next nearer alert was, in time.
    for term in {alert.term for alert in Alert.objects.exclude(pk__in=heard)}:
        assert term.alerts.filter(pk__in=heard).exists() or term.alerts.filter(state="open")


def test_everybody_has_a_page_for_their_own_preferences_and_no_others() -> None:
    person, other = member(Role.VIEWER, None), factories.UserFactory.create()
    choose(other, rhythm=Rhythm.WEEKLY.value)
    client = signed_in(person)
    address = page("contracts_notifications")
    assert client.get(address).status_code == 200
    form = {"rhythm": "daily", "weekday": "0", "hour": "7", "quiet_days": ["5", "6"]}
    assert client.post(address, form).status_code == 302
    mine = NotificationPreference.objects.get(user=person)
    assert (mine.rhythm, mine.hour, mine.quiet_days, mine.version) == ("daily", 7, [5, 6], 1)
    assert mine.history.get().history_user == person
    stale = form | {"expected_version": "0", "rhythm": "weekly"}
    assert "Somebody else changed this" in client.post(address, stale).content.decode()
    other_page = page("contracts_notificationpreference_change", other.notification_preference.pk)
    assert client.get(other_page).status_code == 302
    assert NotificationPreference.objects.get(user=other).rhythm == "weekly"


@pytest.mark.parametrize(
    "wrong",
    [
        {"hour": "24"},
        {"time_zone": "Moon/Base"},
        {"locale": "klingon"},
        {"quiet_days": ["0", "1", "2", "3", "4", "5", "6"]},
        {"quiet_from": "2026-12-24", "quiet_until": "2026-12-01"},
        {"quiet_from": "2026-12-24"},
    ],
)
def test_preferences_under_which_nothing_could_come_are_refused(wrong: dict[str, Any]) -> None:
    client = signed_in(member(Role.VIEWER, None))
    form = {"rhythm": "daily", "weekday": "0", "hour": "7"} | wrong
    answer = client.post(page("contracts_notifications"), form)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not NotificationPreference.objects.exists()


def digest_headers(owner: User, settings: Settings, **values: Any) -> dict[str, str]:
    settings.BASE_URL = "https://tracker.example"
    if values:
        choose(owner, **values)
    add_terms(60, anchor=in_days(100), owner=owner)
    plan()
    pump(at(30))
    [letter] = mail.outbox
    return letter.extra_headers


def one_click(address: str) -> str:
    return address.strip("<>").removeprefix("https://tracker.example")


def test_one_click_ends_digests_once_and_stops_no_alert(owner: User, settings: Settings) -> None:
    headers = digest_headers(owner, settings, rhythm=Rhythm.WEEKLY.value)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = one_click(headers["List-Unsubscribe"])
    program = Client(enforce_csrf_checks=True)
    scanned = program.get(address)
    assert (scanned.status_code, scanned.headers["Location"]) == (
        302,
        reverse("admin:contracts_notifications"),
    )
    assert program.post(address).status_code == 404
    preference = owner.notification_preference
    assert preference.rhythm == Rhythm.WEEKLY
    click = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        assert program.post(address, click).status_code == 200
    preference.refresh_from_db()
    assert (preference.rhythm, preference.version) == (Rhythm.IMMEDIATE, 2)
    assert preference.history.first().history_user == owner
    choose(owner, rhythm=Rhythm.DAILY.value)
    assert program.post(address, click).status_code == 200
    preference.refresh_from_db()
    assert preference.rhythm == Rhythm.DAILY
    add_terms(1, anchor=in_days(5), owner=owner)
    plan(at(30) + 2 * HOUR)
    assert pump(at(30) + 2 * HOUR).sent >= 1


def test_a_forged_click_is_refused(owner: User) -> None:
    preference = choose(owner, rhythm=Rhythm.WEEKLY.value)
    click = {"List-Unsubscribe": "One-Click"}
    good = unsubscribing.token_of(preference)
    for token in ("x", good[:-1], good + "x", good.replace(":", "", 1)):
        assert (
            Client().post(reverse("contracts:digest-off", args=[token]), click).status_code == 404
        )
    preference.refresh_from_db()
    assert preference.rhythm == Rhythm.WEEKLY


def test_a_digest_that_nobody_asked_for_leads_to_the_preferences(
    owner: User, settings: Settings
) -> None:
    headers = digest_headers(owner, settings)
    page_of = "https://tracker.example" + reverse("admin:contracts_notifications")
    assert headers["List-Unsubscribe"] == f"<{page_of}>"
    assert "List-Unsubscribe-Post" not in headers


def test_a_message_about_one_alert_cannot_be_unsubscribed(owner: User) -> None:
    contract = contract_with_term(owner=owner)
    assert Contract.objects.get() == contract
    add_terms(1, anchor=in_days(5), owner=owner)
    plan()
    pump()
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
