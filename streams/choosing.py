"""Which topics a worker reads, seen on the broker; none of which Kafka would lose messages."""

from __future__ import annotations

from collections.abc import Callable, Container

from lineage.service.errors import LineageError
from streams.admin import connected
from streams.cluster import ClusterState
from streams.errors import TopicMissing
from streams.settings import Settings
from streams.topics import Topic


class TopicUnsafe(LineageError):
    """A topic is set up so that messages would be lost; nothing was read from it."""


def to_read(
    settings: Settings, choose: Callable[[Settings, frozenset[str]], list[Topic]]
) -> tuple[list[Topic], ClusterState]:
    """The topics that ``choose`` takes of those on the broker, and their state.

    Raises ``BrokerUnusable``, and ``TopicUnsafe`` for one of which messages would be lost.
    """
    with connected(settings.servers, settings.security) as admin:
        topics = choose(settings, admin.names())
        state = admin.state(topic.name for topic in topics)
        configs = admin.settings(state).topics
    policies = {name: each.get("cleanup.policy", "") for name, each in configs.items()}
    _checked_for_reading(state, policies)
    return topics, state


def chosen(settings: Settings, there: frozenset[str]) -> list[Topic]:
    """The topics to read: those that were named, else every one of this tracker that exists; in any
    case that for decisions, for Faust does not start without an agent.

    Raises ``TopicMissing`` for one that is not there, or is none of ours, and ``TopicUnsafe`` where
    dead letters would be read again.
    """
    names = settings.names
    if (dead := settings.dead_letter_topic) is not None:
        if names.named(dead) is not None:
            raise TopicUnsafe(
                f"dead letters would be sent on to {dead}, from which events are read",
                do="name a topic of its own with --dead-letter-topic",
            )
        if dead not in there:
            raise TopicMissing(dead)
    answers = sorted(name for name in there if names.is_answers(name))
    wanted = {*(settings.topics or (names.events.name, *answers)), names.control.name}
    found = []
    for name in sorted(wanted):
        topic = names.named(name)
        if topic is None or name not in there:
            raise TopicMissing(name)
        found.append(topic)
    return found


def later(settings: Settings, there: frozenset[str], known: Container[str]) -> list[Topic]:
    """The reply topics that were made since a worker began to read; none where it was told what to
    read.
    """
    if settings.topics:
        return []
    names = settings.names
    new = sorted(name for name in there if names.is_answers(name) and name not in known)
    return [topic for topic in map(names.named, new) if topic is not None]


def _checked_for_reading(state: ClusterState, policies: dict[str, str]) -> None:
    """Raise ``TopicUnsafe`` for a topic of which Kafka may remove messages unread."""
    for name in state.topics:
        if "compact" in policies.get(name, ""):
            raise TopicUnsafe(
                f"the topic {name} is compacted: Kafka removes messages from it that were not read",
                do=f"set cleanup.policy=delete on {name}; see lineage topics check",
            )
