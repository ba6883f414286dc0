"""The guard before every outgoing call: which address may be spoken to, checked once and pinned.

Without it a registry entry, or a name server under a recipient's control, could point our calls
at the inside of our own network (SSRF). Nothing is connected to from here.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, Literal

import httpx

Reason = Literal[
    "bad_url", "not_https", "credentials_in_url", "name_unresolved", "address_not_public"
]
Resolve = Callable[..., Sequence[tuple[Any, ...]]]
"""`socket.getaddrinfo`, or a stand-in."""

_HOST: Final = re.compile(r"[a-z0-9._:-]+")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_DEFAULT_PORT: Final = {"http": 80, "https": 443}


class EndpointRefused(Exception):
    """An endpoint may not be called. The message is the reason only: a URL can hold secrets."""

    def __init__(self, reason: Reason) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked endpoint; only these addresses may be connected to, in this order."""

    url: str = field(repr=False)
    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str = field(repr=False)
    addresses: tuple[str, ...]

    @property
    def address(self) -> str:
        """The first address."""
        return self.addresses[0]


def check_endpoint(
    url: str, *, allow_loopback_http: bool = False, resolve: Resolve = socket.getaddrinfo
) -> Endpoint:
    """Resolve the host once and return where to connect, or raise with the reason.

    Every address of the name has to be public: a name with one foot inside is not trusted. With
    `allow_loopback_http` this machine may be called too, with or without TLS; never any other
    address without TLS.
    """
    parsed = _parse(url)
    scheme, host = parsed.scheme, parsed.raw_host.decode()
    if scheme not in _DEFAULT_PORT or (scheme == "http" and not allow_loopback_http):
        raise EndpointRefused("not_https")
    port = parsed.port or _DEFAULT_PORT[scheme]
    addresses = _addresses(host, port, resolve)
    loopback = all(_embedded(address).is_loopback for address in addresses)
    if scheme == "http" and not loopback:
        raise EndpointRefused("not_https")
    if not (loopback and allow_loopback_http) and not all(map(_is_public, addresses)):
        raise EndpointRefused("address_not_public")
    return Endpoint(
        url=url,
        scheme="http" if scheme == "http" else "https",
        host=host,
        port=port,
        target=parsed.raw_path.decode(),
        addresses=tuple(dict.fromkeys(map(str, addresses))),
    )


def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise EndpointRefused("bad_url") from None
    if parsed.userinfo:
        raise EndpointRefused("credentials_in_url")
    if not _HOST.fullmatch(parsed.raw_host.decode()) or not 0 < (parsed.port or 1) < 65536:
        raise EndpointRefused("bad_url")
    return parsed


def _addresses(host: str, port: int, resolve: Resolve) -> list[IPv4Address | IPv6Address]:
    try:
        found = resolve(host, port, type=socket.SOCK_STREAM)
        addresses = [ip_address(entry[4][0]) for entry in found]
    except (OSError, ValueError):  # ValueError: a label too long for a name, an address of no kind
        raise EndpointRefused("name_unresolved") from None
    if not addresses:
        raise EndpointRefused("name_unresolved")
    return addresses


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    inner = _embedded(address)
    if isinstance(inner, IPv6Address) and (inner.is_site_local or inner.scope_id):
        return False
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address inside an IPv6 one, where a packet to the one reaches the other."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
