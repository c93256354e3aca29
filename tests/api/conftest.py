"""A small organisation, seen by people of every role."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts import models
from contracts.rules.vocabulary import Role
from contracts.services import records
from saas_tracker.accounts import tokens
from saas_tracker.accounts.models import User
from tests import factories

ROLES = ("anonymous", "outsider", "viewer", "editor", "foreign", "administrator")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """One row of each table in a department, and one person of each role."""

    home: models.Department
    abroad: models.Department
    people: dict[str, User] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)


def person(role: str, department: models.Department | None, **extra: Any) -> User:
    user = factories.UserFactory.create(**extra)
    factories.MembershipFactory.create(user=user, department=department, role=role)
    return user


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Spare the slow hash: nobody here signs in with a password."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db: None) -> World:
    """Return the organisation: `home` holds the rows, `foreign` edits `abroad` only."""
    home = factories.DepartmentFactory.create(name="Home")
    world = World(home=home, abroad=factories.DepartmentFactory.create(name="Abroad"))
    world.people = {
        "outsider": factories.UserFactory.create(),
        "viewer": person(Role.VIEWER, home),
        "editor": person(Role.EDITOR, home),
        "foreign": person(Role.EDITOR, world.abroad),
        "administrator": person(Role.ADMINISTRATOR, None),
        "inactive": person(Role.ADMINISTRATOR, None, is_active=False),
    }
    world.rows = rows_of(world)
    return world


def term_of(contract: models.Contract) -> models.Term:
    """Return a stored term of one calendar year."""
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    return records.store(
        models.Term(
            contract=contract, start_date=first, end_date=last, annual_value=Decimal("12000")
        )
    )


def rows_of(world: World) -> dict[str, Any]:
    """Return one row for each resource of the API, all of them in the home department."""
    contract = factories.ContractFactory.create(department=world.home)
    other = factories.ContractFactory.create(department=world.home, vendor=contract.vendor)
    term = term_of(contract)
    alert = factories.AlertFactory.create(term=term)
    destination = factories.DestinationFactory.create(owner=world.people["editor"])
    delivery = factories.DeliveryFactory.create(alert=alert, destination=destination)
    change = factories.PriceChangeFactory.create(before__contract=other)
    return {
        "departments": factories.DepartmentFactory.create(name="Below", parent=world.home),
        "memberships": factories.MembershipFactory.create(department=world.abroad),
        "categories": factories.CategoryFactory.create(),
        "vendors": factories.VendorFactory.create(),
        "vendor-aliases": factories.VendorAliasFactory.create(),
        "products": factories.ProductFactory.create(),
        "contracts": contract,
        "contract-links": factories.ContractLinkFactory.create(
            from_contract=other, to_contract=contract
        ),
        "terms": term,
        "licence-lines": factories.LicenceLineFactory.create(term=term),
        "documents": factories.DocumentFactory.create(contract=other),
        "charges": factories.ChargeFactory.create(contract=other),
        "fx-rates": factories.FxRateFactory.create(),
        "budgets": factories.BudgetFactory.create(),
        "index-values": factories.IndexValueFactory.create(),
        "alert-policies": factories.AlertPolicyFactory.create(),
        "alerts": alert,
        "destinations": factories.DestinationFactory.create(owner=world.people["editor"]),
        "deliveries": delivery,
        "delivery-attempts": factories.DeliveryAttemptFactory.create(delivery=delivery),
        "heartbeats": factories.HeartbeatFactory.create(),
        "notification-preferences": factories.NotificationPreferenceFactory.create(
            user=world.people["editor"]
        ),
        "holds": factories.HoldFactory.create(),
        "price-changes": change,
        "price-flags": factories.PriceFlagFactory.create(term=term),
        "users": world.people["viewer"],
        "api-tokens": tokens.create_token(
            world.people["editor"], name="reporting", scopes=["read"]
        )[0],
    }


@pytest.fixture
def as_role(world: World) -> Callable[[str], APIClient]:
    """Return what signs somebody in by role."""

    def sign_in(role: str) -> APIClient:
        client = APIClient()
        if role in world.people:
            client.force_login(world.people[role])
        return client

    return sign_in


def token_client(owner: User, *scopes: str, expires_at: datetime | None = None) -> APIClient:
    """Return a program with a new token of these scopes."""
    _token, secret = tokens.create_token(
        owner, name="program", scopes=scopes, expires_at=expires_at
    )
    return with_secret(secret)


def with_secret(secret: str) -> APIClient:
    """Return a program that shows this secret."""
    return APIClient(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def administrator(as_role: Callable[[str], APIClient]) -> APIClient:
    return as_role("administrator")


@pytest.fixture
def editor(as_role: Callable[[str], APIClient]) -> APIClient:
    return as_role("editor")
