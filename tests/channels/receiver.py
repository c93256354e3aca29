"""A web server of the test: says what it is told to say and remembers what it heard."""

import base64
import hashlib
import hmac
import json
import socketserver
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

TOLERANCE = 300


class Refusal(Exception):
    """A message that this receiver does not take."""


class Verifier:
    """An independent reading of Standard Webhooks 1.0: signature, age, and every id once."""

    def __init__(self, *secrets: str) -> None:
        self.keys = [base64.b64decode(one.removeprefix("whsec_")) for one in secrets]
        self.seen: set[str] = set()

    def verify(self, body: bytes, headers: Mapping[str, str], *, now: float) -> Any:
        given = {name.lower(): value for name, value in headers.items()}
        identity, stamp = given["webhook-id"], given["webhook-timestamp"]
        content = b".".join([identity.encode(), stamp.encode(), body])
        wanted = {
            "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
            for key in self.keys
        }
        if not wanted & set(given["webhook-signature"].split(" ")):
            raise Refusal("signature")
        if abs(now - int(stamp)) > TOLERANCE:
            raise Refusal("timestamp")
        if identity in self.seen:
            raise Refusal("replayed")
        self.seen.add(identity)
        return json.loads(body)


class Receiver(socketserver.ThreadingTCPServer):
    """Answers every POST with `answer`, the raw bytes of a response."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        super().__init__((host, 0), Handler)
        self.tls = tls
        self.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.pause = 0.0
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.connections = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/hook?token=canary") -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def get_request(self) -> Any:
        line, address = super().get_request()
        self.connections += 1
        return line, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def setup(self) -> None:
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.request.close()

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        heard = (self.path, dict(self.headers.items()), self.rfile.read(size))
        self.server.heard.append(heard)
        if not self.server.pause:
            self.wfile.write(self.server.answer)
            self.close_connection = True
            return
        for byte in self.server.answer:
            self.wfile.write(bytes([byte]))
            time.sleep(self.server.pause)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""
