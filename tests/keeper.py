"""Owns the servers of one test run: starts them, says where they are, and ends with its parent.

Run as `python keeper.py FOLDER [postgres=BIN_DIR] [redis=BINARY]`. It prints one JSON line with an
address per server and then reads its standard input. The end of that stream means that the parent
is gone, however it went: the servers are stopped and the folder is removed.
"""

import contextlib
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypedDict

START_SECONDS = 30
STOP_SECONDS = 5
POSTGRES_SETTINGS = {
    # It would look while a test fills its tables and take them for empty; what is left over from
    # tests is cleared away between their files.
    "autovacuum": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "listen_addresses": "",
}


class Identity(TypedDict, total=False):
    """The account a server runs as, in the words of `subprocess`."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged() -> Identity:
    """Return the account for PostgreSQL, which refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(binaries: Path, folder: Path, identity: Identity) -> Path:
    """Return where `identity` can execute the PostgreSQL programs, copying them if need be."""
    probe = [str(binaries / "postgres"), "--version"]
    with contextlib.suppress(OSError):
        answer = subprocess.run(probe, **identity, cwd="/", capture_output=True, check=False)
        if answer.returncode == 0:
            return binaries
    shutil.copytree(binaries.parent, folder / "install", symlinks=True)
    return folder / "install" / binaries.name


def start_postgres(binaries: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start a new PostgreSQL cluster on a socket inside `folder`; return it and its address."""
    identity = unprivileged()
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    if identity:
        folder.chmod(0o711)
        os.chown(home, identity["user"], identity["group"])
    programs = reachable(binaries, folder, identity)
    initdb = [str(programs / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-A", "trust"]
    initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    subprocess.run(initdb, **identity, cwd=home, check=True, stdout=subprocess.DEVNULL)
    serve = [str(programs / "postgres"), "-D", str(home / "data"), "-k", str(home)]
    for name, value in POSTGRES_SETTINGS.items():
        serve += ["-c", f"{name}={value}"]
    with (folder / "postgres.log").open("wb") as log:
        server = subprocess.Popen(serve, **identity, cwd=home, stdout=log, stderr=log)
    ready = [str(programs / "pg_isready"), "-q", "-U", "postgres", "-h", str(home)]
    wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, server)
    return server, f"postgresql://postgres@/postgres?host={home}"


def start_redis(binary: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start a Redis without a port and without a disk; return it and its address."""
    socket = folder / "redis.sock"
    serve = [str(binary), "--port", "0", "--unixsocket", str(socket), "--save", ""]
    serve += ["--appendonly", "no", "--dir", str(folder)]
    with (folder / "redis.log").open("wb") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log)
    wait_for(socket.exists, server)
    return server, f"unix://{socket}"


def wait_for(condition: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    """Return when `condition()` holds; raise if the server has ended or takes too long."""
    until = time.monotonic() + START_SECONDS
    while not condition():
        if server.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"{server.args!r} did not start")
        time.sleep(0.02)


def stop(servers: list[subprocess.Popen[bytes]], folder: Path) -> None:
    """End the servers at once (nothing in them is worth saving) and remove the folder."""
    for server in servers:
        server.send_signal(signal.SIGQUIT)
    for server in servers:
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    shutil.rmtree(folder, ignore_errors=True)


def wait_for_the_end_of(parent: int) -> None:
    """Return when the parent closes our standard input or no longer exists."""
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], 1.0)
        if readable and not os.read(sys.stdin.fileno(), 1024):
            return


def leave(_number: int, _frame: FrameType | None) -> None:
    """Turn a polite request to end into the ordinary way out."""
    raise SystemExit(0)


def main(arguments: list[str]) -> None:
    """Start what the command line names, report, and stay until the parent is gone."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)
    folder = Path(arguments[0])
    wanted = dict(item.split("=", 1) for item in arguments[1:])
    servers: list[subprocess.Popen[bytes]] = []
    addresses: dict[str, str] = {}
    starters = {"postgres": start_postgres, "redis": start_redis}
    try:
        for name, place in wanted.items():
            server, addresses[name] = starters[name](Path(place), folder)
            servers.append(server)
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        wait_for_the_end_of(parent)
    finally:
        stop(servers, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
