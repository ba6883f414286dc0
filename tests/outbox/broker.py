"""A broker in memory that fails when it is told to: for faults that a real one cannot be made to
have at a given message. What works with a real one is in ``test_relay_kafka``.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator

from lineage.events import Event, parse_event
from lineage.kafka.binding import Record

Fails = Callable[[Event], bool]


class Away(Exception):
    """What the broker answers; its message quotes the event, as an unknown library's might."""


class Broker:
    """What has been confirmed, in order. ``fails`` says which events are not taken."""

    def __init__(self, fails: Fails = lambda _: False) -> None:
        """Begin empty."""
        self.fails = fails
        self.events: list[Event] = []
        self.records: list[tuple[str, Record]] = []
        self.flushes = 0
        self.connections = 0
        self.lock = threading.Lock()

    def connect(self) -> Connection:
        """A producer of this broker."""
        self.connections += 1
        return Connection(self)

    def ids_by_key(self) -> dict[str, list[str]]:
        """The first arrival of every event, by key."""
        found: dict[str, list[str]] = defaultdict(list)
        seen = set()
        for event in self.events:
            if event.id not in seen:
                seen.add(event.id)
                found[event.ordering_key].append(event.id)
        return dict(found)


class Connection:
    """A producer that takes all that works and fails for the rest at the flush, as a real one does
    whose messages go in several requests: so later ones may get through where an earlier did not.
    """

    def __init__(self, broker: Broker) -> None:
        """Begin with nothing on its way."""
        self._broker = broker
        self._sent: list[tuple[str, Record]] = []

    def send(self, topic: str, record: Record) -> None:
        """Take a message."""
        self._sent.append((topic, record))

    def flush(self, *, timeout: float = 30.0) -> None:
        """Confirm all, or fail."""
        broker = self._broker
        with broker.lock:
            broker.flushes += 1
            failed = list(self._deliver())
            self._sent.clear()
        if failed:
            raise Away(f"not taken: {failed}")

    def _deliver(self) -> Iterator[Event]:
        for topic, record in self._sent:
            event = parse_event(record.value or b"")
            if self._broker.fails(event):
                yield event
            else:
                self._broker.events.append(event)
                self._broker.records.append((topic, record))

    def close(self) -> None:
        """What was not flushed is gone."""
