"""Engines and transactions. What differs between the engines stands in this folder, with its why.

``sqlite`` has one writer; ``postgresql`` has any number, and locks rows (``docs/adr/0012``). Above
this folder a transaction is a ``Connection``; ``lineage.storage.bulk`` runs the hot statements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from lineage.storage.engines.arrays import Array as Array
from lineage.storage.errors import StoreUnusable

KINDS = ("sqlite", "postgresql")

Connection = sa.Connection
"""A transaction that is under way; the layers above pass it on and never look into it."""

AnyRow = Any
"""A row whose columns the statement above it names."""


def parse_url(url: str) -> sa.URL:
    """The URL of a store, in its parts. Raises ``StoreUnusable``, which never repeats it: there may
    be a password in it.
    """
    try:
        return make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreUnusable("the store is no URL of a database", do=URLS) from None


def shown_url(url: sa.URL) -> str:
    """The URL as it may be shown: without any password."""
    return url.difference_update_query(SECRETS).render_as_string(hide_password=True)


SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key")
"""Settings of a connection that nobody else may read."""


def open_engine(url: str) -> sa.Engine:
    """Make the engine for a store URL. Raises ``StoreUnusable`` for a URL of another kind."""
    parsed = parse_url(url)
    name = parsed.get_backend_name()
    if name not in KINDS:
        raise StoreUnusable(f"a store of kind {parsed.drivername!r} is not known", do=URLS)
    if not parsed.database:
        raise StoreUnusable("the URL of the store names no database", do=URLS)
    engine: sa.Engine = kind_of(name).create(parsed)
    return engine


@cache
def kind_of(name: str) -> ModuleType:
    """What is different about one engine; its driver is loaded by who uses it, and nobody else."""
    return import_module(f"{__name__}.{name}")


IDLE_MAX = 5
"""How many connections the pool keeps while nobody uses them: SQLAlchemy's own number."""

MADE = "lineage subjects made in this transaction"


def made_here(conn: Connection) -> set[bytes]:
    """The lookups of the subjects that this transaction has made: nobody else may know them yet."""
    made: set[bytes] = conn.info[MADE]
    return made


URLS = "write it like sqlite:///lineage.db or postgresql+psycopg://user@host/database"


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Connection]:
    """One writing transaction: committed as a whole, or nothing of it."""
    with _transaction(engine, write=True) as connection:
        yield connection


def wait_for_program(conn: Connection) -> None:
    """Let a writing transaction last although what is written comes slowly."""
    kind_of(conn.dialect.name).wait_for_program(driver_of(conn))


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Connection]:
    """One reading transaction: every statement in it sees the same state."""
    with _transaction(engine, write=False) as connection:
        yield connection


@contextmanager
def _transaction(engine: sa.Engine, *, write: bool) -> Iterator[Connection]:
    kind = kind_of(engine.dialect.name)
    try:
        with _begun(engine, write=write) as connection:
            try:
                yield connection
            except kind.ERRORS as error:
                if kind.is_cut(error):
                    connection.invalidate()  # else it would be rolled back, and fail once more
                raise
    except (sa.exc.DBAPIError, *kind.ERRORS) as error:
        raise _named(kind, error) from None


@contextmanager
def _begun(engine: sa.Engine, *, write: bool) -> Iterator[Connection]:
    """A connection in a transaction. Those from the pool may have died unnoticed, all of them where
    their server was started again: then another, in the end a new one.
    """
    kind = kind_of(engine.dialect.name)
    with engine.connect() as connection:
        for is_last in (*[False] * IDLE_MAX, True):
            try:
                kind.begin(connection.connection.driver_connection, write=write)
                break
            except kind.ERRORS as error:
                if not kind.is_cut(error):
                    raise
                connection.invalidate()
                if is_last:
                    raise
        connection.info[MADE] = set()
        with connection.begin():
            yield connection


def _named(kind: ModuleType, error: Exception) -> Exception:
    """The error as a sentence that says what to do, without what the statement was about."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    named: Exception | None = kind.named(original)
    return error if named is None else named


def is_sqlite(conn: Connection) -> bool:
    """Whether this is the engine with one writer, where nothing needs a lock of its own."""
    return conn.dialect.name == "sqlite"


def driver_of(conn: Connection) -> Any:
    """The driver's own connection, in the same transaction."""
    return conn.connection.driver_connection


def insert_new(conn: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose keys are free; the others stand already. For what is few."""
    if rows:
        insert = kind_of(conn.dialect.name).insert
        conn.execute(insert(table).on_conflict_do_nothing(), list(rows))
