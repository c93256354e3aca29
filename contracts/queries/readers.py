"""What a reader's own clock says."""

from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone


def zone_of(user: Any) -> tzinfo:
    """Return the time zone somebody chose; the organisation's for nobody, none and a typo."""
    try:
        return ZoneInfo(user.time_zone) if user and user.time_zone else _own()
    except (KeyError, ValueError, OSError):
        return _own()


def today_of(user: Any, now: datetime) -> date:
    """Return the day it is for somebody at `now`."""
    return now.astimezone(zone_of(user)).date()


def _own() -> tzinfo:
    return timezone.get_current_timezone()
