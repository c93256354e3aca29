"""The file outbox is read back as people would read it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from pytest_django import Settings

from contracts.queries import outbox


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.OUTBOX_DIR = tmp_path / "outbox"
    return tmp_path / "outbox"


def write(folder: Path, *subjects: str) -> None:
    """Let Django's own file mailer write, several letters through one connection into one file."""
    mailer = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=folder)
    letters: list[EmailMultiAlternatives] = []
    for subject in subjects:
        letter = EmailMultiAlternatives(
            subject, f"text of {subject} 37 €", "from@x.example", ["to@x.example"]
        )
        letter.extra_headers["Message-ID"] = f"<{len(letters)}@x.example>"
        letter.attach_alternative(f"<p>{subject}</p>", "text/html")
        letters.append(letter)
    assert mailer.send_messages(letters) == len(letters)


def test_messages_are_read_back_newest_first(folder: Path) -> None:
    write(folder, "Größe", "second")
    [second, first] = outbox.latest()
    assert (second.subject, first.subject) == ("second", "Größe")
    assert first.text.strip() == "text of Größe 37 €"
    assert first.html.strip() == "<p>Größe</p>"
    assert (first.to, first.sender) == ("to@x.example", "from@x.example")
    assert first.message_id == "<0@x.example>"
    assert first.date is not None
    assert abs((datetime.now(UTC) - first.date).total_seconds()) < 60
    assert outbox.message(first.key) == first


def test_the_list_is_bounded(folder: Path) -> None:
    write(folder, *(f"letter {n}" for n in range(7)))
    assert len(outbox.latest(limit=3)) == 3


def test_no_outbox_is_an_empty_outbox(folder: Path) -> None:
    assert outbox.latest() == []
    assert outbox.message("20260101-000000-1.0") is None


@pytest.mark.parametrize(
    "key",
    ["../secret.0", "/etc/passwd", "20260101-000000-1.0/..", "20260101-000000-1", "", "x\0.0"],
)
def test_a_key_cannot_leave_the_folder(folder: Path, key: str) -> None:
    folder.mkdir()
    (folder.parent / "secret.log").write_text("Subject: secret\n\n")
    assert outbox.message(key) is None


def test_half_a_message_does_not_hide_the_others(folder: Path) -> None:
    write(folder, "whole", "cut off")
    [path] = folder.glob("*.log")
    path.write_bytes(path.read_bytes()[:-900])
    assert "whole" in [found.subject for found in outbox.latest()]
