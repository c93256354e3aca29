"""What would be too much for one person within an hour goes into one digest (F14, F25)."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings as configured
from django.core import mail
from pytest_django import Settings

from contracts.channels.email import EmailChannel
from contracts.models import Alert, Contract, Delivery, DeliveryAttempt, Destination, Term
from contracts.rules.messages import Message, Refused, Sent, digest_key
from contracts.services import (
    addressing,
    alerts,
    deliveries,
    digests,
    leases,
    notices,
    records,
    storms,
)
from saas_tracker.accounts.models import User
from tests import factories
from tests.recovery.portfolio import add_terms

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
TODAY = NOW.date()
LIMIT = configured.STORM_MESSAGES_PER_HOUR
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


def plan(now: datetime = NOW) -> alerts.PlanSummary:
    return alerts.raise_due(today=now.date(), now=now)


def pump(now: datetime = NOW) -> deliveries.PumpSummary:
    return deliveries.deliver_due(clock=lambda: now, jitter=lambda: 0.0)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def the_digest() -> Delivery:
    found: Delivery = Delivery.objects.digests().get()
    return found


def links(text: str) -> list[str]:
    return re.findall(r"/contract/(\d+)/change/", text)


def states() -> set[str]:
    return set(Delivery.objects.values_list("state", flat=True))


def refusing(problem: Refused) -> Callable[..., Sent]:
    def send(_self: EmailChannel, _message: Message, *, timeout: float) -> Sent:
        assert timeout
        raise problem

    return send


def test_what_a_person_can_read_goes_out_one_by_one(owner: User) -> None:
    add_terms(LIMIT, anchor=in_days(100), owner=owner)
    plan()
    assert pump().sent == LIMIT
    assert not Delivery.objects.digests().exists()


def test_one_more_makes_it_one_digest_for_all(owner: User) -> None:
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    assert plan().addressed == LIMIT + 1
    assert pump() == deliveries.PumpSummary(sent=1)
    [letter] = mail.outbox
    digest = the_digest()
    assert letter.extra_headers["Message-ID"] == f"<{digest.dedup_key}@tracker.example>"
    carried = Delivery.objects.filter(carried_by=digest)
    assert set(carried.values_list("state", "sent_at", "provider_id", "attempts")) == {
        ("sent", NOW, digest.provider_id, 0)
    }
    assert DeliveryAttempt.objects.count() == 1


def test_five_thousand_contracts_become_one_digest_that_lists_each_of_them(owner: User) -> None:
    other = User.objects.create_user("other@tracker.example")
    for day in range(-30, 90):
        add_terms(41, anchor=in_days(day), owner=owner)
    add_terms(120, anchor=in_days(20), owner=other)
    for _ in range(3):
        plan()
        pump()
    assert [letter.to for letter in mail.outbox] == [[owner.email], [other.email]]
    assert states() == {"sent"}
    told = Alert.objects.filter(state="open").exclude(deliveries=None)
    assert told.count() == Alert.objects.filter(state="open").count() == 41 * 120 + 120
    for letter, person in zip(mail.outbox, (owner, other), strict=True):
        wanted = Contract.objects.filter(owner=person).values_list("pk", flat=True)
        for content in (str(letter.body), str(letter.alternatives[0][0])):  # type: ignore[attr-defined]  # the stubs are wider
            assert sorted(map(int, links(content))) == sorted(wanted)


def test_never_more_than_fifty_one_messages_within_an_hour(owner: User) -> None:
    sent: list[datetime] = []
    for minute in range(0, 200, 5):
        now = NOW + timedelta(minutes=minute)
        add_terms(7, anchor=in_days(100), owner=owner)
        plan(now)
        pump(now)
        sent += [now] * (len(mail.outbox) - len(sent))
    for moment in sent:
        assert sum(moment - HOUR < other <= moment for other in sent) <= LIMIT + 1
    later = NOW + timedelta(hours=6)
    plan(later)
    pump(later)
    assert states() == {"sent"}
    listed = [pk for letter in mail.outbox for pk in set(links(str(letter.body)))]
    assert len(listed) == len(set(listed)) == Contract.objects.count() == 7 * 40


def test_plans_and_senders_that_run_again_and_again_send_nothing_twice(owner: User) -> None:
    add_terms(LIMIT * 2, anchor=in_days(100), owner=owner)
    for _ in range(20):
        plan()
    rows = list(Delivery.objects.order_by("pk").values_list())
    plan()
    assert list(Delivery.objects.order_by("pk").values_list()) == rows
    for _ in range(10):
        pump()
        plan()
    assert len(mail.outbox) == 1


def test_batches_of_one_plan_share_a_digest_that_waits_for_the_last(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addressing, "BATCH", LIMIT + 5)
    monkeypatch.setattr(storms, "release", lambda *, now: None)
    add_terms(LIMIT * 4, anchor=in_days(100), owner=owner)
    plan()
    assert Delivery.objects.filter(carried_by=the_digest()).count() == LIMIT * 4
    assert pump() == deliveries.PumpSummary()
    monkeypatch.undo()
    plan()
    assert pump().sent == 1


def test_a_digest_whose_planner_died_goes_out_all_the_same(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storms, "release", lambda *, now: None)
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    assert pump(NOW + storms.HOLD).sent == 1


def test_a_digest_that_was_claimed_takes_in_nothing_more(owner: User) -> None:
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    [held] = leases.claim(now=NOW, limit=4)
    late = add_terms(LIMIT + 1, anchor=in_days(50), owner=owner)
    plan()
    assert Delivery.objects.digests().count() == 2
    assert deliveries.send_one(held, deliveries.Sender(lambda: NOW, lambda: 0.0)) == "sent"
    waiting = Delivery.objects.filter(alert__term__in=late)
    assert set(waiting.values_list("state", flat=True)) == {"pending"}
    assert pump(NOW + HOUR - timedelta(seconds=1)) == deliveries.PumpSummary()
    assert pump(NOW + HOUR).sent == 1
    assert states() == {"sent"}


def test_a_digest_waits_its_hour_when_another_one_overtook_it(owner: User) -> None:
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    pump()
    add_terms(LIMIT + 1, anchor=in_days(50), owner=owner)
    plan()
    Delivery.objects.digests().filter(state="pending").update(next_at=NOW)
    soon = NOW + timedelta(minutes=20)
    assert pump(soon).retried == 1
    assert Delivery.objects.digests().get(state="pending").next_at == NOW + HOUR
    assert pump(NOW + HOUR).sent == 1


def test_a_refused_digest_is_tried_again_with_all_that_it_carries(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    monkeypatch.setattr(EmailChannel, "send", refusing(Refused("busy", permanent=False)))
    key = the_digest().dedup_key
    assert pump().retried == 1
    assert states() == {"pending"}
    monkeypatch.undo()
    assert pump(NOW + timedelta(seconds=5)).sent == 1
    assert states() == {"sent"}
    assert the_digest().dedup_key == key


def test_a_digest_that_failed_for_good_goes_on_to_the_next_level_as_a_digest(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    monkeypatch.setattr(EmailChannel, "send", refusing(Refused("550 no", permanent=True)))
    assert pump().failed == 1
    monkeypatch.undo()
    failed = Delivery.objects.single().filter(state="failed")
    assert failed.count() == 0
    assert Delivery.objects.filter(carried_by__state="failed", state="failed").count() == LIMIT + 1
    plan()
    assert pump().sent == 1
    assert mail.outbox[0].to == ["admin@tracker.example"]
    assert len(set(links(str(mail.outbox[0].body)))) == LIMIT + 1


def test_a_digest_that_killed_its_sender_twelve_times_is_passed_on(owner: User) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    Delivery.objects.digests().update(attempts=11)
    leases.claim(now=NOW, limit=4)
    assert leases.give_up_abandoned(now=NOW + HOUR) == 1
    plan(NOW + HOUR)
    assert pump(NOW + HOUR).sent == 1
    assert mail.outbox[0].to == ["admin@tracker.example"]


def test_an_unreachable_owner_s_digest_about_a_near_day_is_told_to_somebody_else_too(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    add_terms(LIMIT + 1, anchor=in_days(5), owner=owner)
    plan()
    monkeypatch.setattr(EmailChannel, "send", refusing(Refused("busy", permanent=False)))
    assert pump().retried == 1
    plan(NOW + HOUR)
    assert Delivery.objects.digests().count() == 2
    admin = Delivery.objects.filter(destination__address="admin@tracker.example")
    assert admin.exclude(carried_by=None).count() == LIMIT + 1


def test_what_was_decided_meanwhile_is_not_listed(owner: User) -> None:
    terms = add_terms(LIMIT + 3, anchor=in_days(100), owner=owner)
    plan()
    decided, acknowledged = terms[:2]
    Term.objects.filter(pk=decided).update(is_open=False)
    alerts.acknowledge([Alert.objects.get(term=acknowledged).pk], by=owner, now=NOW)
    assert pump().sent == 1
    gone = Delivery.objects.filter(alert__term__in=terms[:2])
    assert set(gone.values_list("attempts", flat=True)) == {0}
    assert set(gone.values_list("state", flat=True)) == {"cancelled"}
    listed = Contract.objects.filter(terms__in=terms[2:]).values_list("pk", flat=True)
    assert sorted(map(int, links(str(mail.outbox[0].body)))) == sorted(listed)


def test_what_belongs_to_somebody_else_by_now_is_told_to_them(owner: User) -> None:
    new = User.objects.create_user("new@tracker.example")
    terms = add_terms(LIMIT + 3, anchor=in_days(100), owner=owner)
    plan()
    Contract.objects.filter(terms=terms[0]).update(owner=new)
    assert pump().sent == 2
    by_person = {letter.to[0]: letter for letter in mail.outbox}
    assert len(set(links(str(by_person[owner.email].body)))) == LIMIT + 2
    assert len(set(links(str(by_person["new@tracker.example"].body)))) == 1


def test_a_digest_of_nothing_never_goes_out(owner: User) -> None:
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    alerts.acknowledge(Alert.objects.values_list("pk", flat=True), by=owner, now=NOW)
    assert pump().skipped == 1
    assert mail.outbox == []
    assert states() == {"cancelled"}


def test_an_alert_that_counts_again_is_told_though_its_digest_is_gone(owner: User) -> None:
    terms = add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    Term.objects.update(is_open=False)
    plan()
    assert pump().skipped == 1
    Term.objects.filter(pk__in=terms).update(is_open=True)
    plan()
    assert pump().sent == 1
    assert len(set(links(str(mail.outbox[0].body)))) == LIMIT + 1


def test_what_a_restored_backup_raises_again_has_the_same_digest(owner: User) -> None:
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    before = the_digest().dedup_key
    Delivery.objects.all().delete()
    Alert.objects.all().delete()
    plan(NOW + HOUR)
    assert the_digest().dedup_key == before


def test_another_content_is_another_digest() -> None:
    place, one, two = (factories.DestinationFactory.create().public_id for _ in range(3))
    key = digest_key(place, 0, [one, two])
    assert key == digest_key(place, 0, [two, one])
    assert len({key, digest_key(place, 0, [one]), digest_key(place, 1, [one, two])}) == 3


def test_a_digest_says_what_waits_how_urgent_it_is_and_what_it_costs(
    owner: User, settings: Settings
) -> None:
    settings.STORM_MESSAGES_PER_HOUR = 3
    for days in (80, 25, 3, -2):
        add_terms(1, anchor=in_days(days), owner=owner)
    Contract.objects.filter(terms__anchor_date=in_days(3)).update(title="A <b>& co</b>")
    plan()
    said = digests.compose(notices.parcel(the_digest().pk), now=NOW)
    assert said.subject == (
        "4 decisions wait, 1 late, 1 within 7 days: the nearest by Saturday, 21 November 2026"
    )
    titles = ["Late: the day has passed", "Within 7 days", "Within 30 days", "Later"]
    for text in (said.text, said.html):
        places = [text.index(title) for title in titles]
        assert places == sorted(places)
        assert "(Vendor)" in text
        assert "last safe day to send notice Saturday, 21 November 2026 (3 days left)" in text
        assert "Monday, 16 November 2026 (2 days late), €1,000.00 a year" in text
        assert "More than 3 messages" in text
        assert str(the_digest().dedup_key) in text
    assert "- A <b>& co</b> (Vendor)" in said.text
    assert "A &lt;b&gt;&amp; co&lt;/b&gt;" in said.html


def test_a_line_that_cannot_be_made_costs_no_other_line(
    owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    Contract.objects.filter(title="Contract 7").update(currency="XXQ")
    written = notices.money_text

    def money_text(amount: object, currency: str) -> str:
        if currency == "XXQ":
            raise ValueError("no such money")
        return written(amount, currency)  # type: ignore[arg-type]  # the stubs are wider

    monkeypatch.setattr(notices, "money_text", money_text)
    plan()
    assert pump().sent == 1
    assert len(set(links(str(mail.outbox[0].body)))) == LIMIT + 1
    assert "could not be written in full" in caplog.text


def test_statements_do_not_grow_with_what_a_digest_carries(
    owner: User, django_assert_max_num_queries: object
) -> None:
    add_terms(300, anchor=in_days(100), owner=owner)
    plan()
    with django_assert_max_num_queries(40):  # type: ignore[operator]  # the stubs are wider
        pump()


def test_a_digest_to_a_program_names_each_alert_and_is_signed(owner: User) -> None:
    secret = "whsec_" + base64.b64encode(b"secret" * 5).decode()
    place = records.store(
        Destination(kind="webhook", url="https://hooks.example/a", secret=secret, owner=owner)
    )
    add_terms(LIMIT + 1, anchor=in_days(100), owner=owner)
    plan()
    digest = Delivery.objects.digests().get(destination=place)
    message = digests.compose(digest, now=NOW)
    assert message.event["type"] == "alert.digest"
    told = set(message.event["data"]["alerts"])
    assert told == {str(one) for one in Alert.objects.values_list("public_id", flat=True)}
    assert (message.url, message.secrets) == ("https://hooks.example/a", (secret,))
