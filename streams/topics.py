"""The topics: what each is called, how its messages are keyed, which events it may carry.

Whoever can write to a topic must not be able to say what only somebody else may say, so the class
of an event decides where it is taken. Keys are the events' ``ordering_key``: all of one person in
one partition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lineage.events import EventClass

PREFIX_DEFAULT = "lineage"
"""First part of every topic's name; two trackers on one cluster have different ones."""

_PLAIN = re.compile(r"[A-Za-z0-9-]")
_NAME_MAX = 249


class TopicName(ValueError):
    """A name that no topic can have."""


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
        name = f"{self.prefix}.answers.{_spelled(recipient)}"
        if len(name) > _NAME_MAX:
            raise TopicName(f"the name of a recipient makes a topic of over {_NAME_MAX} letters")
        return Topic(name, frozenset({EventClass.ANSWER}), recipient)


def _spelled(recipient: str) -> str:
    """A recipient's name in the letters that topics may have; no two get the same."""
    return "".join(
        letter if _PLAIN.fullmatch(letter) else "".join(f"_{byte:02x}" for byte in letter.encode())
        for letter in recipient
    )
