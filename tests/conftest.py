"""What every test may ask for."""

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import settings as hypothesis_settings

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
