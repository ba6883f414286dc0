"""What a worker and its commands are told: where the broker is, where the store is, how much."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from streams.topics import PREFIX_DEFAULT, Topics

SERVERS_DEFAULT = "localhost:9092"
SERVERS_ENV = "LINEAGE_KAFKA"
PREFIX_ENV = "LINEAGE_TOPICS_PREFIX"
STORE_DEFAULT = "sqlite:///lineage.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a worker has to know. ``servers`` is what Kafka calls bootstrap servers:
    ``host:port``, several with commas. No ``topics``: all that this tracker has.
    """

    servers: str = SERVERS_DEFAULT
    prefix: str = PREFIX_DEFAULT
    topics: tuple[str, ...] = ()
    store: str = STORE_DEFAULT
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
