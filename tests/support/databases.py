"""Fresh databases on the server of the tests, each gone again when its test is over."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import sqlalchemy as sa
from psycopg import sql

from tests.support.servers import Server, connect

_numbers = itertools.count(1)
_run = secrets.token_hex(4)  # not the process id: two machines may share a server


class Databases:
    """The databases that one process has on a server; no other one gives the same names."""

    def __init__(self, server: Server) -> None:
        """Take the server's word for where it is."""
        self.server = server
        self._names: set[str] = set()

    @property
    def url(self) -> sa.URL:
        """The server's maintenance database, for a role that may make databases and roles."""
        return self.server.url

    def new_database(self, *, like: str | None = None) -> str:
        """The URL of a fresh database; it stays until ``drop``, or the end of the run.

        It is empty, or a copy of the one at a URL that nobody is connected to.
        """
        # From template0, which no one can connect to: a template in use would refuse the copy.
        template = "template0" if like is None else str(sa.make_url(like).database)
        name = f"lineage_test_{_run}_{next(_numbers)}"
        # As files: writing a copy through the log takes twice as long.
        self._command("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        self._names.add(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database that ``new_database`` gave, with whoever is connected to it."""
        name = sa.make_url(url).database
        assert name in self._names
        self._command("DROP DATABASE {} WITH (FORCE)", name)
        self._names.remove(name)

    @contextmanager
    def database(self, *, like: str | None = None) -> Iterator[str]:
        """A fresh database for as long as the block lasts, empty or a copy."""
        url = self.new_database(like=like)
        try:
            yield url
        finally:
            self.drop(url)

    def close(self) -> None:
        """Remove every database that is left."""
        for name in sorted(self._names):
            self.drop(self.url.set(database=name).render_as_string())

    def _command(self, text: LiteralString, *names: str) -> None:
        with connect(self.url) as connection:
            connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))
