"""Test messages to a destination, and the care of its secrets."""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from contracts.models import Destination
from contracts.rules.messages import Channel, Message, Refused
from contracts.rules.vocabulary import AttemptOutcome
from contracts.services import deliveries, failing, notices, records

logger = logging.getLogger(__name__)
PAUSE = timedelta(minutes=1)


class TooSoon(Exception):  # an answer to the person, not a fault
    """A test was sent there less than a minute ago.

    Source: S07.
    """


def send_test(
    destination: Destination, *, now: datetime, ways: Mapping[str, Channel] | None = None
) -> Destination:
    """Send one message that says nothing but that it is a test; returns the row with its outcome.

    At most one a minute goes to a destination, whoever asks: raises `TooSoon`. The turn is taken
    before anything is sent, and nothing is sent inside a transaction. One that is accepted clears
    the mark of a failing destination.

    Source: S07.
    """
    rows = Destination.objects.filter(pk=destination.pk)
    free = rows.filter(Q(tested_at=None) | Q(tested_at__lte=now - PAUSE))
    if not free.update(tested_at=now, test_outcome=AttemptOutcome.STARTED, test_error=""):
        raise TooSoon
    outcome, error = _tried(destination, now, ways or deliveries.channels())
    rows.update(test_outcome=outcome.value, test_error=error[:500])
    if outcome == AttemptOutcome.OK:
        failing.clear(destination)
    destination.refresh_from_db()
    return destination


def end_rotation(destination: Destination, *, by: Any) -> Destination:
    """Sign with the newest secret alone; a second call changes nothing.

    Source: S22.
    """
    if not destination.previous_secret:
        return destination
    destination.previous_secret = ""
    return records.store(destination, by=by)


def seal_again() -> int:
    """Seal every secret column with the first of `SECRETS_KEYS`; returns how many rows were written.

    Each row is written on its own: stopped half-way, both keys still open what they sealed. What no
    key opens is left as it is.

    Source: S06.
    """
    written = 0
    for pk in Destination.objects.exclude(url="").values_list("pk", flat=True):
        with transaction.atomic():
            row = Destination.objects.select_for_update().get(pk=pk)
            if not row.url:
                continue
            written += Destination.objects.filter(pk=pk).update(
                url=row.url, secret=row.secret, previous_secret=row.previous_secret
            )
    return written


def _tried(
    destination: Destination, now: datetime, ways: Mapping[str, Channel]
) -> tuple[AttemptOutcome, str]:
    try:
        ways[destination.kind].send(
            _message(destination, now), timeout=settings.DELIVERY_SEND_TIMEOUT_SECONDS
        )
    except Refused as refusal:
        kind = AttemptOutcome.PERMANENT if refusal.permanent else AttemptOutcome.TEMPORARY
        return kind, refusal.reason
    except Exception as problem:
        logger.exception("The test of destination %s failed", destination.pk)
        return AttemptOutcome.TEMPORARY, type(problem).__name__
    return AttemptOutcome.OK, ""


def _message(destination: Destination, now: datetime) -> Message:
    reader = destination.owner
    with translation.override(notices.language_of(reader.locale if reader else "")):
        subject = _("Test message")
        text = _("This is a test: reminders about contracts will arrive here.")
    return Message(
        delivery_id=str(uuid.uuid4()),
        to=destination.address,
        subject=subject,
        text=text,
        at=now,
        link=settings.BASE_URL,
        event={"type": "test", "timestamp": now.isoformat(), "data": {"text": text}},
        url=destination.url,
        secrets=notices.secrets_of(destination),
    )
