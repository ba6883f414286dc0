"""Where the relay of a kill test publishes: a file, or a topic of a real broker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lineage.client import JsonLines, Publisher
from lineage.kafka.binding import Record, to_structured
from lineage.kafka.producer import Producer
from tests.kafka.reading import read_all
from tests.support.kafka_topics import Kafka


class Sink(Protocol):
    """What a relay in another process can be told, and what lies there in the end."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The same sink for ``sink_of``, as words."""
        ...

    def connect(self) -> Publisher:
        """A publisher into it."""
        ...

    def events(self) -> list[bytes]:
        """Everything that lies there, repetitions and all."""
        ...


@dataclass(frozen=True)
class FileSink:
    """A file of JSON lines."""

    path: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        """Its path."""
        return (str(self.path),)

    def connect(self) -> Publisher:
        """Append to it."""
        return JsonLines.at(self.path)

    def events(self) -> list[bytes]:
        """Its lines, but for the halves that a kill has left."""
        lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        return [line for line in lines if line.endswith(b"}}")]


@dataclass(frozen=True)
class TopicSink:
    """A topic; the example emits to the usual one, so messages are led there."""

    servers: str
    topic: str

    @classmethod
    def on(cls, kafka: Kafka) -> TopicSink:
        """A fresh topic."""
        return cls(kafka.servers, kafka.topic(partitions=2))

    @property
    def arguments(self) -> tuple[str, ...]:
        """Address and name."""
        return (self.servers, self.topic)

    def connect(self) -> Publisher:
        """Send to it."""
        return _Led(self.servers, self.topic)

    def events(self) -> list[bytes]:
        """Its messages."""
        found = read_all(self.servers, self.topic)
        return [to_structured(message.value, message.headers) for message in found]


class _Led(Producer):
    """A producer for one topic, whatever it is told."""

    def __init__(self, servers: str, topic: str) -> None:
        super().__init__(servers)
        self._topic = topic

    def send(self, topic: str, record: Record) -> None:
        super().send(self._topic, record)


def sink_of(*arguments: str) -> Sink:
    """The sink that these words mean."""
    if len(arguments) == 1:
        return FileSink(Path(arguments[0]))
    servers, topic = arguments
    return TopicSink(servers, topic)
