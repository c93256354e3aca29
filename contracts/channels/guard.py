"""One POST to an address of somebody's choosing, which must never reach our own network."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from threading import Thread, Timer
from typing import Any

from contracts.rules.addresses import Endpoint, Network, endpoint, is_open
from contracts.rules.messages import Refused

CONNECT_SECONDS = 5.0
LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = timedelta(days=1)
# Whoever answers so asks for patience; every other 4xx stays as it is.
PATIENCE = (408, 425, 429)
GONE = 410
Resolver = Callable[[str, int], Sequence[str]]
Dialer = Callable[[str, int, float], socket.socket]


def look_up(host: str, port: int) -> list[str]:
    """Return every address of a host, in the resolver's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


def dial(address: str, port: int, timeout: float) -> socket.socket:
    """Open a connection to an address, never to a name."""
    return socket.create_connection((address, port), timeout)


class GuardedPost:
    """Posts to public addresses, and to the networks that the operator opened.

    A name is resolved once and all of its answers are checked; the connection goes to the checked
    address. No redirect is followed, no proxy of the environment is asked, certificates are
    verified, at most 64 KiB are read, and `timeout` is the limit of the whole. Errors never repeat
    the URL.
    """

    def __init__(
        self,
        *,
        ports: Sequence[int],
        allowed: Sequence[Network] = (),
        resolver: Resolver = look_up,
        dialer: Dialer = dial,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`resolver`, `dialer` and `tls` stand for the network where a test has none."""
        self.ports = ports
        self.allowed = allowed
        self.resolver = resolver
        self.dialer = dialer
        self.tls = tls

    def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], *, timeout: float
    ) -> None:
        """Post `body`; raises Refused for everything but a 2xx answer."""
        until = time.monotonic() + timeout
        try:
            place = endpoint(url, self.ports)
        except ValueError as problem:
            raise Refused(f"The address is refused: {problem}", permanent=True) from None
        try:
            with closing(self._connected(place, until)) as line:
                self._exchange(line, place, body, headers, until)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise Refused(_reason(problem, until), permanent=False) from None

    def _connected(self, place: Endpoint, until: float) -> socket.socket:
        """Connect to the first checked address that answers."""
        problem: OSError = OSError("no address")
        patience = min(until, time.monotonic() + CONNECT_SECONDS)
        for address in self._checked(place, patience):
            try:
                line = self.dialer(address, place.port, max(0.1, patience - time.monotonic()))
            except OSError as failure:
                problem = failure
                continue
            if line.getpeername()[0] != address:
                line.close()
                raise Refused("The connection went elsewhere.", permanent=True)
            return line
        raise problem

    def _checked(self, place: Endpoint, until: float) -> Sequence[str]:
        addresses = _within(until, lambda: self.resolver(place.host, place.port))
        if not all(is_open(address, self.allowed) for address in addresses):
            raise Refused("The address is refused: not a public network", permanent=True)
        return addresses

    def _exchange(
        self,
        line: socket.socket,
        place: Endpoint,
        body: bytes,
        headers: Mapping[str, str],
        until: float,
    ) -> None:
        left = max(0.1, until - time.monotonic())
        line.settimeout(left)
        with closing(line.dup()) as handle:
            watch = Timer(left, _hang_up, [handle])
            watch.daemon = True
            watch.start()
            try:
                _judge(self._answer(line, place, body, headers, until))
            finally:
                watch.cancel()

    def _answer(
        self,
        line: socket.socket,
        place: Endpoint,
        body: bytes,
        headers: Mapping[str, str],
        until: float,
    ) -> http.client.HTTPResponse:
        if place.scheme == "https":
            context = self.tls or ssl.create_default_context()
            line = context.wrap_socket(line, server_hostname=place.host)
        with closing(http.client.HTTPConnection(place.host, place.port)) as connection:
            connection.sock = line
            connection.request("POST", place.target, body, {"Host": place.authority, **headers})
            with closing(connection.getresponse()) as response:
                # Cut off by us, half a status line would look like an answer.
                if time.monotonic() >= until:
                    raise TimeoutError
                with suppress(OSError, http.client.HTTPException, ValueError):
                    response.read(LONGEST_ANSWER)
            return response


def _within(until: float, ask: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return an answer that comes in time: the resolver of the machine has no limit of its own."""
    answer: list[Sequence[str] | Exception] = []

    def run() -> None:
        try:
            answer.append(ask())
        except (OSError, ValueError) as problem:
            answer.append(problem)

    asking = Thread(target=run, daemon=True)
    asking.start()
    asking.join(max(0.1, until - time.monotonic()))
    found = answer[0] if answer else TimeoutError("the name was not resolved in time")
    if isinstance(found, Exception):
        raise found
    return found


def _hang_up(handle: socket.socket) -> None:
    """Break off a conversation that drips along: each byte came in time, the whole did not."""
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _judge(response: http.client.HTTPResponse) -> None:
    """Accept a 2xx; a redirect and most 4xx stay as they are, anything else may pass."""
    status = response.status
    if 200 <= status < 300:
        return
    permanent = 300 <= status < 500 and status not in PATIENCE
    raise Refused(
        f"HTTP {status}",
        permanent=permanent,
        retry_after=None if permanent else _wait(response),
        gone=status == GONE,
    )


def _wait(response: http.client.HTTPResponse) -> timedelta | None:
    """Return what Retry-After says, at most a day; a date counts from the answer's own."""
    text = (response.getheader("Retry-After") or "").strip()
    if text.isdecimal() and text.isascii():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    with suppress(ValueError, TypeError):
        answered = parsedate_to_datetime(response.getheader("Date") or "")
        return min(max(parsedate_to_datetime(text) - answered, timedelta(0)), LONGEST_WAIT)
    return None


def _reason(problem: Any, until: float) -> str:
    """Name a fault without repeating what was sent or where to."""
    if time.monotonic() >= until or isinstance(problem, TimeoutError):
        return "no answer in time"
    if isinstance(problem, ssl.SSLError):
        return f"TLS: {problem.reason or type(problem).__name__}"
    if isinstance(problem, socket.gaierror):
        return "the name of the host is not known"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return type(problem).__name__
