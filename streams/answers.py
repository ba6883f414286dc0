"""The answers of the commands over Kafka: shape only, as in ``lineage.service.answers``."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lineage.service.answers import Answer, Problem


class TopicRow(Answer):
    """One topic: ``made`` now, or there already and left as it is."""

    topic: str
    made: bool
    partitions: int


class TopicsMade(Answer):
    """``lineage topics create``."""

    replication_factor: int
    topics: list[TopicRow]


CheckName = Literal[
    "auto-create",
    "compaction",
    "in-sync",
    "leader",
    "lost",
    "made-anew",
    "message-size",
    "min-insync",
    "missing",
    "not-begun",
    "one-broker",
    "partitions",
    "replication",
    "retention-long",
    "retention-short",
    "retention-size",
    "timestamp",
    "transactions",
    "truncated",
    "unclean-election",
]


class Finding(Answer):
    """What is unsafe: ``check`` is a short code, ``says`` what and why, ``do`` what to do."""

    check: CheckName
    topic: str | None = None
    partition: int | None = None
    says: str
    do: str


class TopicsReport(Answer):
    """``lineage topics check``. ``notes`` are what cannot be helped here and should be known."""

    ok: bool
    findings: list[Finding]
    notes: list[Finding]


class LaneLag(Answer):
    """One lane: ``next`` is the first offset that is not recorded, ``end`` the next the broker
    will give; ``last_seen`` when the newest event of it was recorded.
    """

    topic: str
    partition: int
    next: int
    end: int | None
    lag: int | None
    last_seen: datetime | None


class LagReport(Answer):
    """``lineage lag``; ``end`` and ``lag`` are null where the broker could not be asked."""

    lanes: list[LaneLag]
    lag: int | None


class EmitReceipt(Answer):
    """``lineage emit``: what was read, what is on the broker, what was refused and why."""

    read: int
    sent: int
    refused: int
    problems: list[Problem]
    reasons: dict[str, int]
    seconds: float
