"""The guard: only public addresses over TLS, and this machine only where it was allowed."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from lineage.channels.guard import Endpoint, EndpointRefused, Resolve, check_endpoint

PUBLIC = "93.184.215.14"


def resolving(*addresses: str) -> Resolve:
    """Make a name server that always says the same."""

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, port)) for name in addresses]

    return resolve


def reason_of(url: str, resolve: Resolve, *, loopback: bool = False) -> str:
    """Return why the endpoint is refused."""
    with pytest.raises(EndpointRefused) as refused:
        check_endpoint(url, allow_loopback_http=loopback, resolve=resolve)
    assert str(refused.value) == refused.value.reason
    return refused.value.reason


def test_a_public_endpoint() -> None:
    """The name stays for TLS and Host, the addresses are what may be connected to."""
    endpoint = check_endpoint(
        "https://Carrier.example:8443/hooks?k=v", resolve=resolving(PUBLIC, PUBLIC, "2606:4700::1")
    )
    assert endpoint == Endpoint(
        url="https://Carrier.example:8443/hooks?k=v",
        scheme="https",
        host="carrier.example",
        port=8443,
        target="/hooks?k=v",
        addresses=(PUBLIC, "2606:4700::1"),
    )
    assert endpoint.address == PUBLIC
    assert "hooks" not in repr(endpoint)


def test_default_port_and_international_name() -> None:
    """A name outside ASCII is resolved in its ASCII form."""
    endpoint = check_endpoint("https://b\u00fccher.example", resolve=resolving(PUBLIC))
    assert (endpoint.host, endpoint.port) == ("xn--bcher-kva.example", 443)
    assert endpoint.target == "/"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 (an address to refuse)
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
    ],
)
@pytest.mark.parametrize("first", [(), (PUBLIC,)], ids=["alone", "beside a public one"])
def test_addresses_that_are_not_public(address: str, first: tuple[str, ...]) -> None:
    """No inner address is called, however it is written, nor a name that has one among others."""
    reason = reason_of("https://carrier.example/", resolving(*first, address))
    assert reason == "address_not_public"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://carrier.example/", "not_https"),
        ("ftp://carrier.example/", "not_https"),
        ("file:///etc/passwd", "bad_url"),
        ("carrier.example/hook", "bad_url"),
        ("https:///hook", "bad_url"),
        ("https://carrier.example:99999/", "bad_url"),
        ("https://carrier.example:x/", "bad_url"),
        ("https://exa mple/", "bad_url"),
        ("", "bad_url"),
        ("https://user:word@carrier.example/", "credentials_in_url"),
        ("https://user@carrier.example/", "credentials_in_url"),
    ],
)
def test_urls_that_are_refused(url: str, reason: str) -> None:
    """No plain HTTP, no other scheme, no credentials, nothing that is no URL."""
    assert reason_of(url, resolving(PUBLIC)) == reason


@pytest.mark.parametrize("url", ["http://localhost:8080/", "https://localhost:8080/"])
def test_this_machine_only_where_allowed(url: str) -> None:
    """Loopback is for demo and tests, and only by a word of the registry."""
    resolve = resolving("127.0.0.1")
    assert check_endpoint(url, allow_loopback_http=True, resolve=resolve).port == 8080
    assert reason_of(url, resolve) in {"not_https", "address_not_public"}


@pytest.mark.parametrize("addresses", [(PUBLIC,), ("10.0.0.1",), ("127.0.0.1", "10.0.0.1")])
def test_the_word_for_loopback_opens_nothing_else(addresses: tuple[str, ...]) -> None:
    """With loopback allowed, no other address is called without TLS."""
    resolve = resolving(*addresses)
    assert reason_of("http://carrier.example/", resolve, loopback=True) == "not_https"


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::ffff:7f00:1]"])
def test_odd_spellings_of_loopback(host: str) -> None:
    """What the operating system takes for this machine is refused, in any spelling."""
    assert reason_of(f"https://{host}/", socket.getaddrinfo) == "address_not_public"


def _no_such_name(*_: Any, **__: Any) -> list[tuple[Any, ...]]:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


@pytest.mark.parametrize("resolve", [resolving(), _no_such_name])
def test_names_without_an_address(resolve: Resolve) -> None:
    """A name that leads nowhere is told from one that leads inside."""
    assert reason_of("https://carrier.example/", resolve) == "name_unresolved"


def test_the_name_is_resolved_once() -> None:
    """A name server that changes its mind between check and call changes nothing."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))]

    check_endpoint("https://carrier.example/", resolve=resolve)
    assert asked == ["carrier.example"]
