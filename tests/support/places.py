"""The one source of stores for tests: a fresh place for a store, on either engine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import lineage
from tests.support.databases import Databases

Engine = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class StorePlace:
    """Where one store may be made: nothing is there yet, neither the store nor its keys."""

    engine: Engine
    url: str
    keys: Path
    _next_url: Callable[[], str]

    def another(self) -> StorePlace:
        """A second fresh place on the same engine, for a store with the same keys."""
        return StorePlace(self.engine, self._next_url(), self.keys, self._next_url)

    def open(self, **settings: Any) -> lineage.Tracker:
        """Open a tracker here, as ``open_tracker`` does; a second call opens the same store."""
        return lineage.open_tracker(self.url, **{"keys": self.keys, **settings})


@contextmanager
def store_place_in(
    folder: Path, engine: Engine, databases: Callable[[], Databases]
) -> Iterator[StorePlace]:
    """A place whose keys, and database file if it is one, lie in this folder.

    ``databases`` is asked for only where the engine needs a server. The folder is the caller's.
    """
    with ExitStack() as stack:
        if engine == "sqlite":
            names = itertools.chain(["shop"], (f"shop-{n}" for n in itertools.count(2)))
            place = _place(folder, engine, lambda: f"sqlite:///{folder / next(names)}.db")
        else:
            server = databases()
            place = _place(folder, engine, lambda: stack.enter_context(server.database()))
        yield place


def _place(folder: Path, engine: Engine, next_url: Callable[[], str]) -> StorePlace:
    return StorePlace(engine, next_url(), folder / "keys", next_url)
