"""Two programs on one store, made to meet where a test wants them to; knows no events.

An actor is a thread with a tracker of its own. Where it is to stop is a function of the product: it
waits there, holding what it holds, until the test lets it go. Nothing is timed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from lineage.storage.engines import sqlite
from lineage.storage.errors import InTheWay
from lineage.storage.keyring import PERSON, Who
from lineage.tracker import Tracker
from tests.storage.shop import CONTROLLER
from tests.support.places import StorePlace
from tests.support.servers import connect

SECONDS_MAX = 60.0
POLL_SECONDS = 0.005
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Halt:
    """A place where an actor stops, once: ``reached`` when it is there, on after ``go``."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        self.reached = threading.Event()
        self.go = threading.Event()

    def stop(self) -> None:
        """Be there, and wait."""
        self.reached.set()
        assert self.go.wait(SECONDS_MAX), "nobody let it go on"


class Actor:
    """One program at one piece of work: a thread with a tracker that no other program has."""

    def __init__(self, name: str, tracker: Tracker, work: Callable[[Tracker], Any]) -> None:
        """Start nothing yet."""
        self.name = name
        self.begins = threading.Event()
        self._tracker = tracker
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._thread.ident is not None and not self._thread.is_alive()

    def end(self) -> Any:
        """Wait for its end: what its work gave; raises what it raised."""
        self._thread.join(SECONDS_MAX)
        assert self.is_done, f"{self.name} hangs"
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work(self._tracker)
        except BaseException as error:  # noqa: BLE001 - raised again by ``end``
            self._error = error


class Stage:
    """A store, its actors, and the places where they stop."""

    def __init__(self, place: StorePlace, patch: pytest.MonkeyPatch, **settings: Any) -> None:
        """Make the store. ``retries`` counts how often anybody was in somebody's way."""
        self.place = place
        self.retries = 0
        self.patch = patch
        self._settings = settings
        self._actors: dict[str, Actor] = {}
        self._trackers: dict[str, Tracker] = {}
        self.open().close()
        self._watch_sqlite()
        self._count(InTheWay)

    def open(self) -> Tracker:
        """A tracker on the store."""
        return self.place.open(**self._settings)

    def actor(self, name: str, work: Callable[[Tracker], Any]) -> Actor:
        """A program that has opened the store and not begun to work."""
        if name not in self._trackers:
            self._trackers[name] = self.open()
        actor = self._actors[name] = Actor(name, self._trackers[name], work)
        return actor

    def close(self) -> None:
        """Let everybody give back what they hold."""
        for tracker in self._trackers.values():
            tracker.close()

    def halt(
        self,
        name: str,
        owner: Any,
        function: str,
        *,
        after: bool = False,
        when: Callable[..., bool] = lambda *_, **__: True,
    ) -> Halt:
        """Stop an actor when it first calls this function of a class or module, or leaves it;
        with ``when``, at the first call with such arguments.
        """
        halt = Halt()
        call = getattr(owner, function)

        def stopped(*args: Any, **kwargs: Any) -> Any:
            here = threading.current_thread().name == name and not halt.reached.is_set()
            here = here and when(*args, **kwargs)
            if here and not after:
                halt.stop()
            result = call(*args, **kwargs)
            if here and after:
                halt.stop()
            return result

        self.patch.setattr(owner, function, stopped)
        return halt

    def ref_of(self, subject: str) -> bytes:
        """The ref of somebody on record."""
        with self.open() as tracker, tracker.store.reading() as conn:
            found = tracker.store.keyring.find(conn, Who(CONTROLLER, PERSON, subject))
        assert found is not None
        return found.ref

    def start_until(self, actor: Actor, halt: Halt) -> None:
        """Return when the actor has come to where it stops."""
        actor.start()
        while not halt.reached.wait(POLL_SECONDS):
            assert not actor.is_done, f"{actor.name} did not come there: {actor.end()}"

    def wait_until_blocked(self, actor: Actor) -> None:
        """Return when the actor waits for a lock of the database that somebody else holds."""
        ends_at = time.monotonic() + SECONDS_MAX
        while not self._is_blocked(actor):
            assert not actor.is_done, f"{actor.name} was not held up: {actor.end()}"
            assert time.monotonic() < ends_at, f"{actor.name} never came to a lock"
            time.sleep(POLL_SECONDS)

    def in_turn(self, first: Actor, halt: Halt, second: Actor) -> tuple[Any, Any]:
        """Let the second run into what the first holds where it halts, then both go on."""
        self.start_until(first, halt)
        second.start()
        self.wait_until_blocked(second)
        halt.go.set()
        return first.end(), second.end()

    def _is_blocked(self, actor: Actor) -> bool:
        if self.place.engine == "sqlite":
            return actor.begins.is_set()
        with connect(sa.make_url(self.place.url)) as connection:
            found = connection.execute(WAITING).fetchone()
        return found is not None and bool(found[0])

    def _watch_sqlite(self) -> None:
        """SQLite tells nobody who waits: who is about to begin a writing transaction will."""
        begin = sqlite.begin

        def watched(driver: Any, *, write: bool) -> None:
            actor = self._actors.get(threading.current_thread().name)
            if write and actor is not None:
                actor.begins.set()
            begin(driver, write=write)

        self.patch.setattr(sqlite, "begin", watched)

    def _count(self, error: type[InTheWay]) -> None:
        made = error.__init__

        def counted(self_: InTheWay, *args: Any, **options: Any) -> None:
            self.retries += 1
            made(self_, *args, **options)

        self.patch.setattr(error, "__init__", counted)
