"""TLS and pinning: the name is verified and sent, the connection goes to the checked address."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lineage.channels.guard import check_endpoint
from lineage.channels.port import Delivery, Outcome
from lineage.channels.webhook import WebhookChannel
from tests.channels.recipient import running

NAME = "carrier.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate of the invented name, key and all."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def _resolve_to(*addresses: str) -> Callable[..., list[tuple[Any, ...]]]:
    def resolve(_: str, port: int, **__: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, port)) for name in addresses]

    return resolve


@pytest.mark.parametrize(
    ("host", "addresses", "expected"),
    [
        (NAME, ("127.0.0.1",), Outcome(kind="delivered", status=200)),
        (NAME, ("127.0.0.2", "127.0.0.1"), Outcome(kind="delivered", status=200)),
        ("other.example", ("127.0.0.1",), Outcome(kind="failed", error="tls_failed")),
    ],
    ids=["the name", "the second address", "another name"],
)
def test_name_and_address(
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    addresses: tuple[str, ...],
    expected: Outcome,
) -> None:
    """The certificate is that of the name or nothing is sent; a dead address is passed over."""
    monkeypatch.setenv("HOOK_SECRET", "whsec_" + b64encode(bytes(32)).decode())
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(certificate)
    channel = WebhookChannel(
        timeout_seconds=5,
        check=partial(check_endpoint, resolve=_resolve_to(*addresses)),
        ssl_context=ssl.create_default_context(cafile=str(certificate)),
    )
    with running(server_side) as recipient:
        outcome = channel.send(
            Delivery(
                notice_id="ntc_1",
                recipient="FastParcel",
                body=b"{}",
                url=recipient.url(scheme="https", host=host),
                secrets=("env:HOOK_SECRET",),
                allow_loopback_http=True,
            )
        )
    assert outcome == expected
    assert recipient.server_names == [host]
    if expected.kind == "delivered":
        assert recipient.received[0].headers["Host"] == f"{NAME}:{recipient.port}"
    else:
        assert recipient.received == []
