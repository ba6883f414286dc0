"""Sealing and keyed hashing: what turns clear bytes into what the store may hold. No SQL.

A sealed value is ``nonce (12 bytes) || AES-256-GCM ciphertext and tag``; its context (the row it
stands in) is authenticated with it, so a value moved to another row does not open.
"""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lineage.storage.errors import StoreUnusable
from lineage.storage.keys import KEY_BYTES, Keys
from lineage.storage.tables import REF_BYTES

NONCE_BYTES = 12
DIGEST_BYTES = 16
BLOCK_BYTES = 64


class CannotOpen(StoreUnusable):
    """A sealed value does not open: it, its row or its key was changed."""

    def __init__(self) -> None:
        """Say the same wherever it happens: which row it is, only verify can tell."""
        super().__init__(
            "a sealed value in the store does not open: it, its row or its key was changed",
            do="run lineage verify: it names the row; then restore the store from its backup",
        )


def context(*parts: bytes | int | str) -> bytes:
    """An unambiguous byte string of the parts: each with its length (4 bytes) before it."""
    return b"".join([measured(part) for part in parts])


def parts_of(joined: bytes) -> list[bytes]:
    """The parts of a ``context``."""
    parts, start = [], 0
    while start < len(joined):
        end = start + 4 + int.from_bytes(joined[start : start + 4], "big")
        parts.append(joined[start + 4 : end])
        start = end
    return parts


def measured(part: bytes | int | str) -> bytes:
    """One part of a context. What stands in many is measured once."""
    data = part if type(part) is bytes else str(part).encode()
    return LENGTHS[len(data)] + data if len(data) < LENGTHS_KEPT else _long(data)


LENGTHS_KEPT = 4096
LENGTHS = [size.to_bytes(4, "big") for size in range(LENGTHS_KEPT)]


def _long(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def seal(cipher: AESGCM, clear: bytes, about: bytes) -> bytes:
    """Seal ``clear`` so that it opens only with the same key and the same context."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, clear, about)


def unseal(cipher: AESGCM, sealed: bytes, about: bytes) -> bytes:
    """Open a sealed value. Raises ``CannotOpen``."""
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


class KeyedHash:
    """HMAC-SHA256 under one key, its two first blocks hashed once and for all."""

    def __init__(self, key: bytes) -> None:
        """Take a key of at most one block."""
        padded = key.ljust(BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def __call__(self, message: bytes) -> bytes:
        """The 32 bytes that tell who knows the key."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


class Hasher:
    """The keyed hashes of one store; without the root key nobody can compute or compare them."""

    def __init__(self, keys: Keys) -> None:
        """Derive one key per purpose."""
        self._lookup = KeyedHash(keys.derive("lookup"))
        self._event = KeyedHash(keys.derive("event key"))
        self._digest = KeyedHash(keys.derive("body digest"))
        self._head = KeyedHash(keys.derive("log head"))
        self._message = KeyedHash(keys.derive("dead letter"))
        self._notice = KeyedHash(keys.derive("notice id"))

    def lookup(self, controller: str, kind: str, id: str) -> bytes:
        """By what a person is found: 32 bytes of (controller, kind, id)."""
        return self._lookup(context(controller, kind, id))

    def event_key(self, source: str, id: str) -> bytes:
        """The key of an event under its subject: 16 bytes of (source, id)."""
        return self._event(measured(source) + measured(id))[:REF_BYTES]

    def digest(self, clear_body: bytes) -> bytes:
        """Tells a repeated event from another one under the same id, without opening either."""
        return self._digest(clear_body)[:DIGEST_BYTES]

    def head(self, *parts: bytes | int | str) -> bytes:
        """Authenticates the head of a log, which no tree covers."""
        return self._head(context(*parts))

    def fingerprint(self, message: bytes) -> bytes:
        """Tells a dead letter that was kept already."""
        return self._message(message)

    def notice_id(self, controller: str, request_id: str, recipient: str, round_: int) -> str:
        """The id a notice carries on every attempt."""
        parts = context(controller, request_id, recipient, round_)
        return "ntc_" + self._notice(parts)[:16].hex()


def new_key() -> bytes:
    """A fresh data key of one person."""
    return os.urandom(KEY_BYTES)
