"""Sealing and keyed hashing: what turns clear bytes into what the store may hold. No SQL.

A sealed value is ``nonce (12 bytes) || AES-256-GCM ciphertext and tag``; its context (the row it
stands in) is authenticated with it, so a value moved to another row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lineage.storage.errors import StoreUnusable
from lineage.storage.keys import KEY_BYTES, Keys
from lineage.storage.tables import REF_BYTES

NONCE_BYTES = 12
DIGEST_BYTES = 16


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
    joined = b""
    for part in parts:
        data = part if type(part) is bytes else str(part).encode()
        joined += len(data).to_bytes(4, "big") + data
    return joined


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


class Hasher:
    """The keyed hashes of one store; without the root key nobody can compute or compare them."""

    def __init__(self, keys: Keys) -> None:
        """Derive one key per purpose."""
        self._lookup = keys.derive("lookup")
        self._event = keys.derive("event key")
        self._digest = keys.derive("body digest")
        self._head = keys.derive("log head")
        self._message = keys.derive("dead letter")
        self._notice = keys.derive("notice id")
        self.check = keys.checks()

    def lookup(self, controller: str, kind: str, id: str) -> bytes:
        """By what a person is found: 32 bytes of (controller, kind, id)."""
        return hmac.digest(self._lookup, context(controller, kind, id), "sha256")

    def event_key(self, source: str, id: str) -> bytes:
        """The key of an event under its subject: 16 bytes of (source, id)."""
        return hmac.digest(self._event, context(source, id), "sha256")[:REF_BYTES]

    def digest(self, clear_body: bytes) -> bytes:
        """Tells a repeated event from another one under the same id, without opening either."""
        return hmac.digest(self._digest, clear_body, "sha256")[:DIGEST_BYTES]

    def head(self, *parts: bytes | int | str) -> bytes:
        """Authenticates the head of a log, which no tree covers."""
        return hmac.digest(self._head, context(*parts), "sha256")

    def fingerprint(self, message: bytes) -> bytes:
        """Tells a dead letter that was kept already."""
        return hmac.digest(self._message, message, "sha256")

    def notice_id(self, controller: str, request_id: str, recipient: str, round_: int) -> str:
        """The id a notice carries on every attempt."""
        parts = context(controller, request_id, recipient, round_)
        return "ntc_" + hmac.digest(self._notice, parts, "sha256")[:16].hex()


def new_key() -> bytes:
    """A fresh data key of one person."""
    return os.urandom(KEY_BYTES)


def row_hash(*columns: bytes | int | str) -> bytes:
    """SHA-256 over all columns of a ledger row, each with its length before it."""
    return hashlib.sha256(context(*columns)).digest()
