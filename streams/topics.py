"""The topics: what each is called, how its messages are keyed, which events it may carry.

Whoever can write to a topic must not be able to say what only somebody else may say, so the class
of an event decides where it is taken. Keys are the events' ``ordering_key``: all of one person in
one partition.
"""

from __future__ import annotations

from dataclasses import dataclass

from lineage.events import EventClass
from lineage.kafka.reply_topic import PREFIX_DEFAULT, recipient_of, reply_topic


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. ``recipient`` is whose answers it takes, where it is a reply topic."""

    name: str
    allowed: frozenset[EventClass]
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one tracker."""

    prefix: str = PREFIX_DEFAULT

    @property
    def events(self) -> Topic:
        """What services report: by far the most, many partitions."""
        return Topic(f"{self.prefix}.events", frozenset({EventClass.FACT}))

    @property
    def control(self) -> Topic:
        """What officers decide, for who has no access to the command line."""
        return Topic(f"{self.prefix}.control", frozenset({EventClass.DECISION}))

    @property
    def dead_letters(self) -> str:
        """Where copies of dead letters go, if they are asked for; nothing is read from it."""
        return f"{self.prefix}.dead-letters"

    def answers(self, recipient: str) -> Topic:
        """The reply topic of one recipient. Raises ``TopicName`` where its name is too long."""
        name = reply_topic(recipient, prefix=self.prefix)
        return Topic(name, frozenset({EventClass.ANSWER}), recipient)

    def is_answers(self, name: str) -> bool:
        """Whether it is the name of a reply topic."""
        return recipient_of(name, prefix=self.prefix) is not None

    def named(self, name: str) -> Topic | None:
        """The topic of this name, where messages of it may be read; None if it is none of ours."""
        for topic in (self.events, self.control):
            if topic.name == name:
                return topic
        recipient = recipient_of(name, prefix=self.prefix)
        return None if recipient is None else self.answers(recipient)
