"""What a worker and its commands are told: where the broker is, where the store is, how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lineage.kafka.reply_topic import PREFIX_DEFAULT
from lineage.kafka.security import Security
from lineage.tracker import DEFAULT_STORE
from streams.options import SERVERS
from streams.topics import Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a worker has to know. ``servers`` is what Kafka calls bootstrap servers:
    ``host:port``, several with commas. No ``topics``: all that this tracker has. No
    ``dead_letter_topic``: dead letters are kept in the store and sent on to nobody.
    """

    servers: str = SERVERS
    security: Security = field(default_factory=Security)
    prefix: str = PREFIX_DEFAULT
    topics: tuple[str, ...] = ()
    dead_letter_topic: str | None = None
    store: str = DEFAULT_STORE
    keys: Path | None = None
    policies: Path | None = None
    recipients: Path | None = None
    batch: int = 2000
    session_timeout_ms: int = 45_000
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"

    @property
    def names(self) -> Topics:
        """The topics' names under this prefix."""
        return Topics(self.prefix)
