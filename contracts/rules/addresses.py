"""Where a message may be posted to: the shape of a URL, and which networks are nobody else's business."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
DEFAULT_PORTS = {"https": 443, "http": 80}
LONGEST_NAME = 253
# As IANA lists them, written out: what the standard library calls private differs by its release.
CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # the wire server of a cloud: public to look at, the host in truth
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # Inside 2000::/3: protocol assignments with Teredo, 6to4 (an IPv4 address in disguise), examples.
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)
# Every other IPv6 address is local, mapped, translated (NAT64), multicast or not given out.
GIVEN_OUT = ipaddress.ip_network("2000::/3")
UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\\]")
NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked URL; `host` is a name in ASCII or an address, `target` the secret rest.

    Source: S07.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Return the Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def endpoint(url: str, ports: Iterable[int]) -> Endpoint:
    """Return the parts of a URL that may be posted to.

    http and https alone, one of `ports`, no user name, no fragment, no IPv6 zone, nothing
    unprintable; a host is a name or an address in its one normal spelling: a number that some
    libraries read as an address (0x7f.1, 2130706433, 127.1) is refused. Raises ValueError, which
    never repeats the URL.

    Source: S07.
    """
    try:
        parts = urlsplit(url)
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        raise ValueError("not a web address") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError("not http or https")
    if "@" in parts.netloc or parts.fragment or ("[" in parts.netloc and ":" not in host):
        raise ValueError("a user name, a fragment or a bracket in the address")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    if port not in ports:
        raise ValueError("a port that is not allowed")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if UNPRINTABLE.search(url) or not target.isascii():
        raise ValueError("a space or another character that must be escaped")
    return Endpoint(parts.scheme, host, port, target)


def ascii_host(host: str) -> str:
    """Return a host as it goes to the resolver: lower case, punycode, without the last dot.

    Raises ValueError for anything but a name or an address in its normal spelling.

    Source: S07.
    """
    if ":" in host:
        if "%" in host:
            raise ValueError("an IPv6 zone")
        return str(ipaddress.IPv6Address(host))
    name = host.encode("idna").decode().lower().removesuffix(".")
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise ValueError("not a host name")
    if NUMBER.fullmatch(name.rpartition(".")[2]):
        return str(ipaddress.IPv4Address(name))
    return name


def is_open(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Say whether a message may be sent to an IP address: a public one, or one of `allowed`.

    `allowed` opens a network to IPv4 or IPv6 as it is written; an IPv4 address in the clothes of
    IPv6 (mapped, NAT64, 6to4) stays closed. What is not an address is closed.

    Source: S07.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if "%" in address:
        return False
    if any(found in network for network in allowed):
        return True
    if found.version == 6 and found not in GIVEN_OUT:
        return False
    return not any(found in network for network in CLOSED)
