"""The sign of life to a watchdog outside: one GET, and no answer within seconds is a failure."""

from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
)

TIMEOUT = 5.0
HANDLERS = (HTTPHandler, HTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor)


def ping(address: str) -> str:
    """Fetch the address, without redirects or proxies; return what went wrong, "" for nothing.

    Never raises; the reason does not repeat the address, which may hold a secret.
    """
    if urlsplit(address).scheme not in {"http", "https"}:
        return "neither http nor https"
    opener = OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    try:
        answer = opener.open(address, timeout=TIMEOUT)
    except (OSError, ValueError, HTTPException) as problem:
        return f"{type(problem).__name__}: {getattr(problem, 'code', '') or 'no answer'}"
    if answer is None:
        return "no answer"
    answer.close()
    return ""
