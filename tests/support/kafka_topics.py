"""Fresh topics on the broker of the tests, each with a name that nobody else has."""

from __future__ import annotations

import itertools
import secrets
from functools import cached_property

from kafka import KafkaAdminClient

from tests.support.brokers import Broker, OwnBroker

_numbers = itertools.count(1)
_run = secrets.token_hex(4)  # not the process id: two machines may share a broker


class Kafka:
    """A broker as tests use it: its address, and topics for the asking."""

    def __init__(self, broker: Broker) -> None:
        """Take the broker's word for where it is."""
        self.broker = broker
        self._prefixes: list[str] = []

    @property
    def servers(self) -> str:
        """Its address, ``host:port``."""
        return self.broker.servers

    @cached_property
    def admin(self) -> KafkaAdminClient:
        """A client for what topics and groups are."""
        return KafkaAdminClient(bootstrap_servers=self.servers.split(","))

    def name(self) -> str:
        """A name that no topic has yet: a topic's, or the prefix of some; they go with the run."""
        name = f"lineage-test-{_run}-{next(_numbers)}"
        self._prefixes.append(name)
        return name

    def topic(self, partitions: int = 1, **configs: object) -> str:
        """The name of a fresh and empty topic; ``retention_ms=1`` sets ``retention.ms``."""
        name = self.name()
        wanted = {key.replace("_", "."): str(value) for key, value in configs.items()}
        made = {"num_partitions": partitions, "replication_factor": 1, "configs": wanted}
        self.admin.create_topics({name: made}, wait_for_metadata=True)
        return name

    def close(self) -> None:
        """Remove the topics: the broker may outlive the run."""
        if self._prefixes:
            begin = tuple(self._prefixes)
            ours = [name for name in self.admin.list_topics() if name.startswith(begin)]
            self.admin.delete_topics(ours)
        if "admin" in self.__dict__:
            self.admin.close()


class OwnKafka(Kafka):
    """A broker of the test's own, to kill it and to start it again; its data go with it."""

    broker: OwnBroker

    def __init__(self, broker: OwnBroker) -> None:
        """Take a broker that nobody else uses."""
        super().__init__(broker)

    def kill(self) -> None:
        """End it by ``kill -9``."""
        self.broker.kill()

    def stop(self) -> None:
        """Stop it in good order."""
        self.broker.stop()

    def start(self) -> None:
        """Start it again on the same data; it answers when this returns."""
        self.broker.start()

    def close(self) -> None:
        """Let go of it; the broker may be down, and its topics go with its data."""
        if "admin" in self.__dict__:
            self.admin.close()
