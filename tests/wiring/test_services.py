"""The servers of a test run start by themselves and never outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

ROOT = Path(__file__).resolve().parents[2]
WAITING_TEST = """
import os, time

def test_that_waits(postgres_url, redis_url):
    with open(os.environ["SAY"], "w") as say:
        say.write(postgres_url + "\\n" + redis_url + "\\n")
    time.sleep(60)
"""


# A shell starts its background jobs with Ctrl-C ignored, and children inherit that.
HEEDING_CTRL_C = """
import signal, sys, pytest

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(pytest.main(sys.argv[1:]))
"""


def test_postgres_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
    assert row is not None
    assert int(row[0]) >= 140000


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.set("question", "answer") is True
        assert client.get("question") == b"answer"


def start_a_run(folder: Path) -> tuple[subprocess.Popen[bytes], list[Path]]:
    """Start a pytest that waits inside a test; return it and the sockets of its servers."""
    test, say = folder / "test_waiting.py", folder / "say"
    test.write_text(WAITING_TEST)
    command = [sys.executable, "-c", HEEDING_CTRL_C, "-q", "-p", "no:cacheprovider", str(test)]
    without = {"DATABASE_URL", "REDIS_URL", "DATA_DIR"}
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    run = subprocess.Popen(
        [*command, "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")],
        cwd=ROOT,
        env=inherited | {"SAY": str(say)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + 30
    while not (say.exists() and say.read_text().count("\n") == 2):
        assert run.poll() is None, "the inner run ended early"
        assert time.monotonic() < until
        time.sleep(0.05)
    database, broker = say.read_text().split()
    return run, [Path(database.partition("host=")[2]) / ".s.PGSQL.5432", Path(broker[7:])]


def processes_naming(folder: Path) -> list[str]:
    """Return the command lines of all processes that mention `folder`."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see processes")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_no_server_and_no_folder(
    tmp_path: Path, number: signal.Signals
) -> None:
    run, sockets = start_a_run(tmp_path)
    folders = [sockets[0].parent.parent, sockets[1].parent]
    assert all(socket.exists() for socket in sockets)
    assert all(processes_naming(folder) for folder in folders)
    run.send_signal(number)
    run.wait(20)
    until = time.monotonic() + 20
    while any(processes_naming(folder) or folder.exists() for folder in folders):
        assert time.monotonic() < until, [processes_naming(folder) for folder in folders]
        time.sleep(0.1)
