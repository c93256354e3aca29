"""Each system check speaks where something is wrong and is silent where nothing is."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from saas_tracker import checks

# Only the name of the engine is read; no connection follows the changed setting.
pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
ROOT = Path(__file__).resolve().parents[2]
POSTGRES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
WRONG: list[tuple[int, dict[str, Any]]] = [
    (1, {"SECRET_KEY": "short"}),
    (1, {"SECRET_KEY": "a" * 60}),
    (2, {"ALLOWED_HOSTS": ["*"]}),
    (3, {"DEBUG": True, "BASE_URL": "https://tracker.example.org"}),
    (6, {"DATABASES": POSTGRES, "REDIS_URL": ""}),
    (7, {"DELIVERY_LEASE_SECONDS": 79, "DELIVERY_SEND_TIMEOUT_SECONDS": 20}),
    (8, {"SMTP_URL": "smtp://mail.example:25", "DEFAULT_FROM_EMAIL": "tracker@localhost"}),
    (9, {"BASE_URL": "https://tracker.example.org", "ALLOWED_HOSTS": ["localhost"]}),
    (9, {"BASE_URL": "tracker", "ALLOWED_HOSTS": ["localhost"]}),
    (10, {"HOME_CALENDAR": "XX"}),
    (10, {"HOME_CALENDAR": "DE-XX"}),
    (11, {"SMTP_URL": "", "BASE_URL": "https://tracker.example.org"}),
    (12, {"ALERT_OFFSETS": [90, 120]}),
    (12, {"ALERT_OFFSETS": [30, 30]}),
    (12, {"ALERT_OFFSETS": [7, -1]}),
    (12, {"ALERT_OFFSETS": []}),
    (13, {"FISCAL_YEAR_START_MONTH": 0}),
    (13, {"FISCAL_YEAR_START_MONTH": 13}),
]
RIGHT: list[dict[str, Any]] = [
    {"DEBUG": True, "BASE_URL": "http://127.0.0.1:8000"},
    {"DATABASES": POSTGRES, "REDIS_URL": "redis://redis.example/0"},
    {"DATABASES": SQLITE, "REDIS_URL": ""},
    {"DELIVERY_LEASE_SECONDS": 80, "DELIVERY_SEND_TIMEOUT_SECONDS": 20},
    {"SMTP_URL": "", "DEFAULT_FROM_EMAIL": "tracker@localhost"},
    {"BASE_URL": "https://tracker.example.org", "ALLOWED_HOSTS": [".example.org"]},
    {"HOME_CALENDAR": "DE-BY"},
    {"ALERT_OFFSETS": [14, 0]},
    {"FISCAL_YEAR_START_MONTH": 12},
]


def found(including_deployment: bool = True) -> set[str]:
    messages = run_checks(include_deployment_checks=including_deployment)
    names = {str(message.id) for message in messages}
    return {name for name in names if name.startswith("saas_tracker.")}


def apply(settings: Settings, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)


@pytest.fixture(autouse=True)
def proper(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    apply(
        settings,
        {
            "SMTP_URL": "smtp://mail.example:25",
            "DEFAULT_FROM_EMAIL": "tracker@tracker.example",
            "REDIS_URL": "redis://redis.example/0",
        },
    )


def test_a_proper_installation_hears_nothing() -> None:
    assert found() == set()


@pytest.mark.parametrize(("number", "values"), WRONG)
def test_a_wrong_setting_is_named(number: int, values: dict[str, Any], settings: Settings) -> None:
    apply(settings, values)
    assert f"saas_tracker.W{number:03}" in found()


@pytest.mark.parametrize("values", RIGHT)
def test_a_right_setting_is_not(values: dict[str, Any], settings: Settings) -> None:
    apply(settings, values)
    assert found(including_deployment=False) == set()


def test_an_old_sqlite_is_told_at_deployment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(settings, {"DATABASES": SQLITE})
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    assert "saas_tracker.W004" in found()
    assert "saas_tracker.W004" not in found(including_deployment=False)


@pytest.mark.django_db
def test_the_live_database_uses_a_write_ahead_log() -> None:
    assert checks.check_wal(None, databases=["default"]) == []


@pytest.mark.django_db
def test_a_file_system_without_the_log_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(settings, {"DATABASES": SQLITE})
    monkeypatch.setattr(checks, "journal_mode", lambda _alias: "delete")
    assert [m.id for m in checks.check_wal(None, databases=["default"])] == ["saas_tracker.W005"]


def test_the_check_of_a_deployment_is_clean_with_a_proper_environment(tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://tracker@database.example/tracker",
        "REDIS_URL": "redis://redis.example/0",
        "BASE_URL": "https://tracker.example",
        "ALLOWED_HOSTS": "tracker.example",
        "SECRET_KEY": "Vb3xQ9zLw7Kd2Rf8Tn5Yc1Hm6Js4Pg0AaUuEeIiOo-only-for-this-test",
        "SMTP_URL": "smtp://mail.example:25",
        "DEFAULT_FROM_EMAIL": "tracker@tracker.example",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    answer = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stderr
