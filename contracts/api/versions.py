"""Lost updates: a change names the version it was made from (ETag, If-Match)."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

ETAG = re.compile(r'^(?:W/)?"(\d{1,9})"$')


class VersionMissing(APIException):
    """A change without If-Match."""

    status_code = 428
    default_detail = _("Send the ETag of the row you read as If-Match.")
    default_code = "version_missing"


class VersionStale(APIException):
    """Somebody else changed the row since it was read; the body says what it is now."""

    status_code = 412
    default_detail = _("Somebody else changed this in the meantime. Read it again.")
    default_code = "stale"

    def __init__(self, version: int, current: dict[str, Any] | None) -> None:
        super().__init__()
        self.extra = {"version": version, "etag": etag_of(version), "current": current}


def etag_of(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def expected_version(request: Request) -> int:
    """Return the version a request was made from; raises `VersionMissing` where it names none."""
    found = ETAG.match(request.headers.get("If-Match", "").strip())
    if found is None:
        raise VersionMissing
    return int(found[1])
