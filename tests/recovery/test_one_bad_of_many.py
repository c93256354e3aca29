"""F15: one bad recipient, one dead channel and one broken row cost nobody else their message."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from contracts.models import Delivery, Destination, Term
from contracts.services import alerts, deliveries
from saas_tracker.accounts.models import User
from tests import factories
from tests.recovery.portfolio import add_terms
from tests.recovery.sink import Sink

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
OWNERS, EACH = 10, 10

pytestmark = pytest.mark.django_db


def test_ninety_nine_of_a_hundred_go_out_and_the_rest_shows(settings: Settings) -> None:
    owners = [User.objects.create_user(f"owner{n}@tracker.example") for n in range(OWNERS)]
    for owner in owners:
        add_terms(EACH, anchor=NOW.date() + timedelta(days=100), owner=owner)
    refused, smuggler, with_dead_channel = owners[:3]
    Destination.objects.create(owner=smuggler, address="two\nlines@tracker.example")
    # A port that is never allowed.
    factories.DestinationFactory.create(
        kind="webhook", owner=with_dead_channel, url="http://127.0.0.1:9/x", secret="whsec_c2VjcmV0"
    )
    broken = Term.objects.filter(contract__owner=owners[3]).order_by("pk")[0]
    Term.objects.filter(pk=broken.pk).update(proof=[{"rule": "R3"}])
    with Sink(answers={refused.email: "550 nobody here"}) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.server_address[:2]
        alerts.raise_due(today=NOW.date(), now=NOW)
        deliveries.deliver_due(clock=lambda: NOW, jitter=lambda: 0.0)
    told = {owner.email: EACH for owner in owners[4:]}
    told |= {with_dead_channel.email: EACH, owners[3].email: EACH - 1}
    # Their broken address is marked as failing: they hear of it, and of alerts, at that of their account.
    assert sink.receivers.pop(smuggler.email) > 0
    assert sink.receivers == told
    shown = Delivery.objects.exclude(state="sent").exclude(last_error="")
    assert shown.filter(destination__owner=refused, state="failed").count() == EACH
    assert shown.filter(destination__owner=smuggler, state="failed").count() == EACH
    assert shown.filter(destination__kind="webhook", state="failed").count() == EACH
    [row] = shown.filter(destination__owner=owners[3])
    assert (row.state, row.subject_alert.term_id) == ("pending", broken.pk)
    assert alerts.raise_due(today=NOW.date(), now=NOW).without_recipient == EACH
