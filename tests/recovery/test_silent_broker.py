"""F04, F24: people do not notice that Redis is gone, refuses or never answers."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import quantiles

import pytest
from pytest_django import Settings

from contracts import tasks
from contracts.models import ImportRun, Vendor
from tests.factories import AdministratorFactory
from tests.recovery.conftest import Report
from tests.recovery.machinery import ROOT, Redis

POSTS = 40
# Milliseconds that a POST may take longer without Redis, for 95 of 100.
PATIENCE = 200

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def refused() -> Iterator[str]:
    """Yield the address of a port at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{unused.getsockname()[1]}/0"


@contextmanager
def never_answering() -> Iterator[str]:
    """Yield the address of a port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"redis://127.0.0.1:{silent.getsockname()[1]}/0"


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a Redis that answers."""
    with Redis() as redis:
        yield redis.url


def posts(env: dict[str, str], url: str) -> dict[str, list[tuple[float, int]]]:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.recovery.poster", str(POSTS)],
        env=env | {"REDIS_URL": url, "LOG_LEVEL": "CRITICAL"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, list[tuple[float, int]]] = json.loads(answer.stdout)
    return found


def p95(took: list[tuple[float, int]]) -> float:
    return quantiles([ms for ms, _code in took], n=20, method="inclusive")[-1]


@pytest.mark.parametrize(
    "gone", [pytest.param(refused, id="refused"), pytest.param(never_answering, id="silent")]
)
def test_a_post_without_redis_is_answered_as_fast_as_ever(
    gone: Callable[[], AbstractContextManager[str]],
    process_env: dict[str, str],
    report: Report,
    request: pytest.FixtureRequest,
    settings: Settings,
    tmp_path: Path,
) -> None:
    uploads = {"location": str(tmp_path / "var" / "uploads")}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": uploads}
    settings.STORAGES = settings.STORAGES | {"default": storage}
    AdministratorFactory.create()
    process_env |= {"DJANGO_SETTINGS_MODULE": "saas_tracker.settings"}
    with running() as url:
        before = posts(process_env, url)
    Vendor.objects.all().delete()
    with gone() as url:
        after = posts(process_env, url)
    for kind, code in (("api", 201), ("upload", 302)):
        assert {status for _ms, status in before[kind] + after[kind]} == {code}
        slower = p95(after[kind]) - p95(before[kind])
        report(
            f"ms longer for a POST ({kind}), {request.node.callspec.id} Redis, p95", f"{slower:.0f}"
        )
        assert slower <= PATIENCE
    # Every ring was lost: the scheduled one finds what waits.
    waiting = ImportRun.objects.filter(stage=ImportRun.Stage.CHECKING)
    assert waiting.count() == 2 * len(after["upload"])
    tasks.run_imports()
    assert not waiting.exists()
