"""The answers a service has given, kept so that an order that comes again gets the same one."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

KEEP_DAYS: Final = 90
"""Longer than an order is tried, unless a policy gives more time than this to erase."""

WAIT_SECONDS_MAX: Final = 10.0
"""For another process that writes."""

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS answers (
    notice_id TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    answer BLOB NOT NULL,
    kept_at INTEGER NOT NULL
) WITHOUT ROWID
"""


class Kept(NamedTuple):
    """An answer as it was written, with the SHA-256 of the order's body that it answers."""

    digest: bytes
    answer: bytes


class AnswerStore(Protocol):
    """Where answers are kept; a service may keep them beside the data that it erases."""

    def get(self, notice_id: str) -> Kept | None:
        """Return what was answered to this notice."""
        ...

    def put(self, notice_id: str, kept: Kept) -> Kept:
        """Keep an answer, and return what is kept: of two for one notice, the first."""
        ...


class SqliteAnswers:
    """Answers in one SQLite file, which threads and processes may share; it is open only in use.

    It holds no identifier, only digests of orders. Answers older than ``keep_days`` are dropped
    as new ones come.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        keep_days: int = KEEP_DAYS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make the file where there is none."""
        self._path = path
        self._keep_seconds = keep_days * 86_400
        self._clock = clock
        with self._transaction() as database:
            database.execute(_TABLE)

    def get(self, notice_id: str) -> Kept | None:
        """Return what was answered to this notice."""
        with self._transaction() as database:
            return _kept(database, notice_id)

    def put(self, notice_id: str, kept: Kept) -> Kept:
        """Keep an answer, and return what is kept: of two for one notice, the first."""
        now = int(self._clock())
        with self._transaction() as database:
            database.execute("DELETE FROM answers WHERE kept_at < ?", (now - self._keep_seconds,))
            database.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (notice_id, *kept, now),
            )
            return _kept(database, notice_id) or kept

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with (
            closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS_MAX)) as database,
            database,
        ):
            yield database


def _kept(database: sqlite3.Connection, notice_id: str) -> Kept | None:
    query = "SELECT digest, answer FROM answers WHERE notice_id = ?"
    row = database.execute(query, (notice_id,)).fetchone()
    return None if row is None else Kept(*row)
