"""How often one person or token may ask."""

import math
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from saas_tracker.accounts.models import ApiToken

WINDOW_SECONDS = 60


class MinuteThrottle(BaseThrottle):
    """Counts requests per calendar minute: two cache operations, whatever the limit.

    A view may name its own limit with `throttle_scope`.
    """

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
        if cache.add(key, 1, timeout=2 * WINDOW_SECONDS):
            return 1
        try:
            return int(cache.incr(key))
        except ValueError:  # evicted in between
            return 1
