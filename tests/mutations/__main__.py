"""Breaks one guarded line after the other and says which tests notice: `make mutations`.

Works on a copy of the project; the project itself is never touched. Ends with 1 if a mutation
survives, if a line to break is not found, or if the tests fail without any mutation.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.mutations.catalogue import MUTATIONS, Mutation

SECONDS = 600
# An installation's own data and what tools leave behind are no part of the copy.
LEFT_OUT = shutil.ignore_patterns("var", ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__")
INHERITED = {"DATABASE_URL", "REDIS_URL", "DATA_DIR"}


def run(folder: Path, tests: tuple[str, ...]) -> int:
    """Run tests inside the copy until the first one fails; return what pytest answered."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    env = {name: value for name, value in os.environ.items() if name not in INHERITED}
    return subprocess.run(
        command,
        cwd=folder,
        env=env | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    ).returncode


def is_caught(folder: Path, mutation: Mutation) -> bool:
    """Break one line, run its tests, put the line back; 1 is pytest's word for a failed test."""
    path = folder / mutation.file
    text = path.read_text()
    if text.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.file}: the line to break is not there: {mutation.old!r}")
    path.write_text(text.replace(mutation.old, mutation.new))
    try:
        return run(folder, mutation.tests) == 1
    finally:
        path.write_text(text)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    """Try the mutations whose names contain one of `words`, all of them without any."""
    chosen = [m for m in MUTATIONS if not words or any(word in m.name for word in words)]
    started, caught = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="mutations-") as name:
        folder = Path(name) / "copy"
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        tests = sorted({test for mutation in chosen for test in mutation.tests})
        if run(folder, tuple(tests)):
            raise SystemExit("the tests fail without any mutation")
        for mutation in chosen:
            found = is_caught(folder, mutation)
            caught += found
            say(f"{'caught  ' if found else 'SURVIVED'}  {mutation.name} ({mutation.file})")
    say(f"mutations caught: {caught} of {len(chosen)} ({time.monotonic() - started:.0f} s)")
    return int(caught < len(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
