"""How far a worker is, partition by partition; the watchdog looks at it from another thread."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from streams.metrics import Metrics


@dataclass(slots=True)
class At:
    """One partition, by offsets: where what was written, what was taken to be written, what was
    fetched, and the topic end.

    ``taken_at`` is the time of the last message taken (milliseconds), ``unwritten`` for each batch
    that is not written where it ends and the time of its first message; ``moved`` is when anything
    last did (monotonic seconds). Past the last message there may be markers that nobody reads, so
    ``fetched`` may be more than ``taken`` when all is done.
    """

    written: int
    taken: int
    fetched: int
    end: int
    taken_at: int | None = None
    unwritten: deque[tuple[int, int]] = field(default_factory=deque)
    moved: float = field(default_factory=time.monotonic)

    @property
    def waits(self) -> bool:
        """Whether there is something to fetch or to write."""
        return self.fetched < self.end or self.written < self.taken

    @property
    def waits_since(self) -> float | None:
        """The time of the oldest message that waits, as far as it is known (seconds)."""
        if not self.waits:
            return None
        at = self.unwritten[0][1] if self.unwritten else self.taken_at
        return None if at is None else at / 1000


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
            self._tell(partition, found)

    def took(self, partition: int, next_: int, *, first_at: int, last_at: int) -> None:
        """Messages were taken to be written, the first and the last of these times."""
        found = self.partitions.get(partition)
        if found is not None:
            found.taken, found.taken_at = next_, last_at
            found.unwritten.append((next_, first_at))
            self._tell(partition, found)  # whoever took them may have to wait until there is room

    def wrote(self, partition: int, next_: int) -> None:
        """Messages were written."""
        found = self.partitions.get(partition)
        if found is not None:
            found.written, found.moved = next_, time.monotonic()
            while found.unwritten and found.unwritten[0][0] <= next_:
                found.unwritten.popleft()
            self._tell(partition, found)

    def _tell(self, partition: int, at: At) -> None:
        self._metrics.lane(
            self.topic, partition, next=at.written, end=at.end, oldest_unread_at=at.waits_since
        )
