"""A mail server of a few lines: accepts on a local port and remembers what it took, and when."""

import re
import socketserver
import threading
import time
from collections import Counter
from types import TracebackType

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)", re.IGNORECASE | re.MULTILINE)


class Conversation(socketserver.StreamRequestHandler):
    """One connection, command by command."""

    server: "Sink"

    def handle(self) -> None:
        self.say(self.server.greeting)
        while line := self.rfile.readline().decode("latin-1").strip():
            word = line[:4].upper()
            if word == "DATA":
                self.take()
            elif word == "RCPT":
                self.recipient = line.partition("<")[2].partition(">")[0]
                self.say(self.server.answers.get(self.recipient, "250 ok"))
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 sink")

    def take(self) -> None:
        """Accept a message; from the moment of the note below it counts as delivered."""
        self.say("354 go on")
        content = b"".join(iter(self.rfile.readline, b".\r\n"))
        found = MESSAGE_ID.search(content)
        self.server.note(found[1].decode() if found else "", self.recipient, content)
        self.say("250 taken")

    def say(self, text: str) -> None:
        for line in text.splitlines():
            self.wfile.write(line.encode() + b"\r\n")
            time.sleep(self.server.pause)


class Sink(socketserver.ThreadingTCPServer):
    """Counts messages by their id and by their receiver."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, answers: dict[str, str] | None = None, greeting: str = "220 sink") -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answers, self.greeting = answers or {}, greeting
        # Seconds after each line of an answer.
        self.pause = 0.0
        self.ids: Counter[str] = Counter()
        self.receivers: Counter[str] = Counter()
        self.letters: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def note(self, message_id: str, receiver: str, content: bytes) -> None:
        with self._lock:
            # A receiver that drops copies keeps the first one.
            self.letters.setdefault(message_id, content)
            self.ids[message_id] += 1
            self.receivers[receiver] += 1

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_args: object) -> None:
        """Stay calm when a sender dies in the middle of a conversation."""

    def __enter__(self) -> "Sink":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self.server_close()
