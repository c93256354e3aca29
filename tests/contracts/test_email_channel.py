"""What a mail server says, and what becomes of the message."""

import smtplib
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.core.mail import get_connection
from pytest_django import Settings

from contracts.channels.email import EmailChannel
from contracts.rules.messages import Message, Refused
from tests.recovery.sink import Sink

MESSAGE = Message("5f0c", "owner@tracker.example", "Subject", "text", "<p>text</p>")

# The answers of a mail server, and what becomes of the message.
ANSWERS = [
    *((f"{code} no", False) for code in (421, 450, 451, 452, 454)),
    *((f"{code} no", True) for code in (500, 501, 503, 521, 550, 551, 552, 553, 554, 556)),
]


@pytest.fixture
def smtp(settings: Settings) -> Iterator[Sink]:
    """Yield a real mail server on a local port, named in the settings."""
    with Sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.server_address[:2]
        yield sink


def refusal(timeout: float = 5) -> Refused:
    with pytest.raises(Refused) as caught:
        EmailChannel(host="tracker.example").send(MESSAGE, timeout=timeout)
    return caught.value


def test_a_mail_server_takes_a_message_under_our_id(smtp: Sink) -> None:
    sent = EmailChannel(host="tracker.example").send(MESSAGE, timeout=5)
    assert sent.provider_id == "<5f0c@tracker.example>"
    assert smtp.ids == {"5f0c": 1}


@pytest.mark.parametrize(("answer", "permanent"), ANSWERS)
def test_an_answer_about_the_recipient_says_whether_to_try_again(
    smtp: Sink, answer: str, permanent: bool
) -> None:
    smtp.answers[MESSAGE.to] = answer
    assert refusal().permanent is permanent
    assert smtp.ids == {}


@pytest.mark.parametrize(("answer", "permanent"), [("421 busy", False), ("554 never", True)])
def test_an_answer_to_the_connection_says_whether_to_try_again(
    smtp: Sink, answer: str, permanent: bool
) -> None:
    smtp.greeting = answer
    assert refusal().permanent is permanent


def test_a_server_that_is_not_there_is_tried_again(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = unused.getsockname()
    assert refusal().permanent is False


@pytest.mark.parametrize(
    ("problem", "permanent"),
    [
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), False),
        (smtplib.SMTPNotSupportedError("no STARTTLS"), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (smtplib.SMTPSenderRefused(550, b"not you", "from"), True),
        (smtplib.SMTPDataError(554, b"spam"), True),
        (smtplib.SMTPDataError(451, b"later"), False),
        (OSError("disk full"), False),
        (ValueError("no such domain"), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_problem_of_the_conversation_says_whether_to_try_again(
    problem: Exception, permanent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> int:
        raise problem

    monkeypatch.setattr(type(get_connection()), "send_messages", fail)
    assert refusal().permanent is permanent


def test_a_server_that_drips_is_left_after_the_time_limit(smtp: Sink) -> None:
    smtp.answers[MESSAGE.to] = "250-still thinking\r\n" * 2000
    smtp.pause = 0.05
    started = time.monotonic()
    problem = refusal(timeout=1)
    took = time.monotonic() - started
    assert problem.permanent is False
    assert problem.reason == "no answer within 1 s"
    assert 0.9 < took < 2
    assert smtp.ids == {}


@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_line_break_cannot_smuggle_a_header(field: str) -> None:
    broken: dict[str, Any] = {field: "x\r\nBcc: thief@example.org"}
    with pytest.raises(Refused) as caught:
        EmailChannel(host="h").send(replace(MESSAGE, **broken), timeout=5)
    assert caught.value.permanent
    assert mail.outbox == []
