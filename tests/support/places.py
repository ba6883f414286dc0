"""The one source of stores for tests: a fresh place for a store, on either engine."""

from __future__ import annotations

import filecmp
import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import lineage
from tests.support.databases import Databases

Engine = Literal["sqlite", "postgresql"]


class Ready:
    """One store on each engine as the first opening leaves it, with one key folder for both.

    Making the tables takes a tenth of a second; most tests only want a store, and copy this one.
    """

    def __init__(self, folder: Path, databases: Callable[[], Databases]) -> None:
        """Make nothing yet. The folder is the caller's."""
        self.keys = folder / "keys"
        self._file = folder / "ready.db"
        self._databases = databases

    @property
    def file(self) -> Path:
        """The database file."""
        if not self._file.exists():
            lineage.open_tracker(f"sqlite:///{self._file}", keys=self.keys).close()
        return self._file

    @cached_property
    def database(self) -> str:
        """The URL of the database on the server."""
        url = self._databases().new_database()
        lineage.open_tracker(url, keys=self.keys).close()
        return url

    def has_keys_of(self, folder: Path) -> bool:
        """Whether a key folder is a copy of ours."""
        names = [path.name for path in folder.iterdir()]
        _, differing, missing = filecmp.cmpfiles(self.keys, folder, names, shallow=False)
        return bool(names) and not (differing or missing)


class Site(Protocol):
    """Where stores of one engine are made."""

    def empty(self) -> str:
        """The URL of a place where nothing is."""

    def copied(self, ready: Ready) -> str:
        """The URL of a copy of the ready store."""


class StorePlace:
    """Where one store may be made: nothing is there yet, neither the store nor its keys."""

    def __init__(
        self, engine: Engine, keys: Path, site: Site, ready: Ready, url: str | None = None
    ) -> None:
        """Make nothing yet. With a ``url`` the place is that one."""
        self.engine = engine
        self.keys = keys
        self._site = site
        self._ready = ready
        self._url = url

    @property
    def url(self) -> str:
        """Where the store is. Who asks before it was opened here finds nothing there."""
        if self._url is None:
            self._url = self._site.empty()
        return self._url

    def another(self) -> StorePlace:
        """A second fresh place on the same engine, for a store with the same keys."""
        return StorePlace(self.engine, self.keys, self._site, self._ready)

    def at(self, url: str) -> StorePlace:
        """The place that this URL names, with the same keys."""
        return StorePlace(self.engine, self.keys, self._site, self._ready, url)

    def open(self, **settings: Any) -> lineage.Tracker:
        """Open a tracker here, as ``open_tracker`` does; a second call opens the same store."""
        if self._url is None and "keys" not in settings:
            self._url = self._copied()
        return lineage.open_tracker(self.url, **{"keys": self.keys, **settings})

    def _copied(self) -> str | None:
        """The URL of a copy of the ready store, unless there are other keys here already."""
        if not self.keys.exists():
            url = self._site.copied(self._ready)
            shutil.copytree(self._ready.keys, self.keys)
            return url
        return self._site.copied(self._ready) if self._ready.has_keys_of(self.keys) else None


class _Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = itertools.chain(["shop"], (f"shop-{n}" for n in itertools.count(2)))

    def empty(self) -> str:
        return f"sqlite:///{self._folder / next(self._names)}.db"

    def copied(self, ready: Ready) -> str:
        url = self.empty()
        file = Path(url.removeprefix("sqlite:///"))
        assert not file.exists()
        shutil.copyfile(ready.file, file)
        return url


class _OnServer:
    def __init__(self, server: Databases, stack: ExitStack) -> None:
        self._server = server
        self._stack = stack

    def empty(self) -> str:
        return self._stack.enter_context(self._server.database())

    def copied(self, ready: Ready) -> str:
        return self._stack.enter_context(self._server.database(like=ready.database))


@contextmanager
def store_place_in(
    folder: Path, engine: Engine, databases: Callable[[], Databases], ready: Ready
) -> Iterator[StorePlace]:
    """A place whose keys, and database file if it is one, lie in this folder.

    ``databases`` is asked for only where the engine needs a server, the one of ``ready``. The
    folder is the caller's.
    """
    with ExitStack() as stack:
        site = _Files(folder) if engine == "sqlite" else _OnServer(databases(), stack)
        yield StorePlace(engine, folder / "keys", site, ready)
