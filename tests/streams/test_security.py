"""Every client of Kafka through doors that are guarded, on a real broker: TLS, SASL and both."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from signal import SIGTERM

import pytest
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from lineage.client import DeliveryFailed, Emitter, Security
from lineage.events import DataShared
from lineage.kafka.security import VARIABLES
from streams import admin
from tests.events.sample import share
from tests.kafka.reading import read_all
from tests.streams.conftest import Run, answer
from tests.support.brokers import Door, OwnBroker
from tests.support.certificates import Authority
from tests.support.kafka_broker import get_own_broker
from tests.support.kafka_topics import Kafka

pytestmark = pytest.mark.kafka

USER, PASSWORD = "worker-7", "correct-horse-battery"
LOGIN = "org.apache.kafka.common.security"
SECONDS_MAX = 60.0
REFUSED_MS_MAX = 1_500
LINEAGE = [sys.executable, "-m", "lineage.cli.main"]
ROOT = Path(__file__).parents[2]
Come = Callable[..., str]


def doors(authority: Authority) -> list[Door]:
    """By password in the clear, by password within TLS, and by certificate."""
    server = authority.sign("broker")
    papers = {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": server.certificate,
        "ssl.keystore.key": server.key,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": authority.certificate,
    }
    plain = {
        "sasl.enabled.mechanisms": "PLAIN",
        "plain.sasl.jaas.config": f"{LOGIN}.plain.PlainLoginModule required"
        f' user_{USER}="{PASSWORD}";',
    }
    scram = {
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "scram-sha-512.sasl.jaas.config": f"{LOGIN}.scram.ScramLoginModule required;",
        "ssl.client.auth": "none",
    }
    return [
        Door(name="PLAIN", protocol="SASL_PLAINTEXT", settings=plain),
        Door(name="SCRAM", protocol="SASL_SSL", settings={**papers, **scram}),
        Door(name="TLS", protocol="SSL", settings={**papers, "ssl.client.auth": "required"}),
    ]


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Whom broker and clients trust."""
    return Authority("of the tests")


@pytest.fixture(scope="module")
def broker(authority: Authority) -> Iterator[OwnBroker]:
    """A broker with guarded doors beside the open one."""
    with closing(get_own_broker(doors(authority))) as broker:
        yield broker


@pytest.fixture(scope="module")
def kafka(broker: OwnBroker) -> Iterator[Kafka]:
    """The same through the open door, to prepare things."""
    with closing(Kafka(broker)) as kafka:
        user = UserScramCredentialUpsertion(
            USER, ScramMechanism.SCRAM_SHA_512, PASSWORD, iterations=4096
        )
        assert kafka.admin.alter_user_scram_credentials([user]) == {USER: None}
        yield kafka


