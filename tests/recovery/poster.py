"""Somebody at work: `python -m tests.recovery.poster TIMES` posts to the API and uploads files.

Prints, as JSON, the milliseconds of every POST by its kind and the status codes seen. The database
and the broker are those of the environment.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import django


def timed(post: Callable[[], Any]) -> tuple[float, int]:
    started = time.perf_counter()
    answer = post()
    return (time.perf_counter() - started) * 1000, answer.status_code


def main(times: int) -> None:
    """Post `times` vendors and upload a quarter as many files that are left to the worker."""
    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client
    from rest_framework.test import APIClient

    from contracts.services import import_runs
    from saas_tracker.accounts.models import User

    import_runs.SMALL_BYTES = 1
    user = User.objects.get()
    api, browser = APIClient(), Client()
    api.force_authenticate(user)
    browser.force_login(user)

    def vendor(number: int) -> Any:
        return api.post("/api/v1/vendors/", {"name": f"Vendor {number}"}, format="json")

    def upload() -> Any:
        file = SimpleUploadedFile("register.csv", b"name\nx\n")
        return browser.post("/contracts/import/", {"file": file, "how": "act-register"})

    vendor(-1)
    took = {"api": [timed(partial(vendor, number)) for number in range(times)]}
    took["upload"] = [timed(upload) for _ in range(max(1, times // 4))]
    sys.stdout.write(json.dumps(took))


if __name__ == "__main__":
    main(int(sys.argv[1]))
