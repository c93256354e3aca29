"""Messages by e-mail, through whatever mail connection the settings name."""

import smtplib
from contextlib import suppress
from socket import SHUT_RDWR
from threading import Thread
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection

from contracts.rules.messages import Message, Refused, Sent

# Ours to repair within the days of retries: a wrong password must not use up every alert.
OUR_FAULT = (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError)


class EmailChannel:
    """One message, one connection, one answer."""

    def __init__(self, *, host: str) -> None:
        """`host` stands behind the @ of every message id."""
        self.host = host

    def send(self, message: Message, *, timeout: float) -> Sent:
        """Hand the message over; no answer within `timeout` seconds is a temporary failure."""
        connection = get_connection(timeout=timeout)
        letter = self._letter(message, connection)
        outcome: list[Exception | None] = []
        sender = Thread(target=_hand_over, args=(letter, outcome), daemon=True)
        sender.start()
        sender.join(timeout)
        if sender.is_alive():
            _hang_up(connection)
            raise Refused(f"no answer within {timeout:g} s", permanent=False)
        problem = outcome[0] if outcome else OSError("the connection stopped without an answer")
        if problem is not None:
            raise _refusal(problem) from problem
        return Sent(provider_id=letter.extra_headers["Message-ID"])

    def _letter(self, message: Message, connection: Any) -> EmailMultiAlternatives:
        headers = {
            "Message-ID": f"<{message.delivery_id}@{self.host}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **message.headers,
        }
        if any(mark in text for text in (message.to, message.subject) for mark in "\r\n"):
            raise Refused("a line break in the address or the subject", permanent=True)
        letter = EmailMultiAlternatives(
            message.subject, message.text, to=[message.to], headers=headers, connection=connection
        )
        if message.html:
            letter.attach_alternative(message.html, "text/html")
        return letter


def _hand_over(letter: EmailMultiAlternatives, outcome: list[Exception | None]) -> None:
    try:
        letter.send()
    except (OSError, ValueError) as problem:
        outcome.append(problem)
    else:
        outcome.append(None)


def _hang_up(connection: Any) -> None:
    """Break off a conversation that drips along: each byte came in time, the whole did not."""
    session = getattr(connection, "connection", None)
    if session is not None and session.sock is not None:
        with suppress(OSError):
            session.sock.shutdown(SHUT_RDWR)


def _refusal(problem: Exception) -> Refused:
    """Say whether trying again makes sense: a 5xx answer and a malformed address stay as they are."""
    if isinstance(problem, OUR_FAULT):
        return Refused(_reason(problem), permanent=False)
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in problem.recipients.values()]
        return Refused(_reason(problem), permanent=all(code >= 500 for code in codes))
    if isinstance(problem, smtplib.SMTPResponseException):
        return Refused(_reason(problem), permanent=problem.smtp_code >= 500)
    return Refused(_reason(problem), permanent=not isinstance(problem, OSError))


def _reason(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:500]
