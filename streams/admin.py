"""Asking the broker, and making topics. What is there is never changed, and never deleted."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from lineage.kafka.security import PLAINTEXT, Security
from streams.cluster import ClusterSettings, ClusterState, NewTopic, Partition, TopicState
from streams.errors import BrokerUnusable

CONNECT_MS_MAX = 5_000
ANSWER_MS_MAX = 15_000
_GUARDED = "; name, password and certificates must be those that it takes"
_AUTO_CREATE = "auto.create.topics.enable"


class Admin:
    """An open connection to the broker; ``connected`` is the way to get one."""

    def __init__(self, client: KafkaAdminClient) -> None:
        self._client = client

    def brokers(self) -> int:
        """How many brokers the cluster has."""
        return len(self._client.describe_cluster()["brokers"])

    def names(self) -> frozenset[str]:
        """Every topic there is."""
        return frozenset(topic["name"] for topic in self._described())

    def create(self, topics: Iterable[NewTopic], *, replication: int) -> None:
        """Make topics; returns when each can be written to."""
        wanted = {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replication,
                "configs": dict(topic.configs),
            }
            for topic in topics
        }
        self._client.create_topics(wanted, timeout_ms=ANSWER_MS_MAX, wait_for_metadata=True)

    def state(self, wanted: Iterable[str]) -> ClusterState:
        """The cluster and these topics, as far as they exist: partitions and offsets."""
        names = set(wanted)
        cluster = self._client.describe_cluster()
        described = [topic for topic in self._described() if topic["name"] in names]
        led = [
            TopicPartition(topic["name"], each["partition_index"])
            for topic in described
            for each in topic["partitions"]
            if each["leader_id"] >= 0
        ]
        begins = self._offsets(led, OffsetSpec.EARLIEST)
        ends = self._offsets(led, OffsetSpec.LATEST)
        return ClusterState(
            cluster=cluster["cluster_id"],
            brokers=len(cluster["brokers"]),
            topics={
                topic["name"]: TopicState(
                    topic["name"],
                    str(topic["topic_id"]),
                    tuple(sorted(_partitions(topic, begins, ends), key=lambda at: at.number)),
                )
                for topic in described
            },
        )

    def settings(self, state: ClusterState) -> ClusterSettings:
        """How the cluster and these topics are set, and who has written to them how."""
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in state.topics]
        brokers = [
            ConfigResource(ConfigResourceType.BROKER, str(each["broker_id"]))
            for each in self._client.describe_cluster()["brokers"]
        ]
        found = self._client.describe_configs([*resources, *brokers], config_filter="all")
        of_brokers = map(_values, found["broker"].values())
        return ClusterSettings(
            auto_create=any(each.get(_AUTO_CREATE) == "true" for each in of_brokers),
            topics={name: _values(each) for name, each in found.get("topic", {}).items()},
            transactional=frozenset(self._transactional(state)),
        )

    def _described(self) -> list[dict[str, Any]]:
        # All of them: to ask for one by name would make it where the broker makes what is missing.
        topics: list[dict[str, Any]] = self._client.describe_topics()
        return topics

    def _offsets(
        self, partitions: Iterable[TopicPartition], spec: OffsetSpec
    ) -> dict[TopicPartition, int]:
        asked = dict.fromkeys(partitions, spec)
        if not asked:
            return {}
        found = self._client.list_partition_offsets(asked, timeout_ms=ANSWER_MS_MAX)
        return {at: each.offset for at, each in found.items()}

    def _transactional(self, state: ClusterState) -> Iterator[tuple[str, int]]:
        asked = [
            TopicPartition(topic.name, each.number)
            for topic in state.topics.values()
            for each in topic.partitions
            if each.end is not None
        ]
        found = self._client.describe_producers(asked) if asked else {}
        for at, producers in found.items():
            if any(
                each.coordinator_epoch >= 0 or each.current_transaction_start_offset >= 0
                for each in producers.active_producers
            ):
                yield at.topic, at.partition


def _partitions(
    topic: Mapping[str, Any],
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> Iterator[Partition]:
    for each in topic["partitions"]:
        at = TopicPartition(topic["name"], each["partition_index"])
        yield Partition(
            number=at.partition,
            replicas=len(each["replica_nodes"]),
            in_sync=len(each["isr_nodes"]),
            begin=begins.get(at),
            end=ends.get(at),
        )


def _values(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: str(each["value"]) for name, each in settings.items()}


@contextmanager
def connected(servers: str, security: Security) -> Iterator[Admin]:
    """Connect to a cluster. Raises ``BrokerUnusable``, also for what goes wrong in the block."""
    # The library logs each failed attempt; what the caller needs is one sentence at the end. On
    # the level of debugging it logs its settings, the password among them.
    kafka = logging.getLogger("kafka")
    kafka.addHandler(logging.NullHandler())
    kafka.setLevel(logging.INFO)
    client, options = None, security.options()
    try:
        client = KafkaAdminClient(
            bootstrap_servers=[server.strip() for server in servers.split(",")],
            client_id="lineage-admin",
            bootstrap_timeout_ms=CONNECT_MS_MAX,
            request_timeout_ms=ANSWER_MS_MAX,
            **options,
        )
        yield Admin(client)
    except (KafkaError, ValueError) as error:
        kind = type(error).__name__
        if client is None:
            raise BrokerUnusable(
                f"no Kafka broker answers at {servers} ({kind})",
                do="start it, say where it is with --kafka or LINEAGE_KAFKA, or how it is guarded"
                " with --kafka-security" + (_GUARDED if security.protocol != PLAINTEXT else ""),
            ) from None
        raise BrokerUnusable(
            f"the broker at {servers} did not do what was asked ({kind})",
            do="see the broker's log; the user of this command needs the right to do it",
        ) from None
    finally:
        if client is not None:
            client.close()
