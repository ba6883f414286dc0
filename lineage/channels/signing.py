"""Standard Webhooks 1.0.0 signatures, made and checked; no clock of its own and no network.

`v1` is HMAC-SHA256 under a `whsec_` secret; `v1a` is Ed25519 under a `whsk_` / `whpk_` key pair.
Several secrets live at once while one takes the place of another, of either kind.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lineage.channels.keys import (
    PAIR,
    PUBLIC,
    UnusableSecret,
    shared_key,
    signing_key,
    verifying_key,
)

TOLERANCE_SECONDS: Final = 300
_ID: Final = re.compile(r"[!-\-/-~]{1,256}")  # printable ASCII without the dot that separates
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")

Reason = Literal["missing_header", "bad_timestamp", "too_old", "too_new", "no_match"]


class SignatureRefused(Exception):
    """A message is not to be believed."""

    def __init__(self, reason: Reason) -> None:
        """Say why, without a word of the message."""
        super().__init__(reason)
        self.reason: Reason = reason


def sign(secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers; every live secret signs, so that a rotation breaks nobody.

    Raises `UnusableSecret` for what cannot sign, a public key included.
    """
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

    The limit itself is still near, both ways. Versions we do not know are passed over. Every secret
    is compared with every signature, so that the time it takes tells nothing of them. Raises
    `SignatureRefused`, and `UnusableSecret` for what cannot verify, the private key of a pair
    included.
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
    matched = [_matches(secret, content, candidates) for secret in secrets]
    if not any(matched):
        raise SignatureRefused("no_match")


def valid_message_id(message_id: str) -> bool:
    """Say whether an id can stand in a header and in front of the first dot."""
    return _ID.fullmatch(message_id) is not None


def _signed_content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode(errors="surrogatepass") + body


def _signature(secret: str, content: bytes) -> str:
    if secret.startswith(PAIR):
        return f"v1a,{b64encode(signing_key(secret).sign(content)).decode()}"
    return f"v1,{_mac(secret, content).decode()}"


def _matches(secret: str, content: bytes, candidates: Sequence[Sequence[str]]) -> bool:
    if secret.startswith(PUBLIC):
        key = verifying_key(secret)
        checked = [_ed25519(key, content, value) for name, value in candidates if name == "v1a"]
        return any(checked)
    expected = _mac(secret, content)
    found = [
        hmac.compare_digest(expected, value.encode(errors="surrogatepass"))
        for name, value in candidates
        if name == "v1"
    ]
    return any(found)


def _mac(secret: str, content: bytes) -> bytes:
    return b64encode(hmac.digest(shared_key(secret), content, "sha256"))


def _ed25519(key: Ed25519PublicKey, content: bytes, value: str) -> bool:
    try:
        key.verify(b64decode(value, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True
