"""A receiver on this machine, and a post that may reach it."""

import ipaddress
from collections.abc import Iterator

import pytest

from contracts.channels.guard import GuardedPost
from tests.channels.receiver import Receiver

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def post(receiver: Receiver) -> GuardedPost:
    return GuardedPost(ports=(receiver.port,), allowed=(LOOPBACK,))
