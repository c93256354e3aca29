"""What a person has read in the inbox."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.models import Alert, AlertReading


def mark_read(alert_ids: Iterable[int], *, by: Any, now: datetime) -> int:
    """Note that `by` has read these alerts, as far as they may see them.

    Returns how many were not read before; repeating it changes nothing.
    """
    seen = Alert.objects.visible_to(by).filter(pk__in=list(alert_ids))
    unread = list(seen.exclude(readings__user=by).order_by("pk").values_list("pk", flat=True))
    AlertReading.objects.bulk_create(
        (AlertReading(alert_id=pk, user_id=by.pk, read_at=now) for pk in unread),
        ignore_conflicts=True,
    )
    return len(unread)
