"""F01, F02: whoever kills the senders, and when, no alert is lost; a copy has the same id.

`make recovery N=5000` runs the same with more alerts; a kill falls on about twelve of them.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from contracts.models import Alert, Delivery, DeliveryAttempt
from saas_tracker.accounts.models import User
from tests.recovery.portfolio import add_terms
from tests.recovery.sender import ANYWHERE, POINTS
from tests.recovery.sink import Sink

ALERTS = int(os.environ.get("RECOVERY_ALERTS", "240"))
SENDERS = 3
ALERTS_PER_KILL = 12

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def run_senders(env: dict[str, str], kills: int) -> Counter[str]:
    """Run all senders to their end; return the deaths by point."""
    share = -(-kills // SENDERS)
    senders = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.recovery.sender", str(seed), str(share)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(SENDERS)
    ]
    deaths: Counter[str] = Counter()
    for sender in senders:
        out, err = sender.communicate(timeout=60 + ALERTS)
        assert sender.returncode == 0, err
        assert err == ""
        deaths.update(json.loads(out))
    return deaths


def test_no_alert_is_lost_and_a_copy_has_the_same_id(process_env: dict[str, str]) -> None:
    anchor = datetime.now(UTC).date() + timedelta(days=100)
    owner = User.objects.create_user("owner@tracker.example")
    add_terms(ALERTS, anchor=anchor, owner=owner)
    with Sink() as sink:
        settings = {
            "SMTP_URL": sink.url,
            "DELIVERY_LEASE_SECONDS": "2",
            "DELIVERY_SEND_TIMEOUT_SECONDS": "1",
            "LOG_LEVEL": "ERROR",
            "STORM_MESSAGES_PER_HOUR": str(ALERTS),
        }
        deaths = run_senders(process_env | settings, ALERTS // ALERTS_PER_KILL)

    wanted = {str(key) for key in Delivery.objects.values_list("dedup_key", flat=True)}
    missed = wanted - set(sink.ids)
    copies = sink.ids.total() - len(sink.ids)
    unfinished = DeliveryAttempt.objects.filter(outcome__in=("uncertain", "started")).count()
    most = max(sink.ids.values())
    sys.stdout.write(
        f"\n{ALERTS} alerts, {deaths.total()} kills {dict(deaths)}: missed {len(missed)},"
        f" copies {copies} (at most {most} of one), unfinished attempts {unfinished}\n"
    )
    assert Alert.objects.filter(state="open").count() == ALERTS == len(wanted)
    assert missed == set()
    assert set(sink.ids) == wanted
    assert copies <= deaths.total()
    assert copies <= unfinished
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert deaths.total() >= ALERTS // ALERTS_PER_KILL // 2
    assert set(deaths) == {*POINTS, ANYWHERE}
