"""What a PostgreSQL server of the tests can do, whoever runs it; `postgres` says how to get one."""

from __future__ import annotations

import time
from typing import Protocol

import psycopg
import sqlalchemy as sa

from tests.support.ways import ServiceMissing

START_SECONDS_MAX = 60.0
PROBE_SECONDS = 0.02
CONNECT_SECONDS_MAX = 5
DRIVER = "postgresql+psycopg"


class PostgresMissing(ServiceMissing):
    """There is no PostgreSQL server for the tests."""


class Server(Protocol):
    """A running server. ``url`` is that of its maintenance database, for a role that may all."""

    @property
    def url(self) -> sa.URL: ...

    @property
    def origin(self) -> str: ...

    def close(self) -> None: ...


class OwnServer(Server, Protocol):
    """A server that nobody else uses, so that a test may break it; its data outlive all of this."""

    def kill(self) -> None:
        """End it by ``kill -9``: it finds no time to write anything."""

    def stop_immediately(self) -> None:
        """End it by ``pg_ctl stop -m immediate``: no checkpoint, open transactions are lost."""

    def start(self) -> None:
        """Start it again on the same data; it answers when this returns."""

    def restart(self) -> None:
        """Stop it in good order, and start it again."""

    def logged(self) -> bytes:
        """All that it has logged."""


def connect(url: sa.URL) -> psycopg.Connection:
    """A bare connection in autocommit, for what SQLAlchemy would wrap in a transaction."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_SECONDS_MAX)


def answers(url: sa.URL) -> bool:
    """Whether the server lets us in now."""
    try:
        connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_for_answer(url: sa.URL) -> None:
    """Return as soon as the server answers. Raises ``PostgresMissing`` if it does not in time."""
    ends_at = time.monotonic() + START_SECONDS_MAX
    while not answers(url):
        if time.monotonic() > ends_at:
            raise PostgresMissing(f"it did not answer within {START_SECONDS_MAX:.0f} s")
        time.sleep(PROBE_SECONDS)
