"""Signatures against the published values, our cases, and the reference library as a recipient."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lineage.channels.keys import UnusableSecret
from lineage.channels.signing import SignatureRefused, sign, verify

VECTORS = Path(__file__).parents[1] / "vectors" / "standard-webhooks"
OFFICIAL = {
    case["id"]: case for case in json.loads((VECTORS / "official-values.json").read_text())["cases"]
}
ASYMMETRIC = {
    case["id"]: case
    for case in json.loads((VECTORS / "asymmetric-values.json").read_text())["cases"]
}
PAIR = ASYMMETRIC["sign-v1a"]
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


def test_the_signature_of_the_specification() -> None:
    """The published pair gives the `v1a` signature that the specification shows, and none else."""
    pair = ASYMMETRIC["sign-v1a"]
    body = pair["body"].encode()
    headers = sign(
        [pair["key"]],
        message_id=pair["webhook-id"],
        timestamp=pair["webhook-timestamp"],
        body=body,
    )
    assert headers["webhook-signature"] == pair["expect_signature"]
    shown = (VECTORS / "examples" / "headers.txt").read_text()
    assert headers["webhook-signature"] in shown
    verify([pair["public_key"]], headers=headers, body=body, now=pair["webhook-timestamp"])
    with pytest.raises(SignatureRefused, match="no_match"):
        verify([pair["public_key"]], headers=headers, body=body + b" ", now=1614265330)


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


@given(seed=st.binary(min_size=32, max_size=32), body=st.binary(max_size=200))
def test_another_program_verifies_a_pair(seed: bytes, body: bytes) -> None:
    """Every `v1a` signature is the Ed25519 signature of id, time and body, as RFC 8032 has it."""
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    pair = "whsk_" + b64encode(seed + key.public_bytes_raw()).decode()
    headers = sign([pair], message_id="n1", timestamp=NOW, body=body)
    version, _, signature = headers["webhook-signature"].partition(",")
    assert version == "v1a"
    key.verify(b64decode(signature), f"n1.{NOW}.".encode() + body)


def test_a_pair_and_a_shared_secret() -> None:
    """Both sign at once; each of their owners believes it, and the owner of a third does not."""
    pair, public = PAIR["key"], PAIR["public_key"]
    headers = _headers(pair, OLD)
    assert [one.partition(",")[0] for one in headers["webhook-signature"].split(" ")] == [
        "v1a",
        "v1",
    ]
    for live in ([public], [OLD], [NEW, public], [public, OLD]):
        verify(live, headers=headers, body=BODY, now=NOW)
    with pytest.raises(SignatureRefused):
        verify([NEW], headers=headers, body=BODY, now=NOW)


def test_a_signature_of_the_other_version_is_none() -> None:
    """What `v1` signed is no `v1a`, whatever it is called, and the other way round."""
    for live, secret in ((OLD, OLD), (PAIR["key"], PAIR["public_key"])):
        headers = _headers(live)
        version, _, value = headers["webhook-signature"].partition(",")
        headers["webhook-signature"] = f"{'v1a' if version == 'v1' else 'v1'},{value}"
        with pytest.raises(SignatureRefused, match="no_match"):
            verify([secret], headers=headers, body=BODY, now=NOW)


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


@pytest.mark.parametrize("secret", [PAIR["public_key"], ASYMMETRIC["halves-of-two-pairs"]["key"]])
def test_what_cannot_sign(secret: str) -> None:
    """A public key is no shared secret: whoever has it could sign. Nor does half a pair sign."""
    with pytest.raises(UnusableSecret):
        _headers(secret)


def test_a_private_key_verifies_nothing() -> None:
    """Who verifies has the public key alone; a private one in its place is a fault, and said."""
    with pytest.raises(UnusableSecret):
        verify([PAIR["key"]], headers=_headers(PAIR["key"]), body=BODY, now=NOW)


def test_no_secret_signs_nothing() -> None:
    """A message is never sent without a signature."""
    with pytest.raises(UnusableSecret):
        _headers()


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "a\r\nx: y", "\u00e9", "x" * 257])
def test_message_ids_that_cannot_be_signed(message_id: str) -> None:
    """An id with the separator, or one that no header carries, is refused."""
    with pytest.raises(ValueError, match="message id"):
        sign([OLD], message_id=message_id, timestamp=NOW, body=BODY)
