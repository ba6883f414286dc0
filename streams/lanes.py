"""What a lane of Kafka is called in the store: one partition of one generation of a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

_KIND = "kafka"


@dataclass(frozen=True, slots=True, order=True)
class LaneName:
    """A topic that was made anew has another ``topic_id``: its offsets begin again."""

    cluster: str
    topic: str
    topic_id: str
    partition: int

    def __str__(self) -> str:
        """The name as the store has it."""
        return f"{_KIND}/{self.cluster}/{self.topic}/{self.topic_id}/{self.partition}"

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Read a name; None for a lane that is no partition, such as ``local``."""
        parts = name.split("/")
        if len(parts) != 5 or parts[0] != _KIND or not parts[4].isdecimal():
            return None
        return cls(parts[1], parts[2], parts[3], int(parts[4]))
