"""SQLite: one writer. ``BEGIN IMMEDIATE`` waits for the other writer at the start of a writing
transaction, so it never fails half-way; a reading one is ``BEGIN``, a snapshot.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite as dialect

from lineage.storage.errors import StatementRefused, StorageError, StoreUnusable

BUSY_TIMEOUT_MS = 30_000
POLL_SECONDS = 0.002
PAGE_BYTES = 8192
CACHE_KIB = 32 << 10
"""Refs are random, so a batch touches pages all over the store; the default of 2 MiB holds few."""

CHECKPOINT_PAGES = 16_000
"""How many pages (128 MiB) are written to the log before they are copied into the file. One batch
of 2,000 changes some 5,000 pages of a large store, many of them the same as the batch before.
"""

insert = dialect.insert
ERRORS = (sqlite3.Error,)

FAULTS = {
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


def create(url: sa.URL) -> sa.Engine:
    """The engine of an SQLite file."""
    # An error must not carry what a statement was about.
    engine = sa.create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _on_connect)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when to begin would start writing transactions late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    # Programs that make one store at the same moment all want this lock; SQLite, which sees that
    # none of them would get it by waiting, refuses all but one at once.
    _when_free(connection, "PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = FAST")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    cursor.close()


def wait_for_program(_driver: sqlite3.Connection) -> None:
    """Let this transaction last however long the program does nothing in it: it does anyway."""


def begin(driver: sqlite3.Connection, *, write: bool) -> None:
    """Begin a transaction on the driver's connection."""
    if not write:
        driver.execute("BEGIN")
        return
    _when_free(driver, "BEGIN IMMEDIATE")


def _when_free(driver: sqlite3.Connection, statement: str) -> None:
    """Run it as soon as no other connection is in its way, and fail after the time to wait.

    This looks again every few milliseconds: SQLite's own waiting sleeps up to a tenth of a second
    at a time, and comes too late where another writes one transaction after the other.
    """
    ends_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while not _ran(driver, statement, ends_at):
            time.sleep(POLL_SECONDS)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _ran(driver: sqlite3.Connection, statement: str, ends_at: float) -> bool:
    try:
        driver.execute(statement)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= ends_at:
            raise
        return False
    return True


def is_cut(_error: Exception) -> bool:
    """Whether the connection is gone: a file does not hang up."""
    return False


def named(error: Any) -> Exception | None:
    """The error as a sentence that says what to do; never the message, which may tell a value."""
    text = str(error).lower()
    for fragment, (says, do) in FAULTS.items():
        if fragment in text:
            return StoreUnusable(says, do=do)
    if not isinstance(error, sqlite3.Error):
        return None
    kind = StatementRefused if isinstance(error, sqlite3.DataError) else StorageError
    return kind(
        f"the database refused a statement: {type(error).__name__}",
        do="this is a fault of the program: please report it",
    )
