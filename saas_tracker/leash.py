"""Starts the command it is given and ties its life to that of its parent.

Run as a script, before any of the project is imported: `python leash.py COMMAND ARGUMENT ...`. On
Linux the kernel then ends the command when the parent dies, even by kill -9; elsewhere it only
starts the command.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> None:
    """Replace this process by `command`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
