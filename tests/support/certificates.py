"""Certificates for tests: an authority, and what it signs for a server and for a client, in PEM."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Signed:
    """A certificate and its key."""

    certificate: str
    key: str


class Authority:
    """Signs for whoever asks."""

    def __init__(self, name: str) -> None:
        """Make its own key and certificate."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        made = _builder(self._name, self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self._certificate = made.sign(self._key, hashes.SHA256())

    @property
    def certificate(self) -> str:
        """What those trust who trust it."""
        return self._certificate.public_bytes(Encoding.PEM).decode()

    def write(self, folder: Path) -> Path:
        """Its certificate as a file."""
        path = folder / "ca.pem"
        path.write_text(self.certificate)
        return path

    def sign(self, name: str, *, password: str | None = None) -> Signed:
        """Sign for a name; servers of that name are on this machine. The key is under a password
        where one is given.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        at = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        made = _builder(_name(name), self._name, key.public_key())
        made = made.add_extension(x509.SubjectAlternativeName(at), critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        locked = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
        return Signed(
            signed.public_bytes(Encoding.PEM).decode(),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode(),
        )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - DAY,
        not_valid_after=now + DAY,
    )
