"""The environment is the only source of settings; an embedded installation needs none of it."""

import os
import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    environ.Env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))


def embedded_secret_key() -> str:
    """Return the installation's own secret key, made once with mode 0600.

    Only an embedded installation comes here: with `SECRET_KEY` in the environment no file is read or written.
    """
    path = DATA_DIR / "secret_key"
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        handle.write(key := secrets.token_urlsafe(60))
    return key


def database() -> dict[str, object]:
    """Return Django's settings of the one database: SQLite by default, PostgreSQL by `DATABASE_URL`."""
    config: dict[str, object] = env.db(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'tracker.sqlite3'}"
    )
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE: a read-then-write transaction waits its turn instead of failing with "database is locked".
        config["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            "PRAGMA recursive_triggers=ON;PRAGMA journal_size_limit=67108864",
        }
    elif env.bool("DATABASE_POOL", default=False):
        config["OPTIONS"] = {"pool": {"min_size": 2, "max_size": 10}}
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    return config


def broker(redis_url: str) -> str:
    """Return Celery's address of the broker: Redis if there is one, else a folder.

    Celery spells a unix socket in a way of its own.
    """
    if not redis_url:
        return "filesystem://localhost"
    return redis_url.replace("unix://", "redis+socket://", 1)
