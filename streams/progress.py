"""How far a worker is, partition by partition; the watchdog looks at it from another thread."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from streams.metrics import Metrics


@dataclass(slots=True)
class At:
    """One partition, by offsets: where what was written, what was taken to be written, what was
    fetched, and the topic end.

    ``taken_at`` is the time of the last message taken (milliseconds), ``moved`` when anything last
    did (monotonic seconds). Past the last message there may be markers that nobody reads, so
    ``fetched`` may be more than ``taken`` when all is done.
    """

    written: int
    taken: int
    fetched: int
    end: int
    taken_at: int | None = None
    moved: float = field(default_factory=time.monotonic)

    @property
    def waits(self) -> bool:
        """Whether there is something to fetch or to write."""
        return self.fetched < self.end or self.written < self.taken


class Progress:
    """Of one topic. Written in the event loop only."""

    def __init__(self, topic: str, metrics: Metrics) -> None:
        """Begin with no partition; the metrics hear of all there are."""
        self.topic = topic
        self._metrics = metrics
        self.partitions: dict[int, At] = {}
        self.seen = time.monotonic()

    def alive(self) -> None:
        """The loop goes round."""
        self.seen = time.monotonic()

    def began(self, partition: int, stands: int) -> None:
        """A partition was taken up."""
        self.partitions = {**self.partitions, partition: At(stands, stands, stands, stands)}
        self._metrics.lane(self.topic, partition, next=stands)

    def ended(self, partition: int) -> None:
        """A partition was given up."""
        if partition in self.partitions:
            self.partitions = {n: at for n, at in self.partitions.items() if n != partition}
            self._metrics.gave_up(self.topic, partition)

    def heard(self, partition: int, *, fetched: int, end: int) -> None:
        """How far we have fetched, and where the partition ends."""
        found = self.partitions.get(partition)
        if found is not None:
            if fetched != found.fetched or not found.waits:
                found.moved = time.monotonic()
            found.fetched, found.end = fetched, end
            unread_since = None
            if found.waits and found.taken_at is not None:
                unread_since = found.taken_at / 1000
            self._metrics.lane(
                self.topic,
                partition,
                next=found.written,
                end=end,
                oldest_unread_at=unread_since,
            )

    def took(self, partition: int, next_: int, at: int) -> None:
        """Messages were taken to be written, the last of this time."""
        found = self.partitions.get(partition)
        if found is not None:
            found.taken, found.taken_at = next_, at

    def wrote(self, partition: int, next_: int) -> None:
        """Messages were written."""
        found = self.partitions.get(partition)
        if found is not None:
            found.written, found.moved = next_, time.monotonic()
