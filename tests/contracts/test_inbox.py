"""The inbox shows what was taken to a person, and empties as they act."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from contracts.models import Alert, AlertReading, Contract, Department, Term
from contracts.queries import inbox
from contracts.rules.vocabulary import AlertState, DeliveryState, Role
from contracts.services import alerts, ledger
from saas_tracker.accounts.models import User
from tests import factories
from tests.contracts.pages import member, page, signed_in
from tests.recovery.portfolio import add_terms

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
TODAY = NOW.date()
INBOX = "/contracts/inbox/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(time_machine: Any) -> Any:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def department() -> Department:
    made: Department = factories.DepartmentFactory.create(name="Sales")
    return made


@pytest.fixture
def owner() -> User:
    made: User = factories.UserFactory.create(name="Olga Owner")
    return made


@pytest.fixture
def manager(department: Department) -> User:
    made = member(Role.EDITOR, department)
    department.manager = made
    department.save()
    return made


@pytest.fixture
def administrator() -> User:
    return member(Role.ADMINISTRATOR, None)


def raised(count: int, owner: User | None, department: Department | None = None) -> list[Alert]:
    """Return open alerts of new contracts whose day is 100 days ahead."""
    terms = add_terms(count, anchor=TODAY + timedelta(days=100), owner=owner)
    Contract.objects.filter(terms__in=terms).update(department=department)
    alerts.raise_due(today=TODAY, now=NOW)
    return list(Alert.objects.filter(term__in=terms, state="open").order_by("pk"))


def found(user: User, tab: inbox.Tab = "open") -> list[int]:
    return sorted(inbox.inbox(user, tab, now=NOW).values_list("pk", flat=True))


def ids(rows: list[Alert]) -> list[int]:
    return [row.pk for row in rows]


def test_an_alert_is_taken_to_each_level_in_its_turn(
    owner: User, manager: User, administrator: User, department: Department
) -> None:
    rows = raised(1, owner, department)
    everybody = (owner, manager, administrator)
    seen = []
    for level in range(3):
        Alert.objects.update(level=level)
        seen.append([found(user) == ids(rows) for user in everybody])
    assert seen == [[True, False, False], [True, True, False], [True, True, True]]


def test_without_an_owner_the_manager_is_the_first(
    manager: User, administrator: User, department: Department
) -> None:
    rows = raised(1, None, department)
    assert (found(manager), found(administrator)) == (ids(rows), [])
    Alert.objects.update(level=1)
    assert found(administrator) == ids(rows)


def test_without_owner_and_manager_the_administrators_are(
    administrator: User, department: Department
) -> None:
    rows = raised(1, None, department) + raised(1, None)
    superuser = factories.AdministratorFactory.create()
    assert found(administrator) == found(superuser) == ids(rows)


def test_who_left_no_longer_stands_in_between(
    owner: User, manager: User, administrator: User, department: Department
) -> None:
    rows = raised(1, owner, department)
    User.objects.filter(pk__in=[owner.pk, manager.pk]).update(is_active=False)
    assert found(administrator) == ids(rows)


def test_who_was_told_in_place_of_somebody_else_has_it_in_the_inbox(
    owner: User, administrator: User
) -> None:
    [alert] = raised(1, owner)
    assert found(administrator) == []
    place = factories.DestinationFactory.create(owner=administrator)
    factories.DeliveryFactory.create(
        alert=alert, destination=place, state=DeliveryState.SENT, sent_at=NOW
    )
    assert found(administrator) == [alert.pk]


def test_nobody_has_what_they_may_not_see(manager: User, department: Department) -> None:
    raised(1, None, department)
    department.manager = None
    department.save()
    manager.memberships.all().delete()
    assert found(manager) == []


def test_the_tabs_divide_what_is_there(owner: User) -> None:
    waiting, resting, seen, old = raised(4, owner)
    alerts.snooze([resting.pk], until=TODAY + timedelta(5), by=owner, today=TODAY, now=NOW)
    alerts.acknowledge([seen.pk, old.pk], by=owner, now=NOW)
    Alert.objects.filter(pk=old.pk).update(updated_at=NOW - timedelta(days=61))
    assert [found(owner, tab) for tab in inbox.TABS] == [[waiting.pk], [resting.pk], [seen.pk]]
    assert inbox.counts(owner, now=NOW) == {"open": 1, "snoozed": 1, "done": 1}


def test_the_page_shows_what_matters_and_the_number_of_unread(owner: User) -> None:
    raised(2, owner)
    shown = signed_in(owner).get(INBOX).content.decode()
    assert "2 unread" in shown
    assert len(re.findall(r"<tr class=\"st-unread\"", shown)) == 2
    for text in ("Contract 0", "100 days", "€1,000.00", "you own it", "26 Feb 2027"):
        assert text in shown, text
    badge = re.search(r"st-nav-badge\">(\d+)<", shown)
    assert badge
    assert badge[1] == "2"


def test_an_empty_inbox_says_so_and_has_no_badge(owner: User) -> None:
    shown = signed_in(owner).get(INBOX).content.decode()
    assert "Nothing needs you" in shown
    assert "st-nav-badge" not in shown
    assert "saas_tracker.dashboard" not in shown


def test_opening_an_alert_marks_it_as_read_for_this_person_alone(
    owner: User, administrator: User
) -> None:
    [alert] = raised(1, owner)
    Alert.objects.update(level=2)
    opened = signed_in(owner).get(f"{INBOX}{alert.public_id}/")
    assert opened.headers["Location"] == page("contracts_contract_change", alert.term.contract_id)
    assert (inbox.unread_count(owner), inbox.unread_count(administrator)) == (0, 1)
    signed_in(owner).get(f"{INBOX}{alert.public_id}/")
    assert AlertReading.objects.count() == 1


def test_an_alert_that_one_may_not_see_is_not_there(owner: User) -> None:
    [alert] = raised(1, owner)
    stranger = signed_in(factories.UserFactory.create())
    assert stranger.get(f"{INBOX}{alert.public_id}/").status_code == 404
    assert not AlertReading.objects.exists()


def test_all_are_marked_as_read_where_none_is_ticked(owner: User) -> None:
    rows = raised(3, owner)
    client = signed_in(owner)
    client.post(f"{INBOX}read/", {"alert": [rows[0].pk]})
    assert inbox.unread_count(owner) == 2
    client.post(f"{INBOX}read/")
    assert inbox.unread_count(owner) == 0


def test_the_ticked_are_acknowledged_together_and_a_row_by_its_own_button(owner: User) -> None:
    first, second, third, fourth = raised(4, owner)
    client = signed_in(owner)
    client.post(f"{INBOX}acknowledge/", {"alert": [first.pk, second.pk]})
    assert found(owner) == ids([third, fourth])
    client.post(f"{INBOX}acknowledge/", {"alert": [third.pk], "only": [fourth.pk]})
    assert found(owner) == [third.pk]


@pytest.mark.parametrize("name", ["acknowledge", "snooze", "wake"])
def test_who_may_only_read_changes_nothing(owner: User, department: Department, name: str) -> None:
    [alert] = raised(1, owner, department)
    viewer = signed_in(member(Role.VIEWER, department))
    before = list(Alert.objects.filter(pk=alert.pk).values())
    sent = {"only": alert.pk, "until": "2026-11-20"}
    viewer.post(f"{INBOX}{name}/", sent)
    assert list(Alert.objects.filter(pk=alert.pk).values()) == before


@pytest.mark.parametrize("name", ["acknowledge", "wake", "read"])
def test_a_link_alone_changes_nothing(owner: User, name: str) -> None:
    raised(1, owner)
    assert signed_in(owner).get(f"{INBOX}{name}/").status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(owner)
    assert forged.post(f"{INBOX}{name}/").status_code == 403


def snoozed(client: Client, rows: list[Alert], until: str) -> Any:
    return client.post(f"{INBOX}snooze/", {"alert": ids(rows), "until": until})


def test_several_rest_until_a_chosen_day_and_are_opened_again(owner: User) -> None:
    rows, client = raised(2, owner), signed_in(owner)
    asked = client.post(f"{INBOX}snooze/", {"alert": ids(rows)}).content.decode()
    assert "Contract 0" in asked
    assert re.findall(r"value=\"(20\S+)\"", asked) == [
        "2026-11-21", "2026-11-25", "2026-12-02", "2027-02-25",
    ]  # fmt: skip
    assert snoozed(client, rows, "2026-12-02").status_code == 302
    assert (found(owner), found(owner, "snoozed")) == ([], ids(rows))
    client.post(f"{INBOX}wake/", {"only": rows[0].pk, "tab": "snoozed"})
    assert found(owner) == [rows[0].pk]


@pytest.mark.parametrize(
    ("until", "says"),
    [
        ("2027-02-27", "never rests past the day it is about: 26 Feb 2027 at the latest"),
        ("2026-11-18", "Choose a day after today."),
        ("", "This field is required."),
        ("never", "Enter a valid date."),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_the_reason(
    owner: User, until: str, says: str
) -> None:
    rows = raised(1, owner)
    answer = snoozed(signed_in(owner), rows, until)
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert found(owner) == ids(rows)


def test_a_day_too_near_offers_no_rest(owner: User) -> None:
    term = add_terms(1, anchor=TODAY + timedelta(days=1), owner=owner)[0]
    alerts.raise_due(today=TODAY, now=NOW)
    alert = Alert.objects.get(term=term, state="open")
    asked = signed_in(owner).get(f"{INBOX}snooze/", {"alert": alert.pk}).content.decode()
    assert "too near" in asked


def test_nothing_chosen_leads_back_to_the_inbox(owner: User) -> None:
    for sent in ({}, {"alert": "x"}, {"alert": "9" * 30}, {"only": "\u0663"}):
        answer = signed_in(owner).post(f"{INBOX}snooze/", sent)
        assert answer.headers["Location"] == INBOX


def test_a_decision_from_the_inbox_leads_back_to_it_without_the_alert(owner: User) -> None:
    contract = factories.ContractFactory.create(owner=owner)
    factories.TermFactory.create(
        contract=contract, start_date=TODAY - timedelta(200), end_date=TODAY + timedelta(164)
    )
    ledger.refresh([contract.pk])
    alerts.raise_due(today=TODAY, now=NOW)
    client = signed_in(owner)
    address = page("contracts_contract_notice", contract.pk)
    assert f"{address}?back=inbox" in client.get(INBOX).content.decode()
    answer = client.post(f"{address}?back=inbox", {"given_on": "2026-11-18"})
    assert answer.headers["Location"] == INBOX
    assert "Nothing needs you" in client.get(INBOX).content.decode()
    assert Alert.objects.filter(state=AlertState.RESOLVED).count() == 1


def test_the_page_of_an_alert_has_its_buttons_and_comes_back(owner: User) -> None:
    [alert] = raised(1, owner)
    client, address = signed_in(owner), page("contracts_alert_change", alert.pk)
    assert "inbox/acknowledge/" in client.get(address).content.decode()
    sent = {"only": alert.pk, "back": alert.pk, "until": "2026-11-20"}
    assert client.post(f"{INBOX}snooze/", sent).headers["Location"] == address
    assert "Open again" in client.get(address).content.decode()


def test_alerts_rest_from_the_list_of_alerts_too(owner: User) -> None:
    rows = raised(2, owner)
    client, address = signed_in(owner), page("contracts_alert_changelist")
    chosen = {"action": "snooze", "_selected_action": ids(rows)}
    answer = client.post(address, chosen)
    assert answer.headers["Location"].startswith(f"{INBOX}snooze/?alert=")
    assert client.get(answer.headers["Location"]).status_code == 200
    snoozed(client, rows, "2026-11-20")
    client.post(address, chosen | {"action": "wake"})
    assert found(owner) == ids(rows)


def test_the_page_asks_no_more_for_many_rows(
    owner: User, django_assert_max_num_queries: Any
) -> None:
    raised(60, owner)
    client = signed_in(owner)
    with django_assert_max_num_queries(20):
        shown = client.get(INBOX).content.decode()
    assert shown.count("data-alert=") == 50
    assert client.get(f"{INBOX}?p=2").content.decode().count("data-alert=") == 10
    assert Term.objects.count() == 60
