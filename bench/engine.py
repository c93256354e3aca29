"""The engine and the size of a run; settled before anything reads Django's settings."""

import atexit
import os
import shutil
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

import django

from tests.services import Services

KEY = "only-for-benchmarks-" + "0123456789" * 4


def prepare() -> Namespace:
    """Read the command line, start the database it asks for, and set Django up on it."""
    options = _parser().parse_args()
    folder = _folder(options.data)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "saas_tracker.settings",
        "DATA_DIR": str(folder),
        "SECRET_KEY": KEY,
        "API_REQUESTS_PER_MINUTE": "100000000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "BASE_URL": "http://127.0.0.1",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        "DEBUG": "false",
    }
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = _database(options.engine, folder)
    django.setup()
    return options


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m bench", description="Times beside their floors.")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--contracts", type=int, default=10_000, help="size of the portfolio")
    parser.add_argument("--terms", type=int, default=0, help="bench.plan: bare terms instead")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the imported file")
    parser.add_argument("--runs", type=int, default=5, help="interleaved runs; medians are shown")
    parser.add_argument(
        "--data", type=Path, help="keep the SQLite portfolio in this folder for the next run"
    )
    return parser


def _folder(kept: Path | None) -> Path:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        return kept.resolve()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _database(engine: str, folder: Path) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder / 'tracker.sqlite3'}"
    print("Starting PostgreSQL ...", file=sys.stderr)
    return Services().start("postgres")["postgres"]
