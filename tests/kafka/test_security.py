"""What the environment says about TLS and SASL: whole, or refused by the variable's name."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from lineage.kafka.security import Security, SecurityUnusable
from streams.settings import Settings
from tests.support.certificates import Authority

SECRET = "correct-horse-battery"
SASL = {
    "LINEAGE_KAFKA_SECURITY": "SASL_SSL",
    "LINEAGE_KAFKA_SASL": "scram-sha-512",
    "LINEAGE_KAFKA_USER": "worker-7",
    "LINEAGE_KAFKA_PASSWORD": SECRET,
}


def read(**said: str) -> Security:
    """From these variables, with the first part of their names left out."""
    return Security.from_environment({f"LINEAGE_KAFKA_{name}": text for name, text in said.items()})


def test_without_variables_nothing_is_asked_for() -> None:
    """Neither is anything encrypted; an empty variable is none."""
    for security in (Security(), Security.from_environment({}), read(SECURITY="", PASSWORD="")):
        assert security.options() == {"security_protocol": "PLAINTEXT"}


def test_clients_are_told_all_of_it() -> None:
    """In the words of the libraries, whatever case it was written in; certificates are checked."""
    options = Security.from_environment(SASL).options()
    context = options.pop("ssl_context")
    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert options == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "worker-7",
        "sasl_plain_password": SECRET,
    }


def test_option_goes_before_its_variable() -> None:
    """What was said on the command line is meant."""
    assert Security.from_environment(SASL, protocol="sasl_plaintext").with_tls is False


def test_secret_may_be_in_a_file(tmp_path: Path) -> None:
    """As orchestrators hand secrets over; the end of its line is not part of it."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    said = {**SASL, "LINEAGE_KAFKA_PASSWORD_FILE": str(tmp_path / "secret")}
    with pytest.raises(SecurityUnusable, match="PASSWORD and LINEAGE_KAFKA_PASSWORD_FILE are both"):
        Security.from_environment(said)
    del said["LINEAGE_KAFKA_PASSWORD"]
    assert Security.from_environment(said).password == SECRET


def test_secrets_are_not_shown() -> None:
    """Neither by the value itself, nor by the settings that hold it."""
    security = Security(
        protocol="sasl_ssl",
        mechanism="PLAIN",
        user="worker-7",
        password=SECRET,
        certificate=Path("c.pem"),
        key_password=SECRET + "2",
    )
    for shown in (repr(security), str(security), repr(Settings(security=security))):
        assert SECRET not in shown
        assert "worker-7" not in shown


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"SECURITY": "tls"}, "LINEAGE_KAFKA_SECURITY names no protocol"),
        ({"SECURITY": "sasl_ssl"}, "LINEAGE_KAFKA_SASL is not set"),
        ({"SECURITY": "sasl_ssl", "SASL": "PLAIN"}, "LINEAGE_KAFKA_USER is not set"),
        (
            {"SECURITY": "sasl_ssl", "SASL": "PLAIN", "USER": "u"},
            "LINEAGE_KAFKA_PASSWORD is not set",
        ),
        (
            {"SECURITY": "sasl_ssl", "SASL": "GSSAPI", "USER": "u", "PASSWORD": SECRET},
            "LINEAGE_KAFKA_SASL names no mechanism",
        ),
        (
            {"PASSWORD": SECRET},
            "LINEAGE_KAFKA_PASSWORD is set, and LINEAGE_KAFKA_SECURITY is plain",
        ),
        ({"SECURITY": "ssl", "USER": "u"}, "LINEAGE_KAFKA_USER is set"),
        ({"CA": "ca.pem"}, "LINEAGE_KAFKA_CA is set"),
        ({"SECURITY": "ssl", "KEY": "k.pem"}, "LINEAGE_KAFKA_KEY is set without"),
        ({"SECURITY": "ssl", "KEY_PASSWORD": SECRET}, "LINEAGE_KAFKA_KEY_PASSWORD is set without"),
        ({"SECURITY": "ssl", "CA": "no.pem"}, "LINEAGE_KAFKA_CA cannot be used .FileNotFound"),
        ({"SECURITY": "ssl", "CERTIFICATE": "no.pem"}, "CERTIFICATE or LINEAGE_KAFKA_KEY cannot"),
        ({"PASSWORD_FILE": "no.txt"}, "LINEAGE_KAFKA_PASSWORD_FILE cannot be read"),
    ],
)
def test_what_does_not_fit_is_said_by_its_variable(said: dict[str, str], says: str) -> None:
    """Above all what would be sent in the clear although somebody meant it to be safe."""
    with pytest.raises(SecurityUnusable, match=says) as caught:
        read(**said)
    assert caught.value.do
    assert SECRET not in f"{caught.value} {caught.value.do}"


def test_empty_file_is_no_secret(tmp_path: Path) -> None:
    """It was forgotten to be filled."""
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(SecurityUnusable, match="PASSWORD_FILE is empty"):
        read(PASSWORD_FILE=str(tmp_path / "empty"))


def test_key_under_a_password(tmp_path: Path) -> None:
    """It is opened by its password; without one, or with another, it is refused and not asked."""
    signed = Authority("of the tests").sign("client", password=SECRET)
    (tmp_path / "c.pem").write_text(signed.certificate)
    (tmp_path / "k.pem").write_text(signed.key)
    said = {
        "SECURITY": "ssl",
        "CERTIFICATE": str(tmp_path / "c.pem"),
        "KEY": str(tmp_path / "k.pem"),
    }
    assert read(**said, KEY_PASSWORD=SECRET).context() is not None
    for wrong in ({}, {"KEY_PASSWORD": "another"}):
        with pytest.raises(SecurityUnusable, match="LINEAGE_KAFKA_KEY cannot be used"):
            read(**said, **wrong)
