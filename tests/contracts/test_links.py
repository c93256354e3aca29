"""The links of a message: looking changes nothing, only their own reader's button does (R9)."""

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from contracts.models import Alert, Contract
from contracts.rules.vocabulary import Role
from contracts.services import alerts, deliveries, ledger, links, renewals
from contracts.services.links import Answer, Link
from saas_tracker.accounts.models import User
from tests import factories
from tests.contracts.pages import signed_in

NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)
TODAY = NOW.date()
WEEK = timedelta(days=7)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(time_machine: Any) -> Any:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def owner() -> User:
    made: User = factories.UserFactory.create(email="owner@tracker.example", name="Olga Owner")
    return made


@pytest.fixture
def alert(owner: User) -> Alert:
    """Return an alert about 2026-10-01 that its owner was told about by mail."""
    term = factories.TermFactory.create(contract__owner=owner, contract__title="Northwind Desk")
    ledger.refresh([term.contract_id])
    told()
    return Alert.objects.get(state="open")


def told() -> None:
    alerts.raise_due(today=TODAY, now=NOW)
    deliveries.deliver_due(clock=lambda: NOW, jitter=lambda: 0.0)


def letter() -> mail.EmailMultiAlternatives:
    found = mail.outbox[-1]
    assert isinstance(found, mail.EmailMultiAlternatives)
    return found


def addresses(body: str) -> list[str]:
    return [each.removeprefix(settings.BASE_URL) for each in re.findall(r'https?://[^\s"<]+', body)]


def path(answer: Answer) -> str:
    """Return where the letter's link for an answer leads."""
    found = [each for each in addresses(str(letter().body)) if f"/answers/{answer}." in each]
    assert len(found) == 1
    return found[0]


def fingerprint() -> str:
    """Return a hash of every row of every table."""
    digest = hashlib.sha256()
    for table in sorted(connection.introspection.table_names()):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            rows = json.dumps(cursor.fetchall(), cls=DjangoJSONEncoder, default=str)
        digest.update(f"{table}{rows}".encode())
    return digest.hexdigest()


def test_text_and_html_have_the_same_three_ways_on(alert: Alert, owner: User) -> None:
    text, html = str(letter().body), str(letter().alternatives[0][0])
    assert set(addresses(text)) == set(addresses(html))
    assert len(set(addresses(text))) == 3
    for word in ("Acknowledge", "Snooze a week"):
        assert word in text
        assert word in html
    for page in addresses(text):
        assert signed_in(owner).get(page).status_code == 200


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_opens_every_link_changes_nothing(alert: Alert, method: str) -> None:
    found = addresses(str(letter().body)) + addresses(str(letter().alternatives[0][0]))
    before = fingerprint()
    for page in found:
        answer = getattr(Client(), method)(page)
        assert answer.status_code == 302
        assert "/admin/login/?next=" in answer.headers["Location"]
    assert fingerprint() == before


@pytest.mark.parametrize("answer", list(Answer))
def test_even_the_signed_in_reader_changes_nothing_by_looking(
    alert: Alert, owner: User, answer: Answer
) -> None:
    client = signed_in(owner)
    client.get("/admin/")
    before = fingerprint()
    for _ in range(2):
        page = client.get(path(answer))
        assert page.status_code == 200
        assert "Northwind Desk" in page.content.decode()
    assert client.head(path(answer)).status_code == 200
    assert fingerprint() == before


