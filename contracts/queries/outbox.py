"""The messages of an installation that has no mail server: files in the outbox, read back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

# Django's file mailer ends each message of a file with a line of 79 dashes.
END = b"\n" + b"-" * 79 + b"\n"
KEY = re.compile(r"([0-9]{8}-[0-9]{6}-[0-9]+)\.([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message as its reader would get it; `key` finds it again."""

    key: str
    message_id: str
    date: datetime | None
    sender: str
    to: str
    subject: str
    text: str
    html: str


def latest(limit: int = 200) -> list[OutboxMessage]:
    """Return the newest messages of the outbox, the newest first; none while there is no outbox."""
    found: list[OutboxMessage] = []
    for path in sorted(settings.OUTBOX_DIR.glob("*.log"), reverse=True):
        found += sorted(_messages(path), key=lambda message: message.key, reverse=True)
        if len(found) >= limit:
            break
    return found[:limit]


def message(key: str) -> OutboxMessage | None:
    """Return one message of the outbox; None for a key that names none, whatever it holds."""
    parts = KEY.fullmatch(key)
    if parts is None:
        return None
    path = settings.OUTBOX_DIR / f"{parts[1]}.log"
    return next((found for found in _messages(path) if found.key == key), None)


def _messages(path: Path) -> Iterator[OutboxMessage]:
    if not path.is_file():
        return
    for number, content in enumerate(path.read_bytes().split(END)):
        if content.strip():
            yield _parsed(f"{path.stem}.{number}", content)


def _parsed(key: str, content: bytes) -> OutboxMessage:
    letter = message_from_bytes(content, _class=EmailMessage, policy=default)
    sent = letter["Date"]
    return OutboxMessage(
        key=key,
        message_id=str(letter["Message-ID"] or ""),
        date=_instant(str(sent)) if sent else None,
        sender=str(letter["From"] or ""),
        to=str(letter["To"] or ""),
        subject=str(letter["Subject"] or ""),
        text=_body(letter, "plain"),
        html=_body(letter, "html"),
    )


def _instant(written: str) -> datetime:
    """Read the date of a letter; one without a zone is in UTC (RFC 5322, 3.3)."""
    sent = parsedate_to_datetime(written)
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def _body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    return str(part.get_content()) if part else ""
