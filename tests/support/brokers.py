"""What a Kafka broker of the tests can do, whoever runs it; `kafka_broker` says how to get one."""

from __future__ import annotations

import base64
import contextlib
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.support.ways import ServiceMissing

VERSION = "4.1.0"
START_SECONDS_MAX = 90.0
ANSWER_SECONDS_MAX = 5.0
PROBE_SECONDS = 0.05

SETTINGS: Final[Mapping[str, object]] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": 0,
    # A restart waits until the session of the broker before it has ended, 9 s as Kafka comes.
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 300,
    # One broker is all of the cluster, and the fewer partitions it opens the sooner it is there.
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 2,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # What is too old goes at once, not after five minutes: so a test can see that nothing goes.
    "log.initial.task.delay.ms": 500,
    "log.retention.check.interval.ms": 2000,
    # Memory and threads for two cores and a few topics: 150 MB less.
    "log.cleaner.dedupe.buffer.size": 2 << 20,
    "background.threads": 2,
    "num.io.threads": 2,
    "num.network.threads": 2,
}
"""What makes a log last is left as Kafka comes: a killed broker finds all that it acknowledged."""

PLAIN_PROTOCOLS = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"


class KafkaMissing(ServiceMissing):
    """There is no Kafka broker for the tests."""


class Broker(Protocol):
    """A running broker. ``servers`` is its address as clients take it."""

    @property
    def servers(self) -> str: ...

    @property
    def origin(self) -> str: ...

    def close(self) -> None: ...


class OwnBroker(Broker, Protocol):
    """A broker that nobody else uses, so that a test may break it; its data outlive all of this."""

    def kill(self) -> None:
        """End it by ``kill -9``: it finds no time to write anything."""

    def stop(self) -> None:
        """Stop it in good order."""

    def start(self) -> None:
        """Start it again on the same data; it answers when this returns."""

    def logged(self) -> bytes:
        """All that it has logged."""

    def door(self, name: str) -> str:
        """The address of one of its other doors, ``host:port``."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """Another way into a broker: its name, Kafka's protocol of it, and what is set for it alone."""

    name: str
    protocol: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Address:
    """Where a broker listens, and where clients are told that it does: ``host:port``."""

    listen: str
    advertise: str


def properties(
    *, folder: str, open_door: Address, controller: str, doors: Sequence[tuple[Door, Address]]
) -> str:
    """The file that the broker is started with."""
    at = {"PLAINTEXT": open_door} | {door.name: where for door, where in doors}
    speaks = [f"{door.name}:{door.protocol}" for door, _ in doors]
    settings = {
        **SETTINGS,
        "log.dirs": folder,
        "listeners": ",".join(
            [f"{name}://{where.listen}" for name, where in at.items()]
            + [f"CONTROLLER://{controller}"]
        ),
        "advertised.listeners": ",".join(
            f"{name}://{where.advertise}" for name, where in at.items()
        ),
        "listener.security.protocol.map": ",".join([PLAIN_PROTOCOLS, *speaks]),
        "controller.quorum.voters": f"{SETTINGS['node.id']}@{controller}",
    }
    for door, _ in doors:
        for name, value in door.settings.items():
            settings[f"listener.name.{door.name.lower()}.{name}"] = value.replace("\n", "\\n")
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def new_cluster_id() -> str:
    """A cluster's name as Kafka wants it; one that begins with "-" would be taken for an option."""
    return "L" + base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")[1:]


@contextlib.contextmanager
def connected(servers: str, *, seconds: float = ANSWER_SECONDS_MAX) -> Iterator[KafkaAdminClient]:
    """An admin client for a block. Raises ``KafkaError`` if no broker answers in time."""
    milliseconds = int(seconds * 1000)
    admin = KafkaAdminClient(
        bootstrap_servers=servers.split(","),
        bootstrap_timeout_ms=milliseconds,
        request_timeout_ms=milliseconds,
    )
    try:
        yield admin
    finally:
        admin.close()


def answers(servers: str, *, seconds: float = ANSWER_SECONDS_MAX) -> bool:
    """Whether the broker takes requests now."""
    try:
        with connected(servers, seconds=seconds) as admin:
            return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False


def wait_for_answer(servers: str) -> None:
    """Return as soon as the broker answers. Raises ``KafkaMissing`` if it does not in time."""
    ends_at = time.monotonic() + START_SECONDS_MAX
    while not answers(servers):
        if time.monotonic() > ends_at:
            raise KafkaMissing(f"it did not answer within {START_SECONDS_MAX:.0f} s")
        time.sleep(PROBE_SECONDS)