def test_the_button_needs_its_token_against_forgery(alert: Alert, owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(path(Answer.ACKNOWLEDGE)).status_code == 403
    alert.refresh_from_db()
    assert alert.state == "open"
    page = client.get(path(Answer.ACKNOWLEDGE)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    sent = client.post(path(Answer.ACKNOWLEDGE), {"csrfmiddlewaretoken": token[1]})
    assert sent.status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", owner)


def test_a_visitor_signs_in_first_and_comes_back(alert: Alert, owner: User) -> None:
    client = Client()
    asked = client.post(path(Answer.ACKNOWLEDGE))
    assert asked.status_code == 302
    back = client.post(
        asked.headers["Location"], {"username": owner.email, "password": factories.PASSWORD}
    )
    assert back.headers["Location"] == path(Answer.ACKNOWLEDGE)
    alert.refresh_from_db()
    assert alert.state == "open"


def test_snoozing_lets_it_rest_for_a_week(alert: Alert, owner: User) -> None:
    signed_in(owner).post(path(Answer.SNOOZE))
    alert.refresh_from_db()
    assert (alert.state, alert.snoozed_until) == ("snoozed", TODAY + WEEK)


@pytest.mark.parametrize("answer", list(Answer))
def test_a_second_time_says_that_it_is_done_already(
    alert: Alert, owner: User, answer: Answer
) -> None:
    client = signed_in(owner)
    client.post(path(answer))
    before = fingerprint()
    for again in (client.get(path(answer)), client.post(path(answer))):
        assert "Done already" in again.content.decode()
        shown = again.content.decode().partition('id="answer"')[2].partition("</section>")[0]
        assert "<button" not in shown
    assert fingerprint() == before


def test_a_snooze_link_works_once_even_after_the_alert_woke(
    alert: Alert, owner: User, morning: Any
) -> None:
    client = signed_in(owner)
    client.post(path(Answer.SNOOZE))
    later = NOW + timedelta(days=2)
    alerts.wake([alert.pk], by=owner, now=later)
    morning.move_to(later, tick=False)
    assert "Done already" in signed_in(owner).post(path(Answer.SNOOZE)).content.decode()
    alert.refresh_from_db()
    assert alert.state == "open"


def test_each_link_does_only_what_it_says(alert: Alert, owner: User) -> None:
    token = path(Answer.ACKNOWLEDGE)
    assert signed_in(owner).post(token.replace("/a.", "/s.")).status_code == 404
    alert.refresh_from_db()
    assert alert.state == "open"


def test_somebody_else_is_told_so_and_changes_nothing(alert: Alert) -> None:
    before_users = factories.AdministratorFactory.create(), factories.UserFactory.create()
    for other in before_users:
        client = signed_in(other)
        before = fingerprint()
        for page in (client.get(path(Answer.ACKNOWLEDGE)), client.post(path(Answer.ACKNOWLEDGE))):
            assert page.status_code == 403
            assert "sent to somebody else" in page.content.decode()
            assert "Northwind Desk" not in page.content.decode()
        assert fingerprint() == before


def test_whoever_lost_the_right_is_told_so(alert: Alert, owner: User) -> None:
    Contract.objects.update(owner=factories.UserFactory.create())
    for role, code in ((Role.VIEWER, 403), (Role.EDITOR, 302)):
        owner.memberships.all().delete()
        factories.MembershipFactory.create(user=owner, department=None, role=role.value)
        assert signed_in(owner).post(path(Answer.ACKNOWLEDGE)).status_code == code


def test_an_expired_link_says_so_and_leads_to_the_inbox(
    alert: Alert, owner: User, morning: Any
) -> None:
    page = path(Answer.ACKNOWLEDGE)
    morning.move_to(NOW + timedelta(days=settings.ALERT_LINK_DAYS), tick=False)
    assert signed_in(owner).get(page).status_code == 200
    morning.move_to(NOW + timedelta(days=settings.ALERT_LINK_DAYS, seconds=1), tick=False)
    client = signed_in(owner)
    for answer in (client.get(page), client.post(page)):
        assert answer.status_code == 410
        assert "/contracts/inbox/" in answer.content.decode()
    alert.refresh_from_db()
    assert alert.state == "open"


def test_every_changed_character_makes_a_link_invalid(alert: Alert, owner: User) -> None:
    page, client = path(Answer.SNOOZE), signed_in(owner)
    start = len("/contracts/answers/")
    for place in range(start, len(page) - 1, 7):
        other = "b" if page[place] != "b" else "c"
        tampered = f"{page[:place]}{other}{page[place + 1 :]}"
        assert client.post(tampered).status_code == 404, tampered
    assert client.post("/contracts/answers/x/").status_code == 404
    alert.refresh_from_db()
    assert alert.state == "open"


def test_a_link_signed_for_another_purpose_or_with_another_key_is_invalid(
    alert: Alert, owner: User
) -> None:
    link = Link(Answer.SNOOZE, alert.public_id, owner.pk, NOW)
    with override_settings(SECRET_KEY="another key, fifty characters long, only for this test"):
        foreign = links.token_of(link)
    with pytest.raises(links.LinkBroken):
        links.read(foreign, now=NOW)
    assert links.read(links.token_of(link), now=NOW) == link


def test_after_the_decision_there_is_nothing_left_to_do(alert: Alert, owner: User) -> None:
    renewals.give_notice(alert.term.contract, given_on=TODAY, by=owner)
    page = signed_in(owner).post(path(Answer.ACKNOWLEDGE)).content.decode()
    assert "nothing left to do" in page
    alert.refresh_from_db()
    assert alert.state == "resolved"


@pytest.mark.parametrize(
    ("left", "until"), [(30, 7), (9, 7), (8, 7), (7, 6), (2, 1), (1, None), (0, None), (-4, None)]
)
def test_a_week_never_reaches_the_day_itself(left: int, until: int | None) -> None:
    alert = Alert(anchor_date=TODAY + timedelta(days=left))
    assert links.rest_until(alert, TODAY) == (until and TODAY + timedelta(days=until))


def test_no_snoozing_is_offered_where_no_day_is_left(owner: User) -> None:
    alert = factories.AlertFactory.create(anchor_date=date(2026, 8, 4))
    offered = links.offers(alert, owner, today=TODAY, now=NOW)
    assert [offer.label for offer in offered] == ["Acknowledge"]
    token = links.token_of(Link(Answer.SNOOZE, alert.public_id, owner.pk, NOW))
    Contract.objects.update(owner=owner)
    page = signed_in(owner).post(f"/contracts/answers/{token}/").content.decode()
    assert "too near" in page
    near = factories.AlertFactory.create(anchor_date=date(2026, 8, 6))
    offered = links.offers(near, owner, today=TODAY, now=NOW)
    assert offered[1].label == "Snooze until the day before"
