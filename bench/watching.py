"""What a tracker sends to its database: each statement of the drivers, with the time it took."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event


@dataclass(frozen=True)
class Sent:
    """One statement; ``binary`` is how PostgreSQL was asked to answer."""

    sql: Any
    parameters: Any
    binary: bool | None
    seconds: float
    thread_seconds: float
    many: bool = False


@dataclass
class Watch:
    """What was sent while it was on."""

    on: bool = False
    sent: list[Sent] = field(default_factory=list)

    def note(self, sql: Any, parameters: Any, since: Clock, *, binary: bool | None = None) -> None:
        if self.on:
            self.sent.append(Sent(sql, parameters, binary, *since.passed(), many=since.many))


class Clock:
    """Wall and processor time of this thread since it was made."""

    def __init__(self, *, many: bool = False) -> None:
        self.many = many
        self._at = time.perf_counter(), time.thread_time()

    def passed(self) -> tuple[float, float]:
        return time.perf_counter() - self._at[0], time.thread_time() - self._at[1]


@contextmanager
def watched(engine: sa.Engine) -> Iterator[Watch]:
    """Watch every connection of an engine; it gets new ones for that, and again afterwards."""
    watch = Watch()
    classes = _sqlite(watch) if engine.dialect.name == "sqlite" else _postgresql(watch)

    def connect(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        options.update(classes)

    dialect: Any = engine.dialect
    plainly = dialect.do_commit

    def commit(connection: Any) -> None:
        since = Clock()
        plainly(connection)
        watch.note("COMMIT", None, since)

    event.listen(engine, "do_connect", connect)
    dialect.do_commit = commit
    engine.dispose()
    try:
        yield watch
    finally:
        event.remove(engine, "do_connect", connect)
        del dialect.do_commit
        engine.dispose()


def _sqlite(watch: Watch) -> dict[str, Any]:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = (), /) -> Any:
            since = Clock()
            found = super().execute(sql, parameters)
            watch.note(sql, parameters, since)
            return found

        def executemany(self, sql: str, parameters: Any, /) -> Any:
            since = Clock(many=True)
            found = super().executemany(sql, parameters)
            watch.note(sql, parameters, since)
            return found

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, *args: Any) -> Any:
            return self.cursor().execute(*args)

        def executemany(self, *args: Any) -> Any:
            return self.cursor().executemany(*args)

    return {"factory": Connection}


def _postgresql(watch: Watch) -> dict[str, Any]:
    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            since = Clock()
            found = super().execute(query, params, **options)
            binary = self.format == psycopg.pq.Format.BINARY
            watch.note(query, params, since, binary=binary)
            return found

        def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
            since = Clock(many=True)
            super().executemany(query, params_seq, **options)
            watch.note(query, params_seq, since)

        @contextmanager
        def copy(self, statement: Any, *args: Any, **options: Any) -> Iterator[Any]:
            since = Clock(many=True)
            with super().copy(statement, *args, **options) as copy:
                yield copy
            watch.note(statement, None, since)

    return {"cursor_factory": Cursor}
