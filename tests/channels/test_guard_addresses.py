"""No spelling of an inner address, no trick of a name, a redirect or an environment gets a message inside."""

import ipaddress
import socket
from collections.abc import Sequence

import pytest

from contracts.channels.guard import GuardedPost, look_up
from contracts.rules.addresses import endpoint, is_open
from contracts.rules.messages import Refused
from tests.channels.receiver import Receiver

INNER = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.254",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "250.1.2.3",
    "255.255.255.254",
    "255.255.255.255",
)
INNER_V6 = (
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.1",
    "198.17.255.255",
    "198.20.0.1",
    "203.0.114.1",
    "223.255.255.254",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:800::200e",
    "2620:fe::fe",
    "2003::1",
)


def spellings(address: str) -> dict[str, str]:
    """Return eight ways to write an IPv4 address that some library reads as that address."""
    whole = int(ipaddress.IPv4Address(address))
    a, b, c, d = address.split(".")
    wide = address.translate({ord(str(n)): 0xFF10 + n for n in range(10)} | {ord("."): 0x3002})
    return {
        "plain": address,
        "decimal": str(whole),
        "hex": hex(whole),
        "octal": ".".join(f"0{int(part):o}" for part in (a, b, c, d)),
        "short": f"{a}.{b}.{int(c) * 256 + int(d)}",
        "mapped": f"[::ffff:{address}]",
        "trailing dot": f"{address}.",
        "wide digits": wide,
    }


