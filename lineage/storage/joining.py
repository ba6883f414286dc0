"""Small writes that wait for each other and travel as one statement, on PostgreSQL.

A statement costs the client a journey and more processor time than its rows. So writes whose answer
nobody needs are kept until something reads their table, and sent as the parts of one ``WITH``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lineage.storage.engines import Connection, driver_of, is_sqlite

JOINED = "lineage writes that wait"

PARAMETERS_MAX = 50
"""The driver remembers how to send a statement of up to so many, and works others out each time."""


class Writes:
    """Writes that wait. All parts of a statement see the same state, so no table is in it twice."""

    def __init__(self, driver: Any) -> None:
        """Wait for the first."""
        self._driver = driver
        self._parts: dict[str, tuple[str, Sequence[Any]]] = {}
        self._parameters = 0

    def add(self, table: str, sql: str, parameters: Sequence[Any]) -> None:
        """Let this one wait with those that wait already, or send them first."""
        if table in self._parts or self._parameters + len(parameters) > PARAMETERS_MAX:
            self.send()
        self._parts[table] = (sql, parameters)
        self._parameters += len(parameters)

    def before(self, table: str) -> None:
        """Send them if one of them is for this table, which is about to be used."""
        if table in self._parts:
            self.send()

    def send(self) -> None:
        """Send what waits."""
        if not self._parts:
            return
        *others, (last, _) = self._parts.values()
        sql = ", ".join(f"w{number} AS ({one})" for number, (one, _) in enumerate(others))
        parameters = [value for _, values in self._parts.values() for value in values]
        self._parts.clear()
        self._parameters = 0
        self._driver.execute(f"WITH {sql} {last}" if others else last, parameters)


@contextmanager
def joined_writes(conn: Connection) -> Iterator[None]:
    """Let writes wait for each other in here; they are sent by its end. Only ``bulk`` knows of
    them: what the toolkit reads in here must be of other tables.
    """
    if is_sqlite(conn):
        yield
        return
    info = conn.info  # which a connection that was lost meanwhile no longer gives
    writes = info[JOINED] = Writes(driver_of(conn))
    try:
        yield
        writes.send()
    finally:
        del info[JOINED]


def waiting_writes(conn: Connection) -> Writes | None:
    """What waits, where writes wait at all."""
    found: Writes | None = conn.info.get(JOINED)
    return found
