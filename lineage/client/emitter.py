"""The emitter of a service: source and controller said once, events checked before they leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, Unpack

from lineage.client.making import EventMaker, Said, check_size, new_id, utc_now
from lineage.client.publishing import JsonLines, Publisher
from lineage.client.trace import trace
from lineage.events.envelope import Event, parse_event
from lineage.events.model import EventClass, EventData
from lineage.kafka.binding import Record, to_record
from lineage.kafka.security import Security

TOPIC: Final = "lineage.events"
"""Where services say what happened, unless the tracker has another prefix."""


class Emitter:
    """Emits the events of one service; threads may share it. Close it, or use it in ``with``.

    ``says`` is the one class of events that the topic takes: facts, for services.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        source: str,
        controller: str,
        topic: str = TOPIC,
        says: EventClass = EventClass.FACT,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        """Emit through any publisher. Raises ``EventError`` where source or controller is bad."""
        self._publisher = publisher
        self._topic = topic
        self._maker = EventMaker(source, controller, says, clock, new_id)

    @classmethod
    def to_kafka(
        cls,
        servers: str | Sequence[str],
        *,
        source: str,
        controller: str,
        topic: str = TOPIC,
        says: EventClass = EventClass.FACT,
        security: Security | None = None,
        **settings: Any,
    ) -> Self:
        """Emit to a topic; with ``Security.from_environment()`` by TLS and SASL, as the variables
        say. ``settings`` go to kafka-python's producer.
        """
        EventMaker(source, controller, says)  # refused before anything is connected
        from lineage.kafka.producer import Producer

        producer = Producer(servers, security=security, **settings)
        return cls(producer, source=source, controller=controller, topic=topic, says=says)

    @classmethod
    def to_file(
        cls,
        path: Path | str,
        *,
        source: str,
        controller: str,
        says: EventClass = EventClass.FACT,
    ) -> Self:
        """Append to a file of JSON lines, which ``lineage record`` reads."""
        return cls(JsonLines.at(path), source=source, controller=controller, says=says)

    @classmethod
    def to_stream(
        cls,
        stream: BinaryIO,
        *,
        source: str,
        controller: str,
        says: EventClass = EventClass.FACT,
    ) -> Self:
        """Write JSON lines to a binary stream, such as ``sys.stdout.buffer``; it stays open."""
        return cls(JsonLines(stream), source=source, controller=controller, says=says)

    @staticmethod
    def collecting(
        *,
        source: str,
        controller: str,
        says: EventClass = EventClass.FACT,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_id,
    ) -> CollectingEmitter:
        """Keep the events, for the unit tests of a service; they are checked all the same."""
        return CollectingEmitter(
            source=source, controller=controller, says=says, clock=clock, new_id=new_id
        )

    def emit(self, data: EventData, **said: Unpack[Said]) -> Event:
        """Check an event and send it. Raises ``EventError`` for a bad one, which is not sent.

        It may still be on its way when this returns; what could not be delivered is raised by a
        later ``emit``, by ``flush`` or by ``close``.
        """
        event = self._maker.make(data, **said)
        record = to_record(event)
        check_size(record.value)
        self._publisher.send(self._topic, record)
        return event

    def trace(
        self, *, traceparent: str | None, tracestate: str | None = None
    ) -> AbstractContextManager[None]:
        """Let the events of a block carry the trace of the request in hand (see ``trace``)."""
        return trace(traceparent=traceparent, tracestate=tracestate)

    def flush(self, *, timeout: float = 30.0) -> None:
        """Return when every event emitted so far is delivered; raises what went wrong."""
        self._publisher.flush(timeout=timeout)

    def close(self) -> None:
        """Deliver what is on its way, and let go of the connection."""
        self._publisher.close()

    def __enter__(self) -> Self:
        """Emit in a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        place: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


class _Kept:
    """A publisher that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def send(self, topic: str, record: Record) -> None:  # noqa: ARG002 - of the port
        self.records.append(record)

    def flush(self, *, timeout: float = 30.0) -> None:
        """Nothing is on its way."""

    def close(self) -> None:
        """Nothing is held."""


class CollectingEmitter(Emitter):
    """An emitter that keeps its events, as a tracker would read them."""

    def __init__(
        self,
        *,
        source: str,
        controller: str,
        says: EventClass = EventClass.FACT,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        """Begin with no events."""
        self._kept = _Kept()
        super().__init__(
            self._kept,
            source=source,
            controller=controller,
            says=says,
            clock=clock,
            new_id=new_id,
        )

    @property
    def events(self) -> tuple[Event, ...]:
        """What has been emitted, in order."""
        return tuple(parse_event(record.value or b"") for record in self._kept.records)

    def clear(self) -> None:
        """Forget what has been emitted."""
        self._kept.records.clear()
