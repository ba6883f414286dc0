"""Which topics a tracker needs, and with which settings they are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from streams.answers import TopicRow, TopicsMade
from streams.cluster import ClusterState, NewTopic
from streams.errors import BrokerUnusable
from streams.topics import Topics

PARTITIONS_DEFAULT = 12
REPLICATION_MAX = 3
RETENTION_DEFAULT = timedelta(days=7)
SEGMENT = timedelta(days=1)
MESSAGE_BYTES = (1 << 20) + (64 << 10)
"""An event may have 1 MiB; its key, headers and the batch around it need room as well."""

DEAD_LETTER_BYTES = 2 * MESSAGE_BYTES


class Broker(Protocol):
    """What making topics needs of ``streams.admin.Admin``."""

    def brokers(self) -> int:
        """How many brokers there are."""
        ...

    def names(self) -> frozenset[str]:
        """Every topic there is."""
        ...

    def create(self, topics: Iterable[NewTopic], *, replication: int) -> None:
        """Make topics."""
        ...

    def state(self, wanted: Iterable[str]) -> ClusterState:
        """These topics as they are."""
        ...


def create_topics(
    admin: Broker,
    topics: Topics,
    *,
    partitions: int = PARTITIONS_DEFAULT,
    replication: int | None = None,
    retention: timedelta = RETENTION_DEFAULT,
    recipients: Sequence[str] = (),
    dead_letters: str | None = None,
) -> TopicsMade:
    """Make those that are missing: events, control, dead letters, a reply topic a recipient.

    ``dead_letters`` is the topic of these where it has a name of its own.
    """
    brokers = admin.brokers()
    copies = min(REPLICATION_MAX, brokers) if replication is None else replication
    if copies > brokers:
        raise BrokerUnusable(
            f"{copies} copies of each message need as many brokers; the cluster has {brokers}",
            do="lower --replication-factor, or add brokers",
        )
    wanted = wanted_topics(
        topics,
        partitions=partitions,
        copies=copies,
        retention=retention,
        recipients=recipients,
        dead_letters=dead_letters or topics.dead_letters,
    )
    there = admin.names()
    missing = [topic for topic in wanted if topic.name not in there]
    if missing:
        admin.create(missing, replication=copies)
    state = admin.state(topic.name for topic in wanted)
    return TopicsMade(
        replication_factor=copies,
        topics=[
            TopicRow(
                topic=topic.name,
                made=topic.name not in there,
                partitions=len(state.topics[topic.name].partitions),
            )
            for topic in wanted
        ],
    )


def wanted_topics(
    topics: Topics,
    *,
    partitions: int,
    copies: int,
    retention: timedelta,
    recipients: Sequence[str],
    dead_letters: str,
) -> list[NewTopic]:
    """Only the events' topic carries much: the others are read by one worker at a time."""
    safe = safe_configs(copies=copies, retention=retention)
    replies = dict.fromkeys(topics.answers(name).name for name in recipients)
    return [
        NewTopic(topics.events.name, partitions, safe),
        NewTopic(topics.control.name, 1, safe),
        NewTopic(dead_letters, 1, safe | {"max.message.bytes": str(DEAD_LETTER_BYTES)}),
        *(NewTopic(name, 1, safe) for name in replies),
    ]


def safe_configs(*, copies: int, retention: timedelta) -> dict[str, str]:
    """The settings that ``topics check`` asks for."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": _milliseconds(retention),
        "retention.bytes": "-1",
        "segment.ms": _milliseconds(min(SEGMENT, retention)),
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(MESSAGE_BYTES),
        "min.insync.replicas": str(min(2, copies)),
        "unclean.leader.election.enable": "false",
    }


def _milliseconds(span: timedelta) -> str:
    return str(span // timedelta(milliseconds=1))
