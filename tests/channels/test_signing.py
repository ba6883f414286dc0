"""Signatures against the published values, our cases, and the reference library as a recipient."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lineage.channels import signing
from lineage.channels.signing import SignatureRefused, UnusableSecret, sign, verify

VECTORS = Path(__file__).parents[1] / "vectors" / "standard-webhooks"
OFFICIAL = {
    case["id"]: case for case in json.loads((VECTORS / "official-values.json").read_text())["cases"]
}
CASES: list[dict[str, Any]] = json.loads((VECTORS / "cases.json").read_text())["cases"]
OLD = "whsec_" + b64encode(bytes(range(24))).decode()
NEW = "whsec_" + b64encode(bytes(range(64))).decode()
NOW = 1_790_000_000
BODY = b'{"type":"erasure.requested"}'


def _headers(*secrets: str, at: int = NOW) -> dict[str, str]:
    return sign(secrets, message_id="n1", timestamp=at, body=BODY)


def test_official_signature() -> None:
    """The published body under the published secret gives the published signature."""
    case = OFFICIAL["official-sign-v1"]
    headers = sign(
        [case["key"]],
        message_id=case["webhook-id"],
        timestamp=case["webhook-timestamp"],
        body=case["body"].encode(),
    )
    assert headers["webhook-signature"] == case["expect_signature"]


def test_official_bad_signature() -> None:
    """The published wrong signature is refused."""
    case = OFFICIAL["official-bad-v1"]
    headers = {
        name: str(case[name]) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    }
    with pytest.raises(SignatureRefused, match="no_match"):
        verify([case["key"]], headers=headers, body=case["body"].encode(), now=1614265330)


def test_padding_of_a_secret_is_optional() -> None:
    """A secret is the same key with and without its Base64 padding."""
    bare, padded = OFFICIAL["official-unpadded-secret"]["keys"]
    assert signing._unpadded(bare) == signing._unpadded(padded)
    assert _headers(NEW.rstrip("=")) == _headers(NEW)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_cases(case: dict[str, Any]) -> None:
    """Rotation, unknown versions, changed bytes, ids and times are judged as the format says."""

    def judged() -> str:
        try:
            verify(
                case["keys"],
                headers=case["headers"],
                body=b64decode(case["body_base64"]),
                now=case["now"],
                tolerance=case["tolerance_seconds"],
            )
        except SignatureRefused:
            return "reject"
        return "accept"

    assert judged() == case["expect"]


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_the_reference_library_believes_us(secret: str) -> None:
    """During a rotation a recipient with either secret accepts what we send, changed bytes not."""
    headers = _headers(OLD, NEW, at=int(datetime.now(UTC).timestamp()))
    assert Webhook(secret).verify(BODY, headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)


def test_we_believe_the_reference_library() -> None:
    """What the reference library signs is accepted."""
    moment = datetime.fromtimestamp(NOW, UTC)
    signature = Webhook(OLD).sign("n1", moment, BODY.decode())
    headers = {"Webhook-Id": "n1", "Webhook-Timestamp": str(NOW), "Webhook-Signature": signature}
    verify([OLD], headers=headers, body=BODY, now=NOW)


@pytest.mark.parametrize(
    ("offset", "reason"), [(-300, None), (300, None), (301, "too_old"), (-301, "too_new")]
)
def test_tolerance_is_five_minutes_both_ways(offset: int, reason: str | None) -> None:
    """The exact limit is still accepted, one second more is not."""
    if reason is None:
        verify([OLD], headers=_headers(OLD), body=BODY, now=NOW + offset)
        return
    with pytest.raises(SignatureRefused) as refused:
        verify([OLD], headers=_headers(OLD), body=BODY, now=NOW + offset)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("webhook-id", None, "missing_header"),
        ("webhook-timestamp", "17900000oo", "bad_timestamp"),
        ("webhook-timestamp", "-1790000000", "bad_timestamp"),
        ("webhook-timestamp", "9" * 40, "bad_timestamp"),
        ("webhook-signature", "", "no_match"),
        ("webhook-signature", "v1,\u00e9\udcff", "no_match"),
        ("webhook-signature", "v1a,AAAA", "no_match"),
    ],
)
def test_hostile_headers(header: str, value: str | None, reason: str) -> None:
    """Whatever stands in the headers ends in a refusal with its reason."""
    headers = _headers(OLD)
    if value is None:
        del headers[header]
    else:
        headers[header] = value
    with pytest.raises(SignatureRefused) as refused:
        verify([OLD], headers=headers, body=BODY, now=NOW)
    assert refused.value.reason == reason


def test_ed25519_pair() -> None:
    """A `whsk_` key signs `v1a`, its `whpk_` key verifies it, and another's does not."""
    seed = bytes(range(32))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    headers = _headers("whsk_" + b64encode(seed + public).decode())
    assert headers["webhook-signature"].startswith("v1a,")
    verify(["whpk_" + b64encode(public).decode()], headers=headers, body=BODY, now=NOW)
    with pytest.raises(SignatureRefused):
        verify(["whpk_" + b64encode(other).decode()], headers=headers, body=BODY, now=NOW)


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_" + b64encode(bytes(23)).decode(),
        "whsec_" + b64encode(bytes(65)).decode(),
        "whsec_not*base64*at*all*",
        "whsk_" + b64encode(bytes(32)).decode(),
        "topsecret",
    ],
)
def test_unusable_secrets_are_not_repeated(secret: str) -> None:
    """A secret of the wrong form is refused in words that do not hold it."""
    with pytest.raises(UnusableSecret) as refused:
        _headers(secret)
    assert secret.partition("_")[2][:6] not in str(refused.value) or "_" not in secret
    assert "topsecret" not in str(refused.value)


def test_no_secret_signs_nothing() -> None:
    """A message is never sent without a signature."""
    with pytest.raises(UnusableSecret):
        _headers()


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\r\nx: y", "\u00e9", "x" * 257])
def test_message_ids_that_cannot_be_signed(message_id: str) -> None:
    """An id with the separator, or one that no header carries, is refused."""
    with pytest.raises(ValueError, match="message id"):
        sign([OLD], message_id=message_id, timestamp=NOW, body=BODY)