class Line:
    """What a guard would talk to; where it is asked for, something got through."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def dial(self, address: str, port: int, timeout: float) -> socket.socket:
        self.reached.append(address)
        raise OSError("reached")


def refused(post: GuardedPost, url: str, timeout: float = 5) -> Refused:
    with pytest.raises(Refused) as caught:
        post(url, b"{}", {}, timeout=timeout)
    return caught.value


@pytest.mark.parametrize("spelling", sorted(spellings("127.0.0.1")))
@pytest.mark.parametrize("address", INNER)
def test_no_spelling_of_an_inner_address_is_reached(address: str, spelling: str) -> None:
    line = Line()
    host = spellings(address)[spelling]
    post = GuardedPost(ports=(80, 443), dialer=line.dial)
    for url in (f"http://{host}/x", f"https://{host}/x"):
        assert refused(post, url).permanent
    assert line.reached == []


def test_more_than_250_spellings_were_tried() -> None:
    assert len({host for one in INNER for host in spellings(one).values()}) == 8 * 31 == 248
    assert 248 + len(INNER_V6) > 250


@pytest.mark.parametrize("address", INNER_V6)
def test_no_inner_ipv6_address_is_reached(address: str) -> None:
    line = Line()
    post = GuardedPost(ports=(80,), dialer=line.dial)
    assert refused(post, f"http://[{address}]/x").permanent
    assert line.reached == []


@pytest.mark.parametrize("address", [*INNER, *INNER_V6])
def test_a_name_that_leads_inside_is_not_followed(address: str) -> None:
    line = Line()
    post = GuardedPost(ports=(443,), dialer=line.dial, resolver=lambda _h, _p: [address])
    assert refused(post, "https://harmless.example/x").permanent
    assert line.reached == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_never_blocked(address: str) -> None:
    line = Line()
    host = f"[{address}]" if ":" in address else address
    for url in (f"https://{host}/x", "https://name.example/x"):
        named = GuardedPost(ports=(443,), dialer=line.dial, resolver=lambda _h, _p: [address])
        assert refused(named, url).permanent is False
    assert line.reached == [address, address]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T0/B0/abc",
        "https://discord.com/api/webhooks/1/abc_-",
        "https://prod-1.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?api-version=1&sig=a%2Fb",
        "https://bücher.example/hook",
        "https://a.b.c.example:8443/x;y=1",
        "http://EXAMPLE.com",
    ],
)
def test_a_usual_webhook_address_is_taken(url: str) -> None:
    assert endpoint(url, (80, 443, 8443)).target.startswith("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "gopher://example.com/x",
        "https://",
        "https:///x",
        "https://user@example.com/x",
        "https://user:pw@example.com/x",
        "https://example.com@127.0.0.1/x",
        "https://127.0.0.1#@example.com/",
        "https://example.com#x",
        "https://example.com:22/x",
        "https://example.com:0/x",
        "https://example.com:99999/x",
        "https://example.com:x/",
        "https://exa mple.com/x",
        "https://example.com/a b",
        "https://example.com?a b",
        "https://example.com/a\r\nHost: inner",
        "https://exam\tple.com/x",
        " https://example.com/x",
        "https://example.com\\@127.0.0.1/x",
        "https://example.com/ü",
        "https://[fe80::1%25eth0]/x",
        "https://[fe80::1%eth0]/x",
        "https://[::1/x",
        "https://[127.0.0.1]/x",
        "https://[v1.x]/x",
        "https://-x.example/",
        "https://a..example/",
        "https://127.1/x",
        "https://0x7f.1/x",
        "https://0/x",
        "https://1.2.3/x",
        "https://1.2.3.4.5/x",
        "https://a.0x7f/x",
        "https://%31%32%37.0.0.1/x",
        "https://" + "a." * 127 + "example/x",
        "https://" + "a" * 64 + ".example/x",
    ],
)
def test_an_unusual_address_is_refused_before_anything_is_asked(url: str) -> None:
    line = Line()

    def never(_host: str, _port: int) -> Sequence[str]:
        raise AssertionError("the resolver was asked")

    post = GuardedPost(ports=(80, 443), dialer=line.dial, resolver=never)
    problem = refused(post, url)
    assert problem.permanent
    assert line.reached == []
    assert "pw" not in problem.reason
    assert "127" not in problem.reason


@pytest.mark.parametrize(
    "answers",
    [("8.8.8.8", "10.0.0.1"), ("10.0.0.1", "8.8.8.8"), ("2606:4700::1", "::1"), ("8.8.8.8", "x")],
)
def test_one_inner_answer_of_two_closes_the_name(answers: tuple[str, str]) -> None:
    line = Line()
    post = GuardedPost(ports=(443,), dialer=line.dial, resolver=lambda _h, _p: answers)
    assert refused(post, "https://two.example/x").permanent
    assert line.reached == []


def test_a_name_that_changes_its_mind_is_asked_once_and_dialled_by_its_first_answer() -> None:
    line, answers = Line(), iter([["8.8.8.8"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    post = GuardedPost(ports=(80,), dialer=line.dial, resolver=rebinding)
    assert refused(post, "http://rebind.example/x").permanent is False
    assert asked == ["rebind.example"]
    assert line.reached == ["8.8.8.8"]


def test_an_address_with_a_zone_from_the_resolver_is_closed() -> None:
    assert not is_open("fe80::1%lo")
    assert not is_open("2606:4700::1%lo")


def test_a_connection_that_ended_elsewhere_gets_no_word(receiver: Receiver) -> None:
    def elsewhere(_address: str, _port: int, timeout: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", receiver.port), timeout)

    post = GuardedPost(ports=(80,), dialer=elsewhere, resolver=lambda _h, _p: ["8.8.8.8"])
    assert refused(post, "http://name.example/x").permanent
    assert receiver.heard == []


def test_a_listening_inner_server_is_reached_by_no_name_of_this_machine(
    receiver: Receiver,
) -> None:
    hosts = ("127.0.0.1", "localhost", "localhost.", "0.0.0.0", "127.1", "[::1]", "2130706433")
    post = GuardedPost(ports=(receiver.port,))
    for host in (*hosts, socket.gethostname()):
        refused(post, f"http://{host}:{receiver.port}/x")
    assert receiver.connections == 0


def test_the_operator_opens_one_network_and_no_other(receiver: Receiver) -> None:
    allowed = (ipaddress.ip_network("127.0.0.1/32"),)
    post = GuardedPost(ports=(receiver.port,), allowed=allowed)
    post(receiver.url(), b"{}", {}, timeout=5)
    assert len(receiver.heard) == 1
    assert refused(post, f"http://127.0.0.2:{receiver.port}/x").permanent
    assert refused(post, f"http://[::ffff:127.0.0.1]:{receiver.port}/x").permanent
    assert receiver.connections == 1


def test_a_proxy_of_the_environment_is_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        allowed = (ipaddress.ip_network("127.0.0.0/8"),)
        GuardedPost(ports=(receiver.port,), allowed=allowed)(receiver.url(), b"{}", {}, timeout=5)
        assert (len(receiver.heard), proxy.connections) == (1, 0)


def test_the_resolver_of_this_machine_is_read_in_full() -> None:
    assert look_up("127.0.0.1", 80) == ["127.0.0.1"]
