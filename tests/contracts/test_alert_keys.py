"""What the database itself refuses, and what a lease protects (R11, R12)."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from contracts.models import Delivery
from contracts.rules.vocabulary import AttemptOutcome, DeliveryState
from contracts.services import alert_sql, leases
from tests import factories

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
LEASE = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)

pytestmark = pytest.mark.django_db


def refused(row: Any) -> bool:
    """Say whether the database refuses another row like this one, under new ids."""
    row.pk, row._state.adding = None, True
    try:
        with transaction.atomic():
            type(row)._default_manager.bulk_create([row])
    except IntegrityError:
        return True
    return False


def test_the_database_refuses_an_alert_that_is_there() -> None:
    alert = factories.AlertFactory.create()
    alert.public_id = uuid.uuid4()
    assert refused(alert)
    alert.offset_days += 1
    assert not refused(alert)


def test_the_database_refuses_a_second_delivery_to_a_destination() -> None:
    delivery = factories.DeliveryFactory.create()
    delivery.dedup_key = uuid.uuid4()
    assert refused(delivery)
    delivery.destination = factories.DestinationFactory.create()
    assert not refused(delivery)


def test_the_database_refuses_a_second_message_under_an_id() -> None:
    delivery = factories.DeliveryFactory.create()
    delivery.destination = factories.DestinationFactory.create()
    assert refused(delivery)


def test_a_delivery_that_is_there_is_not_inserted_again() -> None:
    alert, place = factories.AlertFactory.create(), factories.DestinationFactory.create()
    keys = {uuid.uuid4(): (alert.pk, place.pk)}
    assert alert_sql.insert_deliveries(keys, NOW) == 1
    assert alert_sql.insert_deliveries(keys, NOW) == 0
    assert alert_sql.insert_deliveries({uuid.uuid4(): (alert.pk, place.pk)}, NOW) == 0
    assert Delivery.objects.count() == 1


def test_a_sender_that_lost_its_lease_does_not_end_what_another_one_is_sending() -> None:
    delivery = factories.DeliveryFactory.create(state="pending", attempts=0, next_at=NOW)
    [slow] = leases.claim(now=NOW, limit=1)
    later = NOW + LEASE + timedelta(seconds=1)
    [quick] = leases.claim(now=later, limit=1)
    sent = leases.Outcome(AttemptOutcome.OK, DeliveryState.SENT)
    assert leases.finish(slow, sent, now=later) is False
    delivery.refresh_from_db()
    assert (delivery.state, delivery.lease) == ("leased", quick.lease)
    assert leases.finish(quick, sent, now=later) is True
