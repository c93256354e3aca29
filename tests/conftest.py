"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

# A slow shared machine is not a failing property, and a failure must come back on the next run.
hypothesis_settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis_settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Hash passwords cheaply; how slow the real hash is is Django's business."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the SQLite test database in a file, where other processes can open it and WAL is on."""
    if connection.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        connection.settings_dict["TEST"]["NAME"] = str(folder / "tests.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End what threads and killed processes may still have open: PostgreSQL drops no database in use."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True, scope="module")
def tidy_tables(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Clear away what the tests of a file rolled back: PostgreSQL would read past it for ever."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT relid::regclass FROM pg_stat_user_tables WHERE n_dead_tup > 500")
            for [table] in cursor.fetchall():
                cursor.execute(f"VACUUM {table}")


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """Return the address of the running test's own database, for a process that it starts."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    before, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{before.rpartition('/')[0]}/{quote(str(name))}{'?' + query if query else ''}"


@pytest.fixture
def process_env(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Return an environment in which a started process works on this test's database."""
    return os.environ | {"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path / "var")}
