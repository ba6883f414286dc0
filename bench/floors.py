"""The floor of recording: the final rows of `events` and nothing else, as fast as the engine goes.

PostgreSQL: binary COPY buffers, made beforehand, on one connection. SQLite: executemany of tuples,
made beforehand. The table has the same columns, key and indexes as `events`, the same rows in it
before, the same settings of the connection; one commit for each batch of the same size.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bench.harness import Engine
from lineage.storage.engines import driver_of, writing
from lineage.storage.tables import events

COLUMNS = ", ".join(column.name for column in events.columns)
MARKS = ", ".join("?" * len(events.columns))
HEADS = "SELECT log, max(position) FROM events GROUP BY log"

Heads = dict[int, int]
Buffers = list[Any]
"""One for each batch: bytes for COPY, a list of tuples for executemany."""


class Floor:
    """A second table of events in the same store, with the same rows as were there."""

    def __init__(self, engine: sa.Engine) -> None:
        """Make the table and copy what is in `events` by now; later rows are the floor's to add."""
        self._engine = engine
        self.name: Engine = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        with writing(engine) as conn:
            if self.name == "postgresql":
                conn.exec_driver_sql("CREATE TABLE floor_events (LIKE events INCLUDING ALL)")
            else:
                self._like_events(conn)
            conn.exec_driver_sql(f"INSERT INTO floor_events SELECT {COLUMNS} FROM events")  # noqa: S608
        with engine.connect() as conn:
            self.after = heads(conn)
            if self.name == "postgresql":
                conn.exec_driver_sql("VACUUM ANALYZE floor_events")
                conn.exec_driver_sql("CHECKPOINT")

    @staticmethod
    def _like_events(conn: sa.Connection) -> None:
        ask = "SELECT sql FROM sqlite_master WHERE tbl_name = 'events' AND sql IS NOT NULL"
        for (sql,) in conn.exec_driver_sql(ask).all():
            # The name stands in the table's statement and in those of its indexes.
            floor = sql.replace("TABLE events", "TABLE floor_events", 1)
            floor = floor.replace("INDEX ix_", "INDEX floor_ix_", 1)
            floor = floor.replace("ON events", "ON floor_events", 1)
            conn.exec_driver_sql(floor)

    def buffers(self, batch: int) -> tuple[Buffers, int]:
        """What has been recorded since, ready to be written again: the batches, and how many."""
        buffers: Buffers = []
        total = 0
        with self._engine.connect() as conn:
            for log, newest in sorted(heads(conn).items()):
                first = self.after.get(log, -1) + 1
                total += newest + 1 - first
                for start in range(first, newest + 1, batch):
                    buffers.append(self._read(conn, log, start, min(start + batch, newest + 1)))
        return buffers, total

    def _read(self, conn: sa.Connection, log: int, start: int, stop: int) -> Any:
        ask = (
            f"SELECT {COLUMNS} FROM events WHERE log = {log}"  # noqa: S608 - numbers
            f" AND position >= {start} AND position < {stop} ORDER BY position"
        )
        if self.name == "sqlite":
            return driver_of(conn).execute(ask).fetchall()
        copying = f"COPY ({ask}) TO STDOUT (FORMAT BINARY)"
        with driver_of(conn).cursor() as cursor, cursor.copy(copying) as copy:
            return b"".join(bytes(part) for part in copy)

    def write(self, buffers: Sequence[Any]) -> float:
        """Write the batches; gives the seconds. What is written counts as there from then on."""
        copying = f"COPY floor_events ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
        inserting = f"INSERT INTO floor_events ({COLUMNS}) VALUES ({MARKS})"  # noqa: S608
        with self._engine.connect() as conn:
            driver = driver_of(conn)
            started = time.perf_counter()
            for buffer in buffers:
                if self.name == "sqlite":
                    driver.execute("BEGIN IMMEDIATE")
                    driver.executemany(inserting, buffer)
                    driver.execute("COMMIT")
                    continue
                driver.execute("BEGIN")
                with driver.cursor() as cursor, cursor.copy(copying) as copy:
                    copy.write(buffer)
                driver.execute("COMMIT")
            took = time.perf_counter() - started
            self.after = heads(conn)
        return took

    def pass_over(self) -> int:
        """Leave out what has been recorded since; gives how much that was."""
        with self._engine.connect() as conn:
            now = heads(conn)
        passed = sum(newest - self.after.get(log, -1) for log, newest in now.items())
        self.after = now
        return passed

    def count(self) -> int:
        """Rows in it."""
        with self._engine.connect() as conn:
            found = conn.exec_driver_sql("SELECT count(*) FROM floor_events").scalar_one()
        return int(found)


def heads(conn: sa.Connection) -> Heads:
    """The last position of each log."""
    return dict(conn.exec_driver_sql(HEADS).all())
