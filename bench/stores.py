"""Where stores are made for measuring: a folder, and a PostgreSQL server on disk that is ours."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import lineage
from bench.harness import Engine, Size, say
from lineage.tracker import Tracker
from tests.support import kafka_broker, native
from tests.support.brokers import Broker, KafkaMissing
from tests.support.databases import Databases
from tests.support.kafka_topics import Kafka
from tests.support.native_broker import NativeBroker
from tests.support.postgres import VARIABLE, GivenServer
from tests.support.servers import Server, connect

TUNED = {
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
}
"""What everybody sets first on a server of his own. Nothing that makes a commit last is touched."""

SHOWN = ("fsync", "synchronous_commit", "full_page_writes", *TUNED)


@dataclass(frozen=True)
class Place:
    """Where one store is."""

    engine: Engine
    url: str
    keys: Path

    def open(self, **options: Any) -> Tracker:
        return lineage.open_tracker(self.url, keys=self.keys, **options)


class Stores:
    """Places for stores on both engines; all that was made is gone with the block."""

    def __init__(
        self,
        size: Size,
        databases: Databases | None = None,
        kafka: Callable[[], Kafka] | None = None,
    ) -> None:
        """``databases`` and ``kafka``: of servers that run already, as those of the tests."""
        self.size = size
        self._kafka = kafka
        self._stack = ExitStack()
        self._databases = databases
        self._numbers = iter(range(1, 1_000_000))
        self.kept: dict[Any, Any] = {}
        """What is made once and used by several measurements"""

    def __enter__(self) -> Self:
        self.folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lineage-bench-"))
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def file(self, events: Iterable[bytes]) -> Path:
        """A file of these events, a line each; the one before is overwritten."""
        path = self.folder / "events.jsonl"
        with path.open("wb") as file:
            file.writelines(event + b"\n" for event in events)
        return path

    @property
    def databases(self) -> Databases:
        """The PostgreSQL server, started by the first who asks."""
        if self._databases is None:
            server = _server()
            self._stack.callback(server.close)
            self._databases = Databases(server)
            self._stack.callback(self._databases.close)
        return self._databases

    @contextmanager
    def fresh(self, engine: Engine, *, keys: Path | None = None) -> Iterator[Place]:
        """A place where nothing is yet."""
        name = self.folder / f"store-{next(self._numbers)}"
        keys = keys or Path(f"{name}.keys")
        if engine == "sqlite":
            yield Place(engine, f"sqlite:///{name}.db", keys)
            for path in self.folder.glob(f"{name.name}.db*"):
                path.unlink()
        else:
            with self.databases.database() as url:
                yield Place(engine, url, keys)

    def lasting(self, engine: Engine, *, keys: Path) -> Place:
        """A fresh place that stays until the end."""
        return self._stack.enter_context(self.fresh(engine, keys=keys))

    def opened(self, place: Place) -> Tracker:
        """A tracker that stays open until the end."""
        return self._stack.enter_context(place.open())

    @contextmanager
    def kafka(self) -> Iterator[Kafka]:
        """A broker, for a block: it takes memory and time while it runs."""
        if self._kafka is not None:
            yield self._kafka()
            return
        with closing(_broker()) as broker, closing(Kafka(broker)) as kafka:
            yield kafka

    def settings(self) -> str:
        """What server it is, and what it promises of a commit."""
        with connect(self.databases.url) as conn:
            version = conn.execute("SELECT current_setting('server_version')").fetchone()
            ask = (
                "SELECT name || ' ' || current_setting(name) FROM pg_settings WHERE name = ANY(%s)"
            )
            found = conn.execute(ask, [list(SHOWN)]).fetchall()
        assert version is not None
        settings = ", ".join(sorted(str(row[0]) for row in found))
        return f"PostgreSQL {version[0]} ({self.databases.server.origin}): {settings}"


def _server() -> Server:
    """The server that somebody named, as it is set up; else one of our own on disk."""
    if address := os.environ.get(VARIABLE):
        return GivenServer(address)
    say("starting a PostgreSQL server on disk")
    native.SETTINGS.update(TUNED)
    return native.NativeServer(in_memory=False)


def _broker() -> Broker:
    """The broker that somebody named; else one of our own on disk, in full speed; else Docker's."""
    if kafka_broker.VARIABLE in os.environ:
        return kafka_broker.get_broker()
    say("starting a Kafka broker on disk")
    try:
        return NativeBroker(in_memory=False, flags=())
    except KafkaMissing:
        return kafka_broker.get_broker()
