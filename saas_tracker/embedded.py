"""What an installation on one machine consists of: web, worker, beat, and one first scan."""

import fcntl
import http.client
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings

from saas_tracker.env import BASE_DIR
from saas_tracker.supervisor import Part

# Celery warns root of messages that carry code; ours carry nothing.
QUIET = ["-W", "ignore:You're running the worker with superuser"]
CELERY = [sys.executable, *QUIET, "-m", "celery", "-A", "saas_tracker", "-q"]


class AlreadyRunningError(Exception):
    """Another start holds this data folder."""


def empty_broker() -> None:
    """Empty the folder broker: a lost doorbell is rung again, a broken message file never goes."""
    if settings.REDIS_URL:
        return
    shutil.rmtree(settings.BROKER_DIR, ignore_errors=True)
    (settings.BROKER_DIR / "control").mkdir(parents=True, exist_ok=True)


def parts(host: str, port: int) -> list[Part]:
    """Return the processes of an installation that answers at `host` and `port`."""
    web = [sys.executable, "-m", "gunicorn", "saas_tracker.wsgi", "--bind", f"{host}:{port}"]
    web += ["-k", "gthread", "-w", "1", "--threads", "8", "--no-control-socket"]
    web += ["--graceful-timeout", "3", "--log-level", "warning"]
    worker = [*CELERY, "worker", "-P", "threads", "-c", "2", "--without-gossip"]
    worker += ["--without-mingle", "-l", "WARNING"]
    return [
        Part("web", web),
        Part("worker", worker, prepare=empty_broker),
        Part("beat", [*CELERY, "beat", "-l", "WARNING"]),
        Part("first-scan", [sys.executable, str(BASE_DIR / "manage.py"), "tick"], once=True),
    ]


def port_is_free(host: str, port: int) -> bool:
    """Say whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Say whether the web process answers, whatever it answers."""
    reachable = "127.0.0.1" if ip_address(host).is_unspecified else host
    connection = http.client.HTTPConnection(reachable, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


@contextmanager
def only_one(run_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process.

    Raises: AlreadyRunningError if another one holds it.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise AlreadyRunningError(run_dir) from held
        yield
