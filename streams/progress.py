"""How far a worker is, partition by partition; the watchdog looks at it from another thread."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class At:
    """One partition: the next offset to be written, that to be read, and the topic's end.

    ``read_at`` is the time of the last message read (milliseconds), ``moved`` when ``written`` last
    did (monotonic seconds).
    """

    written: int
    read: int
    end: int | None = None
    read_at: int | None = None
    moved: float = field(default_factory=time.monotonic)

    @property
    def lag(self) -> int:
        """Messages that are there and not written yet, as far as the broker has said."""
        return max(0, max(self.end or 0, self.read) - self.written)


class Progress:
    """Of one topic. Written in the event loop only."""

    def __init__(self, topic: str) -> None:
        """Begin with no partition."""
        self.topic = topic
        self.partitions: dict[int, At] = {}
        self.seen = time.monotonic()

    def alive(self) -> None:
        """The loop goes round."""
        self.seen = time.monotonic()

    def began(self, partition: int, stands: int) -> None:
        """A partition was taken up."""
        self.partitions = {**self.partitions, partition: At(stands, stands)}

    def ended(self, partition: int) -> None:
        """A partition was given up."""
        self.partitions = {n: at for n, at in self.partitions.items() if n != partition}

    def heard(self, partition: int, end: int | None) -> None:
        """The broker said where the partition ends; the time to move begins when there is more."""
        found = self.partitions.get(partition)
        if found is not None and end is not None:
            if not found.lag:
                found.moved = time.monotonic()
            found.end = end

    def read(self, partition: int, next_: int, at: int) -> None:
        """Messages were read, the last of this time."""
        found = self.partitions.get(partition)
        if found is not None:
            found.read, found.read_at = next_, at

    def wrote(self, partition: int, next_: int) -> None:
        """Messages were written."""
        found = self.partitions.get(partition)
        if found is not None:
            found.written, found.moved = next_, time.monotonic()
