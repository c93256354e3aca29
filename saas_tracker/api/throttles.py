"""How often one person or token may ask."""

import math
import time
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone
from redis import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from saas_tracker.accounts.models import ApiToken

WINDOW_SECONDS = 60
# Redis that did not answer is asked again after so long.
PAUSE_SECONDS = 10.0
OWN: BaseCache = LocMemCache("throttle", {})


class MinuteThrottle(BaseThrottle):
    """Counts requests per calendar minute: two cache operations, whatever the limit.

    A view may name its own limit with `throttle_scope`. While Redis does not answer each process
    counts for itself: nobody is turned away for it, and nobody waits.
    """

    silent_until = 0.0

    def __init__(self) -> None:
        self.seconds_left = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        limit = int(api_settings.DEFAULT_THROTTLE_RATES[self._scope(view)] or 0)
        minute, second = divmod(timezone.now().timestamp(), WINDOW_SECONDS)
        self.seconds_left = math.ceil(WINDOW_SECONDS - second)
        key = f"throttle:{self._scope(view)}:{self._who(request)}:{minute:.0f}"
        return self._count(key) <= limit

    def wait(self) -> float:
        return self.seconds_left

    def _scope(self, view: Any) -> str:
        return getattr(view, "throttle_scope", None) or "requests"

    def _who(self, request: Request) -> str:
        if isinstance(request.auth, ApiToken):
            return f"token-{request.auth.pk}"
        return f"user-{request.user.pk}"

    def _count(self, key: str) -> int:
        if time.monotonic() >= MinuteThrottle.silent_until:
            try:
                return _counted(cache, key)
            except RedisError:
                MinuteThrottle.silent_until = time.monotonic() + PAUSE_SECONDS
        return _counted(OWN, key)


def _counted(counts: BaseCache, key: str) -> int:
    if counts.add(key, 1, timeout=2 * WINDOW_SECONDS):
        return 1
    try:
        return int(counts.incr(key))
    except ValueError:  # evicted in between
        return 1
