"""Messages of a partition as the tracker takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from lineage.service.incoming import Incoming
from lineage.service.lanes import LaneBatch, Tell
from lineage.storage.drafts import Origin
from streams.topics import Topic


class Message(Protocol):
    """What aiokafka's records and Faust's messages have in common."""

    @property
    def topic(self) -> str:
        """The topic it came by."""

    @property
    def partition(self) -> int:
        """The partition of it."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def key(self) -> bytes | None:
        """What its partition was chosen by."""

    @property
    def value(self) -> bytes | None:
        """What was sent."""

    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]:
        """What was sent beside it."""


TellOf = Callable[[Sequence[Message]], Tell]


class Origins:
    """How messages of one topic came. Most have the same headers, so those are kept."""

    def __init__(self, topic: Topic) -> None:
        """Remember what the topic allows."""
        self._topic = topic
        self._last: Origin | None = None

    def of(self, message: Message) -> Origin:
        """How one message came."""
        headers = tuple(message.headers or ())
        if self._last is None or self._last.headers != headers:
            self._last = Origin(headers, self._topic.allowed, self._topic.recipient)
        return self._last


def batch_of(
    lane: str,
    place: str,
    *,
    at: int,
    messages: Sequence[Message],
    origins: Origins,
    tell_of: TellOf | None = None,
) -> LaneBatch:
    """Messages of one partition in order, not empty; ``place`` is what a dead letter names.
    ``tell_of`` gives who is told of dead letters among them.
    """
    incoming = [
        Incoming(m.offset, None, f"{place}@{m.offset}", m.value or b"", origins.of(m))
        for m in messages
    ]
    tell = None if tell_of is None else tell_of(messages)
    return LaneBatch(lane, at, messages[-1].offset + 1, incoming, tell)
