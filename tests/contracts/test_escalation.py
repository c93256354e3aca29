"""What nobody acts on goes further: owner, department's manager, administrators (R9)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test.utils import override_settings

from contracts.channels.email import EmailChannel
from contracts.models import Alert, Contract, Delivery, Department, Term
from contracts.rules.escalation import patience
from contracts.rules.messages import Message, Refused, Sent
from contracts.services import alerts, deliveries, renewals
from saas_tracker.accounts.models import User
from tests import factories
from tests.recovery.portfolio import add_terms

# A Wednesday far from holidays.
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
OWNER, MANAGER, ADMIN = (f"{name}@tracker.example" for name in ("owner", "manager", "admin"))

pytestmark = pytest.mark.django_db


def run(days: float) -> alerts.PlanSummary:
    """Plan and send as many days after the first alert."""
    now = NOW + timedelta(days=days)
    planned = alerts.raise_due(today=now.date(), now=now)
    deliveries.deliver_due(clock=lambda: now, jitter=lambda: 0.0)
    return planned


def told() -> list[str]:
    return [letter.to[0] for letter in mail.outbox]


def alert() -> Alert:
    found: Alert = Alert.objects.get(state="open")
    return found


@pytest.fixture
def people() -> dict[str, User]:
    return {
        OWNER: factories.UserFactory.create(email=OWNER, name="Olga Owner"),
        MANAGER: factories.UserFactory.create(email=MANAGER, name="Max Manager"),
        ADMIN: factories.AdministratorFactory.create(email=ADMIN, name="Ada Admin"),
    }


def contract_of(people: dict[str, User], *, days: int) -> Contract:
    """Return a contract with all three levels whose day is so many days ahead."""
    [term] = add_terms(1, anchor=NOW.date() + timedelta(days=days), owner=people[OWNER])
    found: Contract = Term.objects.get(pk=term).contract
    found.department = factories.DepartmentFactory.create(name="Sales", manager=people[MANAGER])
    found.save()
    return found


@pytest.fixture
def contract(people: dict[str, User]) -> Contract:
    return contract_of(people, days=119)


def test_owner_then_manager_then_administrators_once_each(contract: Contract) -> None:
    assert run(0).escalated == 0
    assert run(6.99).escalated == 0
    assert told() == [OWNER]
    assert run(7).escalated == 1
    assert (told(), alert().level) == ([OWNER, MANAGER], 1)
    assert run(13.99).escalated == 0
    assert run(14).escalated == 1
    assert (told(), alert().level) == ([OWNER, MANAGER, ADMIN], 2)
    for days in (15, 21, 28):
        assert run(days).escalated == 0
    assert told() == [OWNER, MANAGER, ADMIN]


def test_a_second_plan_at_the_same_time_escalates_nothing_more(contract: Contract) -> None:
    run(0)
    run(7)
    rows = list(Alert.objects.order_by("pk").values()), list(Delivery.objects.values())
    run(7)
    assert rows == (list(Alert.objects.order_by("pk").values()), list(Delivery.objects.values()))


@pytest.mark.parametrize("reaction", ["acknowledge", "snooze", "decide"])
def test_any_reaction_stops_it(contract: Contract, people: dict[str, User], reaction: str) -> None:
    run(0)
    now, found = NOW + timedelta(days=1), alert()
    if reaction == "acknowledge":
        alerts.acknowledge([found.pk], by=people[OWNER], now=now)
    elif reaction == "snooze":
        until = NOW.date() + timedelta(days=20)
        alerts.snooze([found.pk], until=until, by=people[OWNER], today=now.date(), now=now)
    else:
        renewals.give_notice(contract, given_on=now.date(), by=people[OWNER])
    assert run(8).escalated == 0
    assert run(15).escalated == 0
    assert told() == [OWNER]


def test_waking_starts_the_wait_again(contract: Contract, people: dict[str, User]) -> None:
    run(0)
    found, day = alert(), timedelta(days=1)
    until = NOW.date() + 20 * day
    alerts.snooze([found.pk], until=until, by=people[OWNER], today=NOW.date(), now=NOW)
    alerts.wake([found.pk], by=people[OWNER], now=NOW + 10 * day)
    assert run(16.9).escalated == 0
    assert run(17).escalated == 1


@pytest.mark.parametrize(("days_left", "wait"), [(8, 7), (7, 1), (0, 1), (-3, 1)])
def test_near_the_day_and_after_it_one_day_is_enough(days_left: int, wait: int) -> None:
    anchor, today = date(2026, 3, 20) + timedelta(days=days_left), date(2026, 3, 20)
    assert patience(anchor, today, 7) == timedelta(days=wait)
    assert patience(anchor, today, 0) == timedelta(days=1)


def test_a_missed_day_reaches_the_administrators_in_two_days(people: dict[str, User]) -> None:
    contract_of(people, days=-1)
    run(0)
    assert (run(1).escalated, run(2).escalated) == (1, 1)
    assert run(2.1).escalated == 0
    assert told() == [OWNER, *(OWNER, MANAGER), *(OWNER, MANAGER, ADMIN)]


def test_the_setting_names_the_days(contract: Contract) -> None:
    with override_settings(ALERT_ESCALATION_DAYS=3):
        run(0)
        assert run(2.9).escalated == 0
        assert run(3).escalated == 1


def test_what_was_not_sent_is_not_waited_for(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: EmailChannel, _message: Message, *, timeout: float) -> Sent:
        raise Refused("busy", permanent=False)

    monkeypatch.setattr(EmailChannel, "send", refuse)
    run(0)
    assert run(8).escalated == 0
    assert alert().level == 0


def test_a_manager_who_is_the_owner_too_is_not_told_twice(
    contract: Contract, people: dict[str, User]
) -> None:
    Department.objects.update(manager=people[OWNER])
    run(0)
    run(7)
    assert (told(), alert().level) == ([OWNER, ADMIN], 2)


def test_where_nobody_is_left_to_tell_the_alert_rests_at_its_last_level(
    people: dict[str, User],
) -> None:
    add_terms(1, anchor=NOW.date() + timedelta(days=119), owner=people[ADMIN])
    run(0)
    assert run(7).escalated == 0
    assert (told(), alert().level) == ([ADMIN], 1)
    assert run(8).escalated == 0


def test_a_level_in_which_every_message_failed_is_not_waited_for(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = EmailChannel.send

    def send(channel: EmailChannel, message: Message, *, timeout: float) -> Sent:
        if message.to == MANAGER:
            raise Refused("550 unknown", permanent=True)
        return original(channel, message, timeout=timeout)

    monkeypatch.setattr(EmailChannel, "send", send)
    run(0)
    run(7)
    assert run(7.01).escalated == 1
    assert told() == [OWNER, ADMIN]


def test_the_message_says_that_it_was_escalated_from_whom_and_since_when(
    contract: Contract,
) -> None:
    run(0)
    run(7)
    first, letter = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    html = str(letter.alternatives[0][0])
    assert letter.subject.startswith("Escalated: 112 days left")
    said = (
        "Escalated: Olga Owner was told on Wednesday 18 November 2026, and nobody has acted since."
    )
    for body in (str(letter.body), html):
        assert said.replace("Wednesday 18", "Wednesday, 18") in body or said in body
        assert "You receive this because you manage Sales." in body
    assert "scalated" not in str(first.body) + first.subject
    run(14)
    assert "Olga Owner, Max Manager were told" in str(mail.outbox[-1].body)


def test_many_alerts_go_further_in_batches_and_in_few_statements(
    people: dict[str, User],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    add_terms(30, anchor=NOW.date() + timedelta(days=119), owner=people[OWNER])
    run(0)
    monkeypatch.setattr("contracts.services.escalation.BATCH", 8)
    now = NOW + timedelta(days=7)
    with django_assert_max_num_queries(150):
        assert alerts.raise_due(today=now.date(), now=now).escalated == 30
    waiting = Delivery.objects.filter(state="pending", destination__address=ADMIN)
    assert waiting.count() == 30


def test_an_escalated_storm_becomes_a_digest(people: dict[str, User]) -> None:
    add_terms(60, anchor=NOW.date() + timedelta(days=119), owner=people[OWNER])
    run(0)
    run(1)
    run(8)
    run(8.01)
    assert told().count(ADMIN) == 1
    assert str(mail.outbox[-1].body).count("escalated: nobody has acted yet") == 60
    assert Delivery.objects.filter(destination__address=ADMIN, alert__isnull=False).count() == 60
