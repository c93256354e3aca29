"""Nobody asks without end."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from saas_tracker.api import throttles
from tests.api.conftest import World, token_client

NO_RETRY = {"OPTIONS": {"retry": Retry(NoBackoff(), 0)}}
VENDORS = "/api/v1/vendors/"
FIGURES = "/api/v1/metrics/annualised-spend/"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch, time_machine: Any) -> Iterator[None]:
    """Allow three requests a minute, two for figures, and stop the clock 20 seconds into one."""
    limits = {"requests": "3", "metrics": "2"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", limits, raising=False)
    time_machine.move_to("2026-03-02T12:00:20Z", tick=False)
    cache.clear()
    yield
    cache.clear()


def codes(client: APIClient, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_one_request_too_many_waits_for_the_next_minute(
    administrator: APIClient, time_machine: Any
) -> None:
    assert codes(administrator, VENDORS, 3) == [200, 200, 200]
    answer = administrator.get(VENDORS)
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert answer.headers["Retry-After"] == "40"
    time_machine.move_to("2026-03-02T12:01:00Z", tick=False)
    assert codes(administrator, VENDORS, 1) == [200]


def test_figures_have_a_limit_of_their_own(administrator: APIClient) -> None:
    assert codes(administrator, FIGURES, 3) == [200, 200, 429]
    assert codes(administrator, VENDORS, 1) == [200]


def test_one_token_does_not_use_up_another(world: World) -> None:
    owner = world.people["administrator"]
    first, second = token_client(owner, "read"), token_client(owner, "read")
    assert codes(first, VENDORS, 4)[-1] == 429
    assert codes(second, VENDORS, 1) == [200]


def test_without_redis_a_process_counts_for_itself(
    administrator: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens at the discard port.
    monkeypatch.setattr(throttles, "cache", RedisCache("redis://127.0.0.1:9/0", NO_RETRY))
    monkeypatch.setattr(throttles.MinuteThrottle, "silent_until", 0.0)
    throttles.OWN.clear()
    assert codes(administrator, VENDORS, 4) == [200, 200, 200, 429]
