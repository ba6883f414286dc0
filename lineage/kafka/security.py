"""How clients of Kafka prove who they are and know whom they talk to: TLS and SASL, in one place.

Secrets come from the environment or from files, never from an argument, and are in no text that
this makes: neither in an error nor in what a value shows of itself.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

SECURITY: Final = "LINEAGE_KAFKA_SECURITY"
SASL: Final = "LINEAGE_KAFKA_SASL"
USER: Final = "LINEAGE_KAFKA_USER"
PASSWORD: Final = "LINEAGE_KAFKA_PASSWORD"  # noqa: S105 - the name of a variable
CA: Final = "LINEAGE_KAFKA_CA"
CERTIFICATE: Final = "LINEAGE_KAFKA_CERTIFICATE"
KEY: Final = "LINEAGE_KAFKA_KEY"
KEY_PASSWORD: Final = "LINEAGE_KAFKA_KEY_PASSWORD"  # noqa: S105 - the name of a variable
FILE: Final = "_FILE"
"""Behind the name of a secret's variable: the file that holds it."""

VARIABLES: Final = (
    *(SECURITY, SASL, USER, PASSWORD, PASSWORD + FILE),
    *(CA, CERTIFICATE, KEY, KEY_PASSWORD, KEY_PASSWORD + FILE),
)
PLAINTEXT: Final = "plaintext"
PROTOCOLS: Final = (PLAINTEXT, "ssl", "sasl_plaintext", "sasl_ssl")
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


class SecurityUnusable(ValueError):
    """The settings for TLS or SASL do not fit together; says which variable, never its value."""

    def __init__(self, says: str, *, do: str) -> None:
        """Keep the sentence and the advice apart."""
        super().__init__(says)
        self.do = do


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What every client of one program is told. ``ca`` signs the brokers' certificates, else the
    system says who may; ``certificate`` and ``key`` are for brokers that want one of the client.

    Raises ``SecurityUnusable`` for what does not fit together.
    """

    protocol: str = PLAINTEXT
    mechanism: str | None = None
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what would leave somebody in the belief that it is safe."""
        if self.protocol not in PROTOCOLS:
            raise SecurityUnusable(
                f"{SECURITY} names no protocol", do=f"write one of {', '.join(PROTOCOLS)}"
            )
        self._check_sasl()
        self._check_tls()

    def _check_sasl(self) -> None:
        said = {SASL: self.mechanism, USER: self.user, PASSWORD: self.password}
        for variable, value in said.items():
            if self.with_sasl and not value:
                raise SecurityUnusable(
                    f"{variable} is not set, and {SECURITY} is {self.protocol}",
                    do=_ASKS[variable],
                )
            if value and not self.with_sasl:
                raise _of_no_use(variable, self.protocol, "sasl_ssl")
        if self.mechanism is not None and self.mechanism not in MECHANISMS:
            raise SecurityUnusable(f"{SASL} names no mechanism that we have", do=_ASKS[SASL])

    def _check_tls(self) -> None:
        said = {
            CA: self.ca,
            CERTIFICATE: self.certificate,
            KEY: self.key,
            KEY_PASSWORD: self.key_password,
        }
        for variable, value in said.items():
            if value and not self.with_tls:
                raise _of_no_use(variable, self.protocol, "ssl or sasl_ssl")
            if value and variable in (KEY, KEY_PASSWORD) and self.certificate is None:
                raise SecurityUnusable(
                    f"{variable} is set without {CERTIFICATE}", do=f"set {CERTIFICATE} as well"
                )

    @property
    def with_sasl(self) -> bool:
        """Whether the client says who it is."""
        return self.protocol.startswith("sasl_")

    @property
    def with_tls(self) -> bool:
        """Whether what is sent is encrypted, and the broker must prove who it is."""
        return self.protocol.endswith("ssl")

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] = os.environ, *, protocol: str | None = None
    ) -> Self:
        """Read the ``LINEAGE_KAFKA_…`` variables; ``protocol`` is what was said elsewhere.

        A variable that is empty counts as not set. Raises ``SecurityUnusable``.
        """
        security = cls(
            protocol=(protocol or environ.get(SECURITY) or PLAINTEXT).lower(),
            mechanism=environ.get(SASL, "").upper() or None,
            user=environ.get(USER) or None,
            password=_secret(environ, PASSWORD),
            ca=_path(environ, CA),
            certificate=_path(environ, CERTIFICATE),
            key=_path(environ, KEY),
            key_password=_secret(environ, KEY_PASSWORD),
        )
        security.context()  # what is wrong with the files is said now
        return security

    def context(self) -> ssl.SSLContext | None:
        """How TLS is spoken; None without it. Raises ``SecurityUnusable``."""
        if not self.with_tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except (OSError, ValueError) as error:
            raise _bad_file(CA, error) from None
        if self.certificate is not None:
            try:
                # Without a password it would ask at the terminal.
                context.load_cert_chain(self.certificate, self.key, self.key_password or "")
            except (OSError, ValueError) as error:
                raise _bad_file(f"{CERTIFICATE} or {KEY}", error) from None
        return context

    def options(self) -> dict[str, Any]:
        """The settings of kafka-python's clients and of aiokafka's; the names are the same."""
        options: dict[str, Any] = {"security_protocol": self.protocol.upper()}
        if (context := self.context()) is not None:
            options["ssl_context"] = context
        if self.with_sasl:
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.user
            options["sasl_plain_password"] = self.password
        return options


_ASKS: Final[Mapping[str, str]] = {
    SASL: f"set {SASL} to one of {', '.join(MECHANISMS)}",
    USER: f"set {USER}",
    PASSWORD: f"set {PASSWORD}, or {PASSWORD}{FILE} to the file that holds it",
}


def _of_no_use(variable: str, protocol: str, needs: str) -> SecurityUnusable:
    return SecurityUnusable(
        f"{variable} is set, and {SECURITY} is {protocol}: it would not be used",
        do=f"set {SECURITY} to {needs}, or unset {variable}",
    )


def _bad_file(variable: str, error: Exception) -> SecurityUnusable:
    return SecurityUnusable(
        f"the file of {variable} cannot be used ({type(error).__name__})",
        do="it must be readable and in PEM; a key must belong to its certificate, and its password"
        f" ({KEY_PASSWORD}) be right",
    )


def _path(environ: Mapping[str, str], variable: str) -> Path | None:
    said = environ.get(variable)
    return Path(said) if said else None


def _secret(environ: Mapping[str, str], variable: str) -> str | None:
    """From the variable, or from the file that another names, without the end of its line."""
    said, path = environ.get(variable) or None, _path(environ, variable + FILE)
    if path is None:
        return said
    if said is not None:
        raise SecurityUnusable(
            f"{variable} and {variable}{FILE} are both set", do="unset one of them"
        )
    try:
        found = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise SecurityUnusable(
            f"the file of {variable}{FILE} cannot be read ({type(error).__name__})",
            do="it must hold the secret, as UTF-8",
        ) from None
    if not found:
        raise SecurityUnusable(
            f"the file of {variable}{FILE} is empty", do="it must hold the secret"
        )
    return found
