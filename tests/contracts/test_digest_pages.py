"""A digest is a message like any other where messages are shown."""

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from contracts.models import Alert, Delivery, DeliveryAttempt
from contracts.rules.vocabulary import Role
from contracts.services import leases
from saas_tracker.accounts.models import User
from tests import factories
from tests.contracts.pages import contract_with_term, member, signed_in, superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest() -> Delivery:
    """Return a digest that carries one alert and was tried once."""
    owner = User.objects.create_user("owner@tracker.example")
    contract = contract_with_term(owner=owner)
    alert = factories.AlertFactory.create(term=contract.terms.get())
    place = factories.DestinationFactory.create(owner=owner)
    made = factories.DeliveryFactory.create(alert=None, destination=place)
    factories.DeliveryFactory.create(alert=alert, destination=place, carried_by=made)
    assert len(leases.claim(now=timezone.now(), limit=9)) == 1
    return made


def test_the_admin_lists_a_digest_and_shows_it(digest: Delivery) -> None:
    client = superuser()
    listed = client.get(reverse("admin:contracts_delivery_changelist"))
    assert "Digest" in listed.content.decode()
    found = client.get(reverse("admin:contracts_delivery_changelist"), {"q": "tracker.example"})
    assert "2 " in found.content.decode()
    for delivery in Delivery.objects.all():
        page = client.get(reverse("admin:contracts_delivery_change", args=[delivery.pk]))
        assert page.status_code == 200
        assert f"Digest → {digest.destination}" in page.content.decode()
    attempts = client.get(reverse("admin:contracts_deliveryattempt_changelist"))
    assert "Digest" in attempts.content.decode()
    attempt = reverse(
        "admin:contracts_deliveryattempt_change", args=[DeliveryAttempt.objects.get().pk]
    )
    assert client.get(attempt).status_code == 200


def test_a_contract_s_page_says_that_its_message_is_in_a_digest(digest: Delivery) -> None:
    contract = Alert.objects.get().term.contract
    page = superuser().get(reverse("admin:contracts_contract_change", args=[contract.pk]))
    assert "in a digest" in page.content.decode()


def test_the_api_names_the_digest_of_a_delivery_and_finds_what_a_digest_carries(
    digest: Delivery,
) -> None:
    client = APIClient()
    client.force_login(factories.AdministratorFactory.create())
    every = client.get("/api/v1/deliveries/").json()["results"]
    assert {row["id"]: row["carried_by"] for row in every}[digest.pk] is None
    [carried] = client.get("/api/v1/deliveries/", {"carried_by": digest.pk}).json()["results"]
    assert (carried["carried_by"], carried["alert"]) == (digest.pk, Alert.objects.get().pk)


def test_a_digest_is_seen_by_its_receiver_and_by_who_sees_everything(digest: Delivery) -> None:
    receiver = digest.destination.owner
    assert receiver is not None
    everything = member(Role.VIEWER, None)
    department = member(Role.VIEWER, Alert.objects.get().term.contract.department)
    seen = [
        Delivery.objects.visible_to(user).count() for user in (receiver, everything, department)
    ]
    assert seen == [2, 2, 1]
    page = reverse("admin:contracts_delivery_change", args=[digest.pk])
    assert signed_in(department).get(page).status_code in (302, 403, 404)
