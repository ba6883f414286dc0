"""How the tests get a Kafka: from the environment, from Docker, from Java and Maven; never not.

Each process of a run has a broker of its own, made by the first test that asks for one. A shared
one would need a lock, a count of who still uses it and an answer to a worker that ends early.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from kafka.errors import KafkaError

from tests.support.brokers import Broker, Door, KafkaMissing, OwnBroker, connected
from tests.support.native_broker import NativeBroker
from tests.support.ways import first_of, in_docker

VARIABLE = "LINEAGE_TEST_KAFKA"
_ADDRESSES = re.compile(r"[^\s,:/@]+:\d{1,5}(,[^\s,:/@]+:\d{1,5})*")
DO = f"""The tests need a Kafka broker, and there was no way to get one.
Any of these is enough:
  - name a broker that lets us make topics: {VARIABLE}=localhost:9092
  - start Docker, so that `docker info` succeeds
  - install Java 17 or newer, and Maven for the first time (Debian: openjdk-17-jre-headless maven)
What was tried:"""


class GivenBroker:
    """A broker that somebody else runs; its address came from the environment."""

    origin = VARIABLE

    def __init__(self, address: str) -> None:
        """Raises ``KafkaMissing`` for an address that is none, or where no broker answers."""
        if not _ADDRESSES.fullmatch(address):
            raise KafkaMissing(f"{VARIABLE} is no address: write host:port, or several with commas")
        self.servers = address
        try:
            with connected(address) as admin:
                admin.describe_cluster()
        except KafkaError as error:
            raise KafkaMissing(f"{VARIABLE}: no broker answers: {type(error).__name__}") from None

    def close(self) -> None:
        """Leave it running: it is not ours."""


def get_broker(environ: Mapping[str, str] = os.environ) -> Broker:
    """The broker for ordinary tests. Raises ``KafkaMissing``, which says what to do."""
    if address := environ.get(VARIABLE):
        return GivenBroker(address)
    return _first_way()


def get_own_broker(doors: Sequence[Door] = ()) -> OwnBroker:
    """A broker to be broken, with other doors beside the open one. Raises ``KafkaMissing``.

    In memory too: what ends is the broker and never the machine, so memory keeps what disk would.
    """
    return _first_way(doors)


def _first_way(doors: Sequence[Door] = ()) -> OwnBroker:
    ways: list[Callable[[], OwnBroker]] = [
        partial(_in_docker, doors),
        partial(NativeBroker, doors=doors),
    ]
    return first_of(ways, missing=KafkaMissing, do=DO)


def _in_docker(doors: Sequence[Door]) -> OwnBroker:
    def make() -> OwnBroker:
        # Loading it takes a second and is of no use without an engine.
        from tests.support.container_broker import ContainerBroker

        return ContainerBroker(doors)

    return in_docker(make, missing=KafkaMissing)