@pytest.fixture
def come(
    authority: Authority, broker: OwnBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Come:
    """Takes the environment of who may come through a door, with what is wrong about it; gives
    the address.
    """
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    client = authority.sign(USER)
    for name, text in (
        ("client.pem", client.certificate),
        ("key.pem", client.key),
        ("secret", PASSWORD),
    ):
        (tmp_path / name).write_text(text)
    ca = str(authority.write(tmp_path))
    ways = {
        "PLAIN": {"SECURITY": "sasl_plaintext", "SASL": "PLAIN", "PASSWORD": PASSWORD},
        "SCRAM": {
            "SECURITY": "sasl_ssl",
            "SASL": "SCRAM-SHA-512",
            "PASSWORD_FILE": str(tmp_path / "secret"),
            "CA": ca,
        },
        "TLS": {
            "SECURITY": "ssl",
            "CA": ca,
            "CERTIFICATE": str(tmp_path / "client.pem"),
            "KEY": str(tmp_path / "key.pem"),
        },
    }
    for way in ("PLAIN", "SCRAM"):
        ways[way]["USER"] = USER

    def coming(way: str, **wrong: str) -> str:
        for name, text in {**ways[way], **wrong}.items():
            monkeypatch.setenv(f"LINEAGE_KAFKA_{name}", text)
        monkeypatch.setenv("LINEAGE_KAFKA", broker.door(way))
        if wrong:  # kafka-python tries again until its time is up
            monkeypatch.setattr(admin, "CONNECT_MS_MAX", REFUSED_MS_MAX)
        return broker.door(way)

    return coming


@contextmanager
def worker(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """``lineage work`` as a process of its own, with our environment; gone afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with Path("worker.log").open("wb") as log:
        process = subprocess.Popen([*LINEAGE, "work", *words], stderr=log, env=environment)
        try:
            yield process
        finally:
            process.kill()
            process.wait(SECONDS_MAX)


def emitter(servers: str, prefix: str, *, connect_ms_max: int = 15_000) -> Emitter:
    """A service's, by the environment."""
    return Emitter.to_kafka(
        servers,
        source="/services/checkout",
        controller="seestar",
        topic=f"{prefix}.events",
        security=Security.from_environment(),
        bootstrap_timeout_ms=connect_ms_max,
    )


def shared() -> DataShared:
    """What the service says."""
    return DataShared.model_validate(
        share(data={"categories": ["shipping_address"], "identifiers": ...})["data"]
    )


@pytest.mark.parametrize("way", ["PLAIN", "SCRAM", "TLS"])
def test_everything_goes_through_a_guarded_door(
    run: Run, kafka: Kafka, prefix: str, come: Come, way: str
) -> None:
    """Topics are made and checked, a service and the command line emit, a worker reads by its own
    consumer and by Faust's and sends dead letters on; nobody says the password.
    """
    servers = come(way)
    assert run("topics", "create", "--partitions", "1").exit_code == 0
    with emitter(servers, prefix) as service:
        service.emit(shared(), subject="m1", id="e1")
    event = share(id="e2", subject="m2", controller="seestar")
    bad = json.dumps({**event, "controller": "nobody1", "id": "e3"})
    sent = run("emit", "-", "--json", stdin=f"{json.dumps(event)}\n{bad}\n")
    assert sent.exit_code == 0, sent.output
    said = run("emit", "-", "--topic", f"{prefix}.control", stdin=json.dumps({**event, "id": "e4"}))
    assert said.exit_code == 0, said.output
    assert run("topics", "check").exit_code == 0
    words = ("--dead-letter-topic", f"{prefix}.dead-letters", "--session-timeout", "6")
    with worker(*words) as process:
        ends = time.monotonic() + SECONDS_MAX
        while run("lag", "--max", "0").exit_code != 0:
            log = Path("worker.log").read_text()
            assert process.poll() is None, log
            assert time.monotonic() < ends, log
        process.send_signal(SIGTERM)
        assert process.wait(SECONDS_MAX) == 0
    assert answer(run("verify", "--json"))["events"] == 2
    assert answer(run("dead-letters", "list", "--json"))["reasons"] == {
        "not_allowed_here": 1,
        "unknown_controller": 1,
    }
    forwarded = read_all(kafka.servers, f"{prefix}.dead-letters")
    assert sorted(dict(one.headers)["lineage_reason"] for one in forwarded) == [
        b"not_allowed_here",
        b"unknown_controller",
    ]
    assert PASSWORD not in Path("worker.log").read_text()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("way", "wrong"),
    [
        ("PLAIN", {"PASSWORD": "wrong-horse"}),
        ("SCRAM", {"USER": "nobody"}),
        ("SCRAM", {"CA": ""}),
        ("TLS", {"CERTIFICATE": "", "KEY": ""}),
        ("PLAIN", {"SECURITY": "plaintext", "SASL": "", "USER": "", "PASSWORD": ""}),
    ],
)
def test_who_may_not_come_in_hears_it(
    run: Run, prefix: str, come: Come, way: str, wrong: dict[str, str]
) -> None:
    """A wrong password, a broker that strangers vouch for, no certificate: an error in a sentence,
    without the secret and without another try in the clear.
    """
    servers = come(way, **wrong)
    result = run("topics", "check")
    assert result.exit_code == 5, result.output
    assert f"no Kafka broker answers at {servers}" in result.stderr
    assert "--kafka-security" in result.stderr
    assert "horse" not in result.output
    with pytest.raises(DeliveryFailed, match="no broker answers"):
        emitter(servers, prefix, connect_ms_max=REFUSED_MS_MAX)
    gc.collect()  # kafka-python leaves sockets open on which it was refused


def test_settings_that_do_not_fit_are_a_usage_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is connected, by the name of the variable."""
    monkeypatch.setenv("LINEAGE_KAFKA_PASSWORD", PASSWORD)
    for words in ("topics check", "topics create", "lag", "emit -", "work"):
        result = run(*words.split(), "--kafka-security", "ssl")
        assert result.exit_code == 2, result.output
        assert "LINEAGE_KAFKA_PASSWORD is set" in result.stderr
        assert PASSWORD not in result.output
