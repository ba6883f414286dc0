"""What a broker says of itself and its topics, as plain values. Nothing here asks one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition: ``begin`` is the first offset it still has, ``end`` the next it will give;
    both None where it has no leader to ask.
    """

    number: int
    replicas: int
    in_sync: int
    begin: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class TopicState:
    """One topic as the broker has it."""

    name: str
    topic_id: str
    partitions: tuple[Partition, ...]

    @property
    def is_led(self) -> bool:
        """Whether each partition can be read; of a topic that was just made the broker may not know
        any yet.
        """
        return bool(self.partitions) and all(each.end is not None for each in self.partitions)


@dataclass(frozen=True, slots=True)
class ClusterState:
    """The cluster, and those of its topics that were asked for."""

    cluster: str
    brokers: int
    topics: Mapping[str, TopicState]


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """How the topics are set, defaults included. ``transactional``: the partitions that a
    producer has written to in transactions, as far back as the broker remembers producers.
    """

    auto_create: bool
    topics: Mapping[str, Mapping[str, str]]
    transactional: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic to be made."""

    name: str
    partitions: int
    configs: Mapping[str, str]
