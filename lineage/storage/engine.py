"""Engines and transactions; every difference between engines stands here with its why.

SQLite: one writer. A writing transaction is ``BEGIN IMMEDIATE``, so that it waits for the other
writer at its start and never fails half-way; a reading one is ``BEGIN``, a snapshot.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url

from lineage.storage.errors import StoreUnusable

BUSY_TIMEOUT_MS = 30_000
PAGE_BYTES = 8192
CACHE_KIB = 32 << 10
"""Refs are random, so a batch touches pages all over the store; the default of 2 MiB holds few."""

SQLITE_FAULTS = {
    "database or disk is full": (
        "the disk is full; this batch was not recorded",
        "free some space and record the same input again: what is recorded already is skipped",
    ),
    "readonly database": ("the store is read-only", "make it writable, or name another --store"),
    "unable to open database file": (
        "the store cannot be opened",
        "check that the folder in --store exists and can be written",
    ),
    "database is locked": (
        f"another writer held the store for more than {BUSY_TIMEOUT_MS // 1000} seconds",
        "wait for it to finish and try again",
    ),
    "file is not a database": ("the store is no SQLite database", "check --store"),
    "malformed": ("the store is damaged", "restore it from its backup, then run lineage verify"),
    "could not decode": (
        "the store is damaged: a text in it is none",
        "run lineage verify, then restore it from its backup",
    ),
    "disk i/o error": ("the disk failed while the store was used", "check the disk"),
}


def open_engine(url: str) -> sa.Engine:
    """Make the engine for a store URL. Raises ``StoreUnusable`` for a URL of another kind."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        raise StoreUnusable(
            "the store is no URL",
            do="write it like sqlite:///lineage.db",
        ) from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise StoreUnusable(
            f"a store of kind {parsed.drivername!r} is not known",
            do="write it like sqlite:///lineage.db",
        )
    # An error must not carry what a statement was about.
    engine = sa.create_engine(parsed, hide_parameters=True)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when to begin would start writing transactions late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = FAST")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("lineage_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One writing transaction: committed as a whole, or nothing of it."""
    with _errors_named(), engine.connect() as plain:
        connection = plain.execution_options(lineage_write=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One reading transaction: every statement in it sees the same state."""
    with _errors_named(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def _errors_named() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise named_error(error) from error


def named_error(error: sa.exc.DBAPIError) -> Exception:
    """The error as a sentence that says what to do, where it is one of those we know."""
    text = str(error.orig).lower()
    for fragment, (says, do) in SQLITE_FAULTS.items():
        if fragment in text:
            return StoreUnusable(says, do=do)
    return error


def chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    """The list in pieces small enough for one statement's parameters."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


Connection = sa.Connection
"""A transaction that is under way; the layers above pass it on and never look into it."""

AnyRow = sa.Row[*tuple[Any, ...]]
"""A row whose columns the statement above it names."""

PARAMETERS_MAX = 10_000
"""Values in one IN list; SQLite's own limit is 32,766."""
