"""Nobody sees anything without signing in, on any address of the site."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

SAMPLES = {
    "int": "1",
    "str": "x",
    "slug": "x",
    "path": "x",
    "uuid": "00000000-0000-0000-0000-000000000001",
}
# The addresses that answer everybody, each with its reason.
OPEN = {
    "/": "sends to the dashboard, which asks for the sign-in",
    "/admin/login/": "the sign-in itself",
    "/admin/logout/": "ends a session, shows nothing",
    "/contracts/feeds/x.ics": "a calendar program has no account: the secret in the address is the right",
    "/contracts/digest-off/x/": "a mail program has no account: the signed address ends digests, nothing else",
    "/healthz": "a load balancer has no account; says nothing but whether scans run",
    "/readyz": "as /healthz",
}
ASKS_FOR_SIGN_IN = {401, 403}
WRONG_METHOD = 405


def piece(pattern: URLPattern | URLResolver) -> str:
    """Return an example of the part of an address that a pattern matches."""
    text = str(pattern.pattern)
    if isinstance(pattern.pattern, RegexPattern):
        text = re.sub(r"\(\?P<\w+>(\[[^\]]*\]\+?|\\\w\+?|[^()])*\)", "1", text)
        return text.replace("^", "").replace("$", "").replace("\\", "").replace("/?", "/")
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "1"), text)


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, prefix + piece(pattern))
        else:
            yield prefix + piece(pattern)


ADDRESSES = sorted(set(addresses(get_resolver())))


def test_the_walk_finds_the_site() -> None:
    assert "/admin/" in ADDRESSES
    assert "/admin/contracts/contract/" in ADDRESSES
    assert "/admin/contracts/contract/x/change/" in ADDRESSES
    assert "/api/v1/contracts/" in ADDRESSES


@pytest.mark.django_db
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a not in OPEN])
def test_an_address_asks_for_the_sign_in(address: str, client: Client) -> None:
    answer = client.get(address)
    if answer.status_code == WRONG_METHOD:
        answer = client.post(address)
    sent_to_login = answer.status_code == 302 and "/login/" in answer.headers["Location"]
    assert sent_to_login or answer.status_code in ASKS_FOR_SIGN_IN, answer.status_code


@pytest.mark.parametrize("address", sorted(OPEN))
def test_an_open_address_still_exists(address: str) -> None:
    assert address in ADDRESSES
