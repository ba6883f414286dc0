"""The keys of Standard Webhooks as they are written, read strictly; nothing is signed here.

`whsec_`: a shared secret, 24 to 64 bytes. `whsk_`: an Ed25519 key pair, the seed (32 bytes) and the
public key (32 bytes) one after the other. `whpk_`: the public key alone. Base64 after each prefix.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SHARED: Final = "whsec_"
PAIR: Final = "whsk_"
PUBLIC: Final = "whpk_"


class UnusableSecret(ValueError):
    """A secret is not of a form that can sign or verify. The message never holds any of it."""


def shared_key(secret: str) -> bytes:
    """Return the key of a `whsec_` secret. Raises `UnusableSecret`."""
    return _bytes(secret, SHARED, low=24, high=64)


def signing_key(secret: str) -> Ed25519PrivateKey:
    """Return the private key of a `whsk_` pair. Raises `UnusableSecret`, also where its halves
    belong to two pairs: what is signed with the one could not be verified with the other.
    """
    pair = _bytes(secret, PAIR, low=64, high=64)
    key = Ed25519PrivateKey.from_private_bytes(pair[:32])
    if key.public_key().public_bytes_raw() != pair[32:]:
        raise UnusableSecret(f"the public half of a {PAIR} key is not that of its seed")
    return key


def verifying_key(secret: str) -> Ed25519PublicKey:
    """Return the key behind `whpk_`. Raises `UnusableSecret`."""
    return Ed25519PublicKey.from_public_bytes(_bytes(secret, PUBLIC, low=32, high=32))


def public_key_of(secret: str) -> str | None:
    """Return what the recipient is given to verify with, `whpk_...`; None for a shared secret.

    Raises `UnusableSecret` for what signs nothing.
    """
    if secret.startswith(PAIR):
        return PUBLIC + b64encode(signing_key(secret).public_key().public_bytes_raw()).decode()
    shared_key(secret)
    return None


def _bytes(secret: str, prefix: str, *, low: int, high: int) -> bytes:
    if not secret.startswith(prefix):
        raise UnusableSecret(f"{SHARED} or {PAIR} signs, {SHARED} or {PUBLIC} verifies")
    key = _unpadded(secret.removeprefix(prefix))
    if not low <= len(key) <= high:
        raise UnusableSecret(f"a {prefix} secret has {low} to {high} bytes, not {len(key)}")
    return key


def _unpadded(encoded: str) -> bytes:
    """Read Base64 with or without its padding, as the reference libraries do."""
    bare = encoded.rstrip("=")
    try:
        return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        # from None: the text of the cause may quote what it could not read
        raise UnusableSecret("a secret is Base64 after its prefix") from None
