"""What can befall a connection or its server in the middle of a transaction, and where it does."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from lineage.storage import applying
from lineage.storage.applying import Applying
from lineage.storage.engines import Connection, driver_of
from tests.support.servers import OwnServer, connect

TERMINATE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'lineage'
"""

PLACES: dict[str, tuple[Any, str]] = {
    "subjects": (Applying, "_insert_subjects"),
    "locks": (Applying, "_lock_persons"),
    "known events": (Applying, "_split"),
    "ledger": (Applying, "_append"),
    "facts": (Applying, "_fold"),
    "acts": (Applying, "_act"),
    "standings": (applying, "write_stands"),
}
"""Before this is done of a batch. ``commit`` is after all of it, ``any`` at a moment drawn."""

COMMIT, ANY = "commit", "any moment"
DELAY_SECONDS_MAX = 0.03


@dataclass(frozen=True)
class Moment:
    """When it happens: at a place of the so-manieth batch, or some time after that began."""

    batch: int
    place: str
    delay: float


def drawn(rng: Random, batches: int) -> Moment:
    """Any moment of a recording of so many batches."""
    places = [*PLACES, COMMIT, ANY, ANY]
    return Moment(rng.randrange(batches), rng.choice(places), rng.random() * DELAY_SECONDS_MAX)


Driver = psycopg.Connection[Any]
Damage = Callable[[OwnServer, str, Driver], None]


def kill(server: OwnServer, _url: str, _driver: Driver) -> None:
    """``kill -9`` of the server."""
    server.kill()


def stop_immediately(server: OwnServer, _url: str, _driver: Driver) -> None:
    """The server stops without a checkpoint."""
    server.stop_immediately()


def terminate(_server: OwnServer, url: str, _driver: Driver) -> None:
    """Somebody ends all connections of the program."""
    with connect(sa.make_url(url)) as connection:
        connection.execute(TERMINATE)


def cut(_server: OwnServer, _url: str, driver: Driver) -> None:
    """The network fails, both ways."""
    shut(driver, socket.SHUT_RDWR)


def cut_answers(_server: OwnServer, _url: str, driver: Driver) -> None:
    """The network fails on the way back: the server still gets what is sent, a COMMIT too."""
    shut(driver, socket.SHUT_RD)


def shut(driver: Driver, how: int) -> None:
    """Shut a connection's socket down, of which the driver knows nothing."""
    if driver.closed:  # the moment came too late
        return
    # A descriptor of our own: closing it must not close the driver's.
    with socket.socket(fileno=os.dup(driver.fileno())) as ours:
        ours.shutdown(how)


DAMAGES: dict[str, Damage] = {
    "kill -9": kill,
    "immediate stop": stop_immediately,
    "terminated": terminate,
    "cut": cut,
    "cut on the way back": cut_answers,
}


@contextmanager
def struck(moment: Moment, strike: Callable[[Driver], None]) -> Iterator[threading.Event]:
    """Strike at a moment of what is recorded in the block; the event says that it was done."""
    done, batches = threading.Event(), iter(range(1_000_000))
    began = Applying.__init__
    here, timers = threading.local(), list[threading.Timer]()

    def once(driver: Driver) -> None:
        if not done.is_set():
            done.set()
            strike(driver)

    def begin(self: Applying, parts: Any, conn: Connection, *args: Any, **more: Any) -> None:
        here.driver = driver_of(conn) if next(batches) == moment.batch else None
        if here.driver is not None and moment.place == ANY:
            timer = threading.Timer(moment.delay, once, [here.driver])
            timer.start()
            timers.append(timer)
        began(self, parts, conn, *args, **more)

    def struck_at(call: Any, *, after: bool) -> Any:
        def wrapped(*args: Any, **more: Any) -> Any:
            is_here = getattr(here, "driver", None) is not None
            if is_here and not after:
                once(here.driver)
            result = call(*args, **more)
            if is_here and after:
                once(here.driver)
            return result

        return wrapped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Applying, "__init__", begin)
        if moment.place == COMMIT:
            patch.setattr(Applying, "run", struck_at(Applying.run, after=True))
        elif moment.place in PLACES:
            owner, name = PLACES[moment.place]
            patch.setattr(owner, name, struck_at(getattr(owner, name), after=False))
        yield done
        for timer in timers:  # what it has begun must be over
            timer.join()
