"""Whoever kills the senders of a digest, and when: every alert is told, a copy has the same id."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from contracts.models import Alert, Contract, Delivery, DeliveryAttempt
from saas_tracker.accounts.models import User
from tests.recovery.portfolio import add_terms
from tests.recovery.sender import ANYWHERE
from tests.recovery.sink import Sink
from tests.recovery.troubles import contracts_in, run_senders

OWNERS = 8
ALERTS_EACH = 60
KILLS = 24

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_no_alert_of_a_digest_is_lost_and_a_copy_has_the_same_id(
    process_env: dict[str, str],
) -> None:
    anchor = datetime.now(UTC).date() + timedelta(days=100)
    for number in range(OWNERS):
        owner = User.objects.create_user(f"owner{number}@tracker.example")
        add_terms(ALERTS_EACH, anchor=anchor, owner=owner)
    with Sink() as sink:
        settings = {
            "SMTP_URL": sink.url,
            "DELIVERY_LEASE_SECONDS": "6",
            "DELIVERY_SEND_TIMEOUT_SECONDS": "4",
            "LOG_LEVEL": "ERROR",
        }
        deaths = run_senders(process_env | settings, KILLS)

    keys = Delivery.objects.digests().values_list("dedup_key", flat=True)
    copies = sink.ids.total() - len(sink.ids)
    unfinished = DeliveryAttempt.objects.filter(outcome__in=("uncertain", "started")).count()
    listed = [pk for letter in sink.letters.values() for pk in contracts_in(letter)]
    sys.stdout.write(
        f"\n{OWNERS * ALERTS_EACH} alerts in {OWNERS} digests, {deaths.total()} kills"
        f" {dict(deaths)}: missed {Contract.objects.count() - len(listed)}, copies {copies}"
        f" (at most {max(sink.ids.values())} of one), unfinished attempts {unfinished}\n"
    )
    assert Alert.objects.filter(state="open").count() == OWNERS * ALERTS_EACH
    assert set(sink.ids) == {str(key) for key in keys}
    assert sorted(listed) == sorted(Contract.objects.values_list("pk", flat=True))
    assert copies <= min(deaths.total(), unfinished)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert set(deaths) >= {"plan", "address", "claim", "sent", "finish", ANYWHERE}
    # Which points so few kills fall on is left to chance; the long run meets them all.
    assert deaths["claim"] + deaths["sent"] + deaths["finish"] > 0
