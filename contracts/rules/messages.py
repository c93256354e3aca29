"""The contract between a delivery and a channel: what goes out, comes back and is refused."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# Fixed for ever: the ids it gives must survive a restore, a move and a second installation's copy.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "alerts.saas-tracker")


def digest_key(destination: uuid.UUID, number: int, carried: Iterable[uuid.UUID]) -> uuid.UUID:
    """Return the id of the digest that carries these messages, the `number`-th to its destination.

    Promise: the same messages give the same id in any order; one more or less gives another, so
    that a receiver that drops known ids never drops what it has not seen.

    Source: R11.
    """
    listed = "|".join(sorted(str(key) for key in carried))
    return uuid.uuid5(NAMESPACE, f"digest|{destination}|{number}|{listed}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one receiver; `delivery_id` is a UUID as text and the same for every attempt.

    `at` is the instant of this attempt. Where it is posted to a web address, `url` and the signing
    `secrets` are never shown; `event` says the same as the text to a program, `link` is the page.

    Source: R11.
    """

    delivery_id: str
    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    at: datetime = LONG_AGO
    link: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    url: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """The receiver accepted the message, under this id of its own.

    Source: R11.
    """

    provider_id: str


class Refused(Exception):  # an answer of the receiver, not a fault of ours
    """The message was not accepted.

    `permanent` says that trying again is pointless, `retry_after` when the receiver wants it again,
    `gone` that the address has ended for good.

    Source: delivery T4.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        retry_after: timedelta | None = None,
        gone: bool = False,
    ) -> None:
        """Keep the reason, free of secrets, and what to do about it."""
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.gone = gone


class Channel(Protocol):
    """A way out, one per kind of destination.

    Source: delivery T3.
    """

    def send(self, message: Message, *, timeout: float) -> Sent:
        """Hand the message over within `timeout` seconds or raise Refused."""
        ...


class Post(Protocol):
    """The one way to a web address; every channel that has one goes through it.

    Source: S07.
    """

    def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], *, timeout: float
    ) -> None:
        """Post `body` within `timeout` seconds or raise Refused."""
        ...
