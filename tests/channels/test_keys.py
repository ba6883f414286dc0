"""Keys in their written form: what is read, what is shown to a recipient, what is refused."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from lineage.channels.keys import UnusableSecret, public_key_of, shared_key, verifying_key

VECTORS = Path(__file__).parents[1] / "vectors" / "standard-webhooks"


def _cases(file: str) -> dict[str, dict[str, str]]:
    return {case["id"]: case for case in json.loads((VECTORS / file).read_text())["cases"]}


SHARED = "whsec_" + b64encode(bytes(range(32))).decode()
PAIR = _cases("asymmetric-values.json")["sign-v1a"]


def test_the_public_half_is_what_the_recipient_gets() -> None:
    """Of a pair its public key is shown, as it is published; a shared secret has none."""
    assert public_key_of(PAIR["key"]) == PAIR["public_key"]
    assert public_key_of(PAIR["key"].rstrip("=")) == PAIR["public_key"]
    assert public_key_of(SHARED) is None


def test_padding_is_optional() -> None:
    """A secret is the same key with and without its Base64 padding."""
    bare = SHARED.rstrip("=")
    assert bare != SHARED
    assert shared_key(bare) == shared_key(SHARED) == bytes(range(32))


@pytest.mark.parametrize(
    "secret",
    [
        PAIR["public_key"],
        _cases("asymmetric-values.json")["halves-of-two-pairs"]["key"],
        "whsk_" + b64encode(bytes(63)).decode(),
        "WHSEC_" + b64encode(bytes(32)).decode(),
        b64encode(bytes(32)).decode(),
        "",
    ],
)
def test_what_signs_nothing(secret: str) -> None:
    """A public key, half a pair, another form: refused, and not repeated."""
    with pytest.raises(UnusableSecret) as refused:
        public_key_of(secret)
    assert secret[6:] not in str(refused.value) or not secret


def test_what_verifies_nothing() -> None:
    """A public key has 32 bytes."""
    for secret in (SHARED, PAIR["key"], "whpk_" + b64encode(bytes(31)).decode()):
        with pytest.raises(UnusableSecret):
            verifying_key(secret)
