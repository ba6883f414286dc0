"""What a worker tells Prometheus, and the port it is read at. No label holds an identifier.

Each worker has a registry of its own: nothing of the libraries, nothing of another worker in the
same process. The endpoint has no password, so it is on the loopback unless told otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

LOOPBACK = "127.0.0.1"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
SIZES = (1, 10, 50, 100, 250, 500, 1000, 2000, 5000, 10_000)


class Counts(Protocol):
    """What became of a batch's messages."""

    read: int
    recorded: int
    duplicates: int

    @property
    def reasons(self) -> Mapping[str, int]:
        """Why messages were refused, and how many for each."""


class BatchWritten(Protocol):
    """A batch that is durable."""

    @property
    def tally(self) -> Counts:
        """What became of its messages."""

    @property
    def seconds(self) -> float:
        """How long the writing took."""


class Endpoint(AbstractContextManager["Endpoint"]):
    """The open port; to be closed."""

    def __init__(self, port: int, close: Callable[[], None]) -> None:
        """Know the port that was taken, and how it is given back."""
        self.port = port
        self._close = close

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give the port back."""
        self._close()


class Metrics:
    """All of them. The methods may be called from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        """Begin at nought. ``clock`` gives seconds since the epoch."""
        self.registry = CollectorRegistry()
        self._clock = clock
        self._make_counters()
        self._make_gauges()

    def _make_counters(self) -> None:
        registry = self.registry
        self._events = Counter(
            "lineage_events_recorded",
            "Events that are in the ledger since this worker started. If it stands still while"
            " lineage_lane_lag grows, look at the worker.",
            registry=registry,
        )
        self._duplicates = Counter(
            "lineage_duplicates",
            "Events that came again and were on record already: harmless. Many of them mean that"
            " a service or a worker repeats its work.",
            registry=registry,
        )
        self._dead_letters = Counter(
            "lineage_dead_letters",
            "Messages that could not be accepted and were kept whole, by reason: a service sends"
            " what the contract does not allow. See lineage dead-letters list.",
            ["reason"],
            registry=registry,
        )
        self._forwarded = Counter(
            "lineage_dead_letters_forwarded",
            "Copies of them that are on the topic for dead letters. More than dead letters: some"
            " were sent on again after a crash, or had been kept before.",
            registry=registry,
        )
        self._retries = Counter(
            "lineage_retries",
            "Times that a batch was tried again after a fault of the database. Now and then is"
            " usual; without end means that the database refuses.",
            registry=registry,
        )
        self._batch_seconds = Histogram(
            "lineage_batch_seconds",
            "Seconds from the first statement of a batch until it was durable. A rise is the"
            " database's: its disk, or locks.",
            buckets=SECONDS,
            registry=registry,
        )
        self._batch_events = Histogram(
            "lineage_batch_messages",
            "Messages in a batch. Always at the maximum means that the worker is behind, few means"
            " that it waits for the services.",
            buckets=SIZES,
            registry=registry,
        )

    def _make_gauges(self) -> None:
        registry, labels = self.registry, ["topic", "partition"]
        self._next = Gauge(
            "lineage_lane_next_offset",
            "First offset of the partition that is not recorded, as the database has it.",
            labels,
            registry=registry,
        )
        self._end = Gauge(
            "lineage_lane_end_offset",
            "The offset that the broker gives to the next message of the partition.",
            labels,
            registry=registry,
        )
        self._lag = Gauge(
            "lineage_lane_lag",
            "Messages of the partition that are not recorded yet: end minus next. Alert on the age"
            " below rather than on this: it says how long, whatever the rate.",
            labels,
            registry=registry,
        )
        self._age = Gauge(
            "lineage_lane_oldest_unread_age_seconds",
            "How long the oldest message that is not recorded has been waiting; 0 where none is."
            " If it comes near the topic's retention, events will be lost.",
            labels,
            registry=registry,
        )

    def events_recorded(self, count: int) -> None:
        """Count events that are in the ledger now."""
        self._events.inc(count)

    def duplicates(self, count: int) -> None:
        """Count events that were there already."""
        self._duplicates.inc(count)

    def dead_letters(self, reason: str, count: int) -> None:
        """Count messages that were kept as dead letters; ``reason`` is a code of ours."""
        self._dead_letters.labels(reason).inc(count)

    def forwarded(self, count: int) -> None:
        """Count dead letters that were sent on."""
        self._forwarded.inc(count)

    def retries(self, count: int = 1) -> None:
        """Count batches that were tried again."""
        self._retries.inc(count)

    def batch(self, written: BatchWritten) -> None:
        """Count a batch that is durable, and what became of its messages."""
        tally = written.tally
        self._batch_seconds.observe(written.seconds)
        self._batch_events.observe(tally.read)
        self.events_recorded(tally.recorded)
        self.duplicates(tally.duplicates)
        for reason, count in tally.reasons.items():
            self.dead_letters(reason, count)

    def lane(
        self,
        topic: str,
        partition: int,
        *,
        next: int,
        end: int | None = None,
        oldest_unread_at: float | None = None,
    ) -> None:
        """Say how far a lane is; ``oldest_unread_at`` in seconds since the epoch, None for none."""
        labels = (topic, str(partition))
        self._next.labels(*labels).set(next)
        if end is not None:
            self._end.labels(*labels).set(end)
            self._lag.labels(*labels).set(max(0, end - next))
        # Worked out when it is asked for, so that it grows while the worker stands still.
        since = oldest_unread_at
        self._age.labels(*labels).set_function(
            lambda: 0.0 if since is None else max(0.0, self._clock() - since)
        )

    def gave_up(self, topic: str, partition: int) -> None:
        """Forget a lane that another worker has now: two would report the same."""
        for gauge in (self._next, self._end, self._lag, self._age):
            gauge.remove_by_labels({"topic": topic, "partition": str(partition)})

    def serve(self, port: int, *, host: str = LOOPBACK) -> Endpoint:
        """Open the endpoint at this port (0: any that is free) until the result is closed."""
        server, thread = start_http_server(port, addr=host, registry=self.registry)

        def close() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return Endpoint(int(server.server_address[1]), close)
