"""Sockets that go only where the guard allowed and that end at one deadline; no HTTP here.

A read timeout alone is no limit: a peer that sends a byte a second renews it for ever.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any, Final

import httpcore

_WRITE_BYTES: Final = 16_384


class Deadline:
    """One moment after which nothing is waited for any more."""

    def __init__(self, seconds: float) -> None:
        """Start to count."""
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left, or raise a time-out."""
        if (left := self._end - time.monotonic()) <= 0:
            raise httpcore.ReadTimeout("the time for this attempt is over")
        return left


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the given addresses whatever name is asked for, the first that answers.

    The name stays the one that TLS verifies and that the Host header carries.
    """

    def __init__(self, addresses: tuple[str, ...], deadline: Deadline) -> None:
        """Take the checked addresses and the end of the attempt."""
        self._addresses = addresses
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 (the name was resolved once, by the guard)
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (the deadline is the limit)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; each gets its share of the time."""
        for number, address in enumerate(self._addresses):
            share = self._deadline.remaining() / (len(self._addresses) - number)
            try:
                stream = self._inner.connect_tcp(
                    address,
                    port,
                    timeout=share,
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(self._addresses) - 1:
                    raise
            else:
                return _DeadlineStream(stream, self._deadline)
        raise httpcore.ConnectError("no address to connect to")


class _DeadlineStream(httpcore.NetworkStream):
    """A stream on which no single wait is longer than what is left of the attempt."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, timeout=self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        # in pieces: below, every piece of a slow write would get the whole time anew
        for at in range(0, len(buffer), _WRITE_BYTES):
            piece = buffer[at : at + _WRITE_BYTES]
            self._inner.write(piece, timeout=self._deadline.remaining())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(
            ssl_context, server_hostname, timeout=self._deadline.remaining()
        )
        return _DeadlineStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
