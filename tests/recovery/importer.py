"""An importer that dies: `python -m tests.recovery.importer FOLDER CALL` is killed (SIGKILL) right
after its CALL-th writing call, or at the commit itself where CALL is `commit`; CALL 0 lives."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django


def dying(work: Callable[..., Any], calls: list[int], last: int) -> Callable[..., Any]:
    """Return `work` so that the process dies when it has returned for the last time."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = work(*args, **kwargs)
        calls.append(1)
        if len(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def main(folder: Path, last: str) -> None:
    """Import a history and die on the way."""
    django.setup()
    from django.db import connection

    from contracts.services import import_store, imports, ledger

    calls: list[int] = []
    if last == "commit":
        connection.run_on_commit = []
        connection.commit = lambda: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]  # the kill replaces it
    else:
        for module, name in ((import_store, "create"), (ledger, "refresh")):
            setattr(module, name, dying(getattr(module, name), calls, int(last)))
    parts = imports.parts_of(preset="history")
    imports.apply(imports.plan(folder, parts))
    sys.stdout.write(str(len(calls)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
