"""Where stores are made for measuring: a folder, and a PostgreSQL server on disk that is ours."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import lineage
from bench.harness import Engine, Size, say
from lineage.tracker import Tracker
from tests.support import native
from tests.support.databases import Databases
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

    def __init__(self, size: Size, databases: Databases | None = None) -> None:
        """``databases`` are those of a server that runs already: the tests have one."""
        self.size = size
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
