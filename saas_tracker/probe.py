"""Asks the web process of this container for one page: `python -m saas_tracker.probe /readyz`."""

import http.client
import os
import sys

PORT = 8000
SECONDS = 4


def answer(path: str, host: str) -> int:
    """Return the status with which the web process answers a request for `path`."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)
    connection.request("GET", path, headers={"Host": host})
    return connection.getresponse().status


if __name__ == "__main__":
    first_host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".")
    sys.exit(answer(sys.argv[1], first_host) != http.client.OK)
