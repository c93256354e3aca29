"""What a receiver says, and what becomes of the message; what it does to the connection, and how long."""

import datetime as dt
import ipaddress
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contracts.channels.guard import LONGEST_WAIT, GuardedPost
from contracts.rules.messages import Refused
from tests.channels.conftest import LOOPBACK
from tests.channels.receiver import Receiver

TAKEN = (200, 201, 202, 203, 204, 205, 206, 208, 226, 299)
LATER = (408, 425, 429, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 599, 600, 999)
NEVER = (
    *(300, 301, 302, 303, 304, 305, 307, 308),
    *(400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 418, 421, 422),
    *(423, 424, 426, 428, 431, 451, 499),
)
GARBAGE = {
    "nothing": b"",
    "no status line": b"hello\r\n\r\n",
    "half a line": b"HTTP/1.1 2",
    "no number": b"HTTP/1.1 abc OK\r\n\r\n",
    "too small": b"HTTP/1.1 099 No\r\n\r\n",
    "binary": bytes(range(256)) * 4,
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    "another protocol": b"220 mail.example ESMTP\r\n",
}


def refusal(post: GuardedPost, url: str, timeout: float = 5) -> Refused:
    with pytest.raises(Refused) as caught:
        post(url, b"{}", {"X": "y"}, timeout=timeout)
    assert "canary" not in caught.value.reason
    assert "/hook" not in caught.value.reason
    return caught.value


def answer(status: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Content-Length: 0", *headers, "", ""]
    return "\r\n".join(lines).encode()


def test_at_least_forty_answers_are_judged() -> None:
    assert len({*TAKEN, *LATER, *NEVER}) + len(GARBAGE) >= 40


@pytest.mark.parametrize("status", TAKEN)
def test_a_message_is_taken(receiver: Receiver, post: GuardedPost, status: int) -> None:
    receiver.answer = answer(status)
    post(receiver.url(), b'{"a": 1}', {"Content-Type": "application/json"}, timeout=5)
    [(path, headers, body)] = receiver.heard
    assert (path, body) == ("/hook?token=canary", b'{"a": 1}')
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", LATER)
def test_a_message_is_wanted_later(receiver: Receiver, post: GuardedPost, status: int) -> None:
    receiver.answer = answer(status)
    problem = refusal(post, receiver.url())
    assert (problem.permanent, problem.reason) == (False, f"HTTP {status}")


@pytest.mark.parametrize("status", NEVER)
def test_a_message_is_never_wanted(receiver: Receiver, post: GuardedPost, status: int) -> None:
    receiver.answer = answer(status, "Retry-After: 5")
    problem = refusal(post, receiver.url())
    assert (problem.permanent, problem.retry_after) == (True, None)


@pytest.mark.parametrize("said", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_tried_again(receiver: Receiver, post: GuardedPost, said: bytes) -> None:
    receiver.answer = said
    assert refusal(post, receiver.url()).permanent is False


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, post: GuardedPost, status: int) -> None:
    with Receiver() as inner:
        receiver.answer = answer(status, f"Location: {inner.url()}")
        assert refusal(post, receiver.url()).permanent
        assert inner.connections == 0
    assert receiver.connections == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (("Retry-After: 0",), 0),
        (("Retry-After: 120",), 120),
        (("Retry-After: 99999999999999999999",), LONGEST_WAIT.total_seconds()),
        (("Retry-After: -5",), None),
        (("Retry-After: soon",), None),
        (("Retry-After: ٣",), None),
        ((), None),
        (
            (
                "Date: Mon, 02 Mar 2026 12:00:00 GMT",
                "Retry-After: Mon, 02 Mar 2026 12:10:00 GMT",
            ),
            600,
        ),
        (
            (
                "Date: Mon, 02 Mar 2026 12:00:00 GMT",
                "Retry-After: Mon, 02 Mar 2026 11:00:00 GMT",
            ),
            0,
        ),
        (("Retry-After: Mon, 02 Mar 2026 12:10:00 GMT",), None),
    ],
)
def test_the_wait_a_receiver_asks_for_is_read(
    receiver: Receiver, post: GuardedPost, headers: tuple[str, ...], seconds: float | None
) -> None:
    receiver.answer = answer(429, *headers)
    wait = refusal(post, receiver.url()).retry_after
    assert (wait.total_seconds() if wait is not None else None) == seconds


def test_a_port_where_nobody_listens_is_tried_again(receiver: Receiver) -> None:
    with Receiver() as gone:
        port = gone.port
    post = GuardedPost(ports=(port,), allowed=(LOOPBACK,))
    problem = refusal(post, f"http://127.0.0.1:{port}/hook?canary")
    assert (problem.permanent, problem.reason) == (False, "Connection refused")


def test_a_name_that_is_not_known_is_tried_again() -> None:
    problem = refusal(GuardedPost(ports=(80,)), "http://nobody.invalid/hook?canary")
    assert (problem.permanent, problem.reason) == (False, "the name of the host is not known")


def test_a_receiver_that_drips_costs_one_time_limit(receiver: Receiver, post: GuardedPost) -> None:
    receiver.answer, receiver.pause = b"HTTP/1.1 200 " + b"O" * 2000, 0.05
    started = time.monotonic()
    problem = refusal(post, receiver.url(), timeout=1)
    assert (problem.permanent, problem.reason) == (False, "no answer in time")
    assert 0.9 < time.monotonic() - started < 2


def test_a_resolver_that_hangs_costs_one_time_limit() -> None:
    def slow(_host: str, _port: int) -> list[str]:
        time.sleep(3)
        return []

    started = time.monotonic()
    problem = refusal(GuardedPost(ports=(80,), resolver=slow), "http://slow.example/", timeout=0.5)
    assert (problem.permanent, problem.reason) == (False, "no answer in time")
    assert time.monotonic() - started < 1.5


def test_an_endless_answer_is_read_no_further_than_its_limit(
    receiver: Receiver, post: GuardedPost
) -> None:
    receiver.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_000_000
    started = time.monotonic()
    post(receiver.url(), b"{}", {}, timeout=10)
    assert time.monotonic() - started < 5


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return a certificate for 127.0.0.1 and name.example, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "name.example")])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [
        x509.DNSName("name.example"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, secret


def server_side(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_a_certificate_nobody_vouches_for_gets_no_message(certificate: tuple[Path, Path]) -> None:
    with Receiver(tls=server_side(certificate)) as receiver:
        post = GuardedPost(ports=(receiver.port,), allowed=(LOOPBACK,))
        problem = refusal(post, receiver.url())
        assert problem.permanent is False
        assert problem.reason == "TLS: CERTIFICATE_VERIFY_FAILED"
        assert receiver.heard == []


def test_the_certificate_is_that_of_the_name_although_an_address_is_dialled(
    certificate: tuple[Path, Path],
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with Receiver(tls=server_side(certificate)) as receiver:
        post = GuardedPost(
            ports=(receiver.port,),
            allowed=(LOOPBACK,),
            resolver=lambda _host, _port: ["127.0.0.1"],
            tls=trusting,
        )
        post(f"https://name.example:{receiver.port}/x", b"{}", {}, timeout=5)
        assert refusal(post, f"https://other.example:{receiver.port}/x").permanent is False
        [(_path, headers, _body)] = receiver.heard
        assert headers["Host"] == f"name.example:{receiver.port}"


def test_a_plain_server_where_tls_was_asked_for_is_tried_again(
    receiver: Receiver, post: GuardedPost
) -> None:
    assert refusal(post, receiver.url().replace("http:", "https:")).permanent is False
    assert receiver.heard == []
