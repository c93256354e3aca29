"""What people say about how they read messages."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from contracts.models import NotificationPreference
from contracts.services import records


@transaction.atomic
def choose(
    preference: NotificationPreference,
    *,
    time_zone: str,
    locale: str,
    expected_version: int | None,
    by: Any,
) -> None:
    """Store a person's preferences with the clock and the language that they read by.

    What waits is timed anew by all of it: the preferences get a new version whatever changed. Raises as
    `records.store` does; nothing is stored then.

    Source: R11.
    """
    records.store(preference, expected_version=expected_version, by=by)
    # Read again: what an administrator changed meanwhile must stay.
    reader: Any = get_user_model()._default_manager.select_for_update().get(pk=preference.user_id)
    if (reader.time_zone, reader.locale) != (time_zone, locale):
        reader.time_zone, reader.locale = time_zone, locale
        records.store(reader, by=by)
