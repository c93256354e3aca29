"""Channels of departments and of the organisation are told beside the people responsible."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from contracts.models import Contract, Delivery, Department, Destination
from contracts.queries.rights import may_keep
from contracts.rules.vocabulary import Role
from contracts.services import alerts, deliveries, records
from saas_tracker.accounts.models import User
from tests import factories
from tests.contracts.pages import member, page, signed_in
from tests.recovery.portfolio import add_terms

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


@pytest.fixture
def above() -> Department:
    return records.store(Department(name="Above"))


@pytest.fixture
def home(above: Department) -> Department:
    return records.store(Department(name="Home", parent=above))


def place(name: str, department: Department | None = None, **values: Any) -> Destination:
    address = f"{name}@tracker.example"
    return records.store(Destination(address=address, department=department, **values))


def plan(now: datetime = NOW) -> alerts.PlanSummary:
    return alerts.raise_due(today=now.date(), now=now)


def pump(now: datetime = NOW) -> deliveries.PumpSummary:
    return deliveries.deliver_due(clock=lambda: now, jitter=lambda: 0.0)


def in_days(days: int) -> date:
    return NOW.date() + timedelta(days=days)


def told() -> list[str]:
    return sorted(letter.to[0].partition("@")[0] for letter in mail.outbox)


def test_the_department_those_above_and_the_organisation_are_told_beside_the_owner(
    owner: User, home: Department, above: Department
) -> None:
    places = {"home": home, "above": above, "all": None}
    for name, department in places.items():
        place(name, department)
    place("other", records.store(Department(name="Other")))
    place("off", home, is_active=False)
    add_terms(1, anchor=in_days(100), owner=owner)
    Contract.objects.update(department=home)
    add_terms(1, anchor=in_days(100), owner=owner)
    assert plan().without_recipient == 0
    pump()
    assert told() == ["above", "all", "all", "home", "owner", "owner"]
    said = {letter.to[0]: str(letter.body) for letter in mail.outbox}
    assert "told about the contracts of Home" in said["home@tracker.example"]
    assert "told about all contracts" in said["all@tracker.example"]
    plan()
    assert pump().sent == 0


def test_a_shared_destination_is_nobody_s_substitute(home: Department) -> None:
    place("all")
    add_terms(1, anchor=in_days(100), owner=None)
    assert plan().without_recipient == 1
    assert pump().sent == 1
    admin = factories.AdministratorFactory.create(email="admin@tracker.example")
    assert plan(NOW + timedelta(minutes=5)).without_recipient == 0
    pump(NOW + timedelta(minutes=5))
    assert told() == ["admin", "all"]
    assert Delivery.objects.filter(destination__owner=admin, state="sent").count() == 1


def test_a_contract_that_moved_away_is_not_told_to_its_old_department(
    owner: User, home: Department
) -> None:
    place("home", home)
    add_terms(1, anchor=in_days(100), owner=owner)
    Contract.objects.update(department=home)
    plan()
    Contract.objects.update(department=records.store(Department(name="Other")))
    assert pump().sent == 1
    assert told() == ["owner"]


def test_a_shared_destination_that_refuses_costs_the_people_nothing(
    owner: User, home: Department
) -> None:
    shared = place("home", home)
    add_terms(1, anchor=in_days(100), owner=owner)
    Contract.objects.update(department=home)
    plan()
    Delivery.objects.filter(destination=shared).update(state="failed")
    assert pump().sent == 1
    plan()
    assert told() == ["owner"]


def test_the_storm_breaker_holds_for_channels_too(
    owner: User, home: Department, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.STORM_MESSAGES_PER_HOUR = 5
    place("home", home)
    add_terms(30, anchor=in_days(100), owner=owner)
    Contract.objects.update(department=home)
    plan()
    with django_assert_max_num_queries(70):
        pump()
    assert told() == ["home", "owner"]
    assert mail.outbox[0].subject == mail.outbox[1].subject


@pytest.mark.parametrize(
    ("role", "of", "sees", "edits"),
    [
        (Role.VIEWER, "home", {"home"}, set()),
        (Role.EDITOR, "home", {"home"}, {"home"}),
        (Role.EDITOR, "above", {"home", "above"}, {"home", "above"}),
        (Role.EDITOR, None, {"home", "above", "all", "theirs"}, {"home", "above"}),
        (Role.ADMINISTRATOR, None, {"home", "above", "all", "theirs"}, None),
    ],
)
def test_editors_keep_the_channels_of_their_departments_administrators_all(
    role: Role, of: str | None, sees: set[str], edits: set[str] | None, owner: User, home: Any
) -> None:
    departments = {"home": home, "above": home.parent, None: None}
    place("home", home)
    place("above", home.parent)
    place("all")
    place("theirs", owner=owner)
    user = member(role, departments[of])
    rows = Destination.objects.all()
    for right, expected in (
        ("visible_to", sees),
        ("editable_by", sees if edits is None else edits),
    ):
        found = getattr(rows, right)(user).values_list("address", flat=True)
        assert {address.partition("@")[0] for address in found} == expected
    if edits is not None:
        assert may_keep(user, owner=user, department=None)
        assert not may_keep(user, owner=owner, department=None)
        assert not may_keep(user, owner=None, department=None)
        assert may_keep(user, owner=None, department=home) == ("home" in edits)


def test_the_api_and_the_admin_refuse_channels_that_are_not_yours(
    owner: User, home: Department
) -> None:
    editor = member(Role.EDITOR, home)
    program = APIClient()
    program.force_authenticate(editor)
    path = "/api/v1/destinations/"
    body = {"kind": "email", "address": "team@tracker.example"}
    other = records.store(Department(name="Other"))
    bodies: list[dict[str, Any]] = [
        {"department": home.pk},
        {"department": other.pk},
        {"owner": None},
        {"owner": owner.pk},
    ]
    codes = [
        program.post(path, body | more, format="json").status_code
        for more in (*bodies, {"department": home.pk, "owner": editor.pk})
    ]
    assert codes == [201, 400, 400, 400, 400]
    stored = Destination.objects.get()
    assert (stored.owner, stored.department) == (None, home)
    client = signed_in(editor)
    add = page("contracts_destination_add")
    form = {"kind": "email", "address": "b@tracker.example", "is_active": "on"}
    assert client.post(add, form | {"owner": owner.pk}).status_code == 302
    assert client.post(add, form).status_code == 302
    assert Destination.objects.count() == 1
    client.post(add, form | {"department": home.pk})
    assert Destination.objects.count() == 2
