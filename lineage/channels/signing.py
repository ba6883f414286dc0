"""Standard Webhooks 1.0.0 signatures, made and checked; no clock of its own and no network.

`v1` is HMAC-SHA256 under a `whsec_` secret; `v1a` is Ed25519 under a `whsk_` / `whpk_` key pair.
"""

from __future__ import annotations

import binascii
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TOLERANCE_SECONDS: Final = 300
_ID: Final = re.compile(r"[!-\-/-~]{1,256}")  # printable ASCII without the dot that separates
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")

Reason = Literal["missing_header", "bad_timestamp", "too_old", "too_new", "no_match"]


class UnusableSecret(ValueError):
    """A secret is not of a form that can sign or verify. The message never holds any of it."""


class SignatureRefused(Exception):
    """A message is not to be believed."""

    def __init__(self, reason: Reason) -> None:
        """Say why, without a word of the message."""
        super().__init__(reason)
        self.reason: Reason = reason


def sign(secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers; every live secret signs, so that a rotation breaks nobody."""
    if not secrets:
        raise UnusableSecret("at least one secret signs")
    if not valid_message_id(message_id):
        raise ValueError("a message id is printable ASCII without dots, at most 256 characters")
    content = _signed_content(message_id, str(timestamp), body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def verify(
    secrets: Sequence[str],
    *,
    headers: Mapping[str, str],
    body: bytes,
    now: int,
    tolerance: int = TOLERANCE_SECONDS,
) -> None:
    """Return if one signature matches one secret and the time is near; raise otherwise.

    The limit itself is still near, both ways. Versions we do not know are passed over.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp, signatures = (
            given[f"webhook-{name}"] for name in ("id", "timestamp", "signature")
        )
    except KeyError:
        raise SignatureRefused("missing_header") from None
    if not _TIMESTAMP.fullmatch(timestamp):
        raise SignatureRefused("bad_timestamp")
    if int(timestamp) < now - tolerance:
        raise SignatureRefused("too_old")
    if int(timestamp) > now + tolerance:
        raise SignatureRefused("too_new")
    content = _signed_content(message_id, timestamp, body)
    candidates = [entry.partition(",")[::2] for entry in signatures.split(" ")]
    if not any(_matches(secret, content, candidates) for secret in secrets):
        raise SignatureRefused("no_match")


def valid_message_id(message_id: str) -> bool:
    """Say whether an id can stand in a header and in front of the first dot."""
    return _ID.fullmatch(message_id) is not None


def _signed_content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode(errors="surrogatepass") + body


def _signature(secret: str, content: bytes) -> str:
    if secret.startswith("whsk_"):
        pair = _key_bytes(secret, low=64, high=64)  # seed and public key, one after the other
        signed = Ed25519PrivateKey.from_private_bytes(pair[:32]).sign(content)
        return f"v1a,{b64encode(signed).decode()}"
    mac = hmac.digest(_key_bytes(secret, low=24, high=64), content, "sha256")
    return f"v1,{b64encode(mac).decode()}"


def _matches(secret: str, content: bytes, candidates: Sequence[Sequence[str]]) -> bool:
    if secret.startswith("whpk_"):
        key = Ed25519PublicKey.from_public_bytes(_key_bytes(secret, low=32, high=32))
        return any(_ed25519(key, content, value) for name, value in candidates if name == "v1a")
    expected = _signature(secret, content).removeprefix("v1,").encode()
    found = [
        hmac.compare_digest(expected, value.encode(errors="surrogatepass"))
        for name, value in candidates
        if name == "v1"
    ]
    return any(found)


def _ed25519(key: Ed25519PublicKey, content: bytes, value: str) -> bool:
    try:
        key.verify(b64decode(value, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key_bytes(secret: str, *, low: int, high: int) -> bytes:
    prefix, separator, encoded = secret.partition("_")
    if not separator or prefix not in {"whsec", "whsk", "whpk"}:
        raise UnusableSecret("a secret starts with whsec_, whsk_ or whpk_")
    key = _unpadded(encoded)
    if not low <= len(key) <= high:
        raise UnusableSecret(f"a {prefix}_ secret has {low} to {high} bytes, not {len(key)}")
    return key


def _unpadded(encoded: str) -> bytes:
    """Read Base64 with or without its padding, as the reference libraries do."""
    bare = encoded.rstrip("=")
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        # from None: the text of the cause may quote what it could not read
        raise UnusableSecret("a secret is Base64 after its prefix") from None
