"""The contract between deliveries and channels."""

from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from contracts.rules.messages import Channel, Message, Refused, Sent


class Box:
    """A channel that keeps what it is given, once."""

    def __init__(self) -> None:
        self.kept: dict[str, Message] = {}

    def send(self, message: Message, *, timeout: float) -> Sent:
        if timeout <= 0:
            raise Refused("no time", permanent=False, retry_after=timedelta(minutes=5))
        self.kept[message.delivery_id] = message
        return Sent(provider_id=f"box-{len(self.kept)}")


def test_a_channel_needs_no_base_class() -> None:
    box = Box()
    channel: Channel = box
    message = Message("8b0c", "owner@example.org", "Decide by Friday", "text")
    assert channel.send(message, timeout=5).provider_id == "box-1"
    assert channel.send(message, timeout=5).provider_id == "box-1"
    assert box.kept == {"8b0c": message}


def test_a_message_cannot_change_on_its_way() -> None:
    message = Message("8b0c", "owner@example.org", "Decide by Friday", "text")
    with pytest.raises(FrozenInstanceError):
        message.to = "other@example.org"  # type: ignore[misc]  # must be refused
    assert (message.html, dict(message.headers)) == ("", {})


def test_a_refusal_says_whether_and_when_to_try_again() -> None:
    with pytest.raises(Refused, match="no time") as refused:
        Box().send(Message("1", "a@example.org", "s", "t"), timeout=0)
    assert not refused.value.permanent
    assert refused.value.retry_after == timedelta(minutes=5)
    assert Refused("no such address", permanent=True).retry_after is None
