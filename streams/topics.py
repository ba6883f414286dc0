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
_ESCAPED = re.compile(r"_([0-9a-f]{2})")
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

    def is_answers(self, name: str) -> bool:
        """Whether it is the name of a reply topic."""
        return self._recipient_of(name) is not None

    def named(self, name: str) -> Topic | None:
        """The topic of this name, where messages of it may be read; None if it is none of ours."""
        for topic in (self.events, self.control):
            if topic.name == name:
                return topic
        recipient = self._recipient_of(name)
        return None if recipient is None else self.answers(recipient)

    def _recipient_of(self, name: str) -> str | None:
        before = f"{self.prefix}.answers."
        if not name.startswith(before):
            return None
        try:
            recipient = _read(name.removeprefix(before))
        except ValueError:
            return None
        return recipient if recipient and _spelled(recipient) == name.removeprefix(before) else None


def _read(spelled: str) -> str:
    """A recipient's name from the letters that topics may have. Raises ``ValueError``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), spelled).encode("latin-1").decode()


def _spelled(recipient: str) -> str:
    """A recipient's name in the letters that topics may have; no two get the same."""
    return "".join(
        letter if _PLAIN.fullmatch(letter) else "".join(f"_{byte:02x}" for byte in letter.encode())
        for letter in recipient
    )
