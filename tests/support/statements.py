"""What is sent to the database, seen at the driver: our hot statements pass the toolkit by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event


@contextmanager
def statements_of(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements of every connection meanwhile; a commit of psycopg's own is none."""
    sent: list[str] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *more: Any, **named: Any) -> Any:
            sent.append(str(query))
            return super().execute(query, *more, **named)

        def executemany(self, query: Any, *more: Any, **named: Any) -> None:
            sent.append(str(query))
            super().executemany(query, *more, **named)

    def taken(driver: Any, *_: object) -> None:
        if engine.dialect.name == "sqlite":
            driver.set_trace_callback(sent.append)
        else:
            driver.cursor_factory = Noting

    def given_back(driver: Any, *_: object) -> None:
        if driver is not None and engine.dialect.name == "sqlite":
            driver.set_trace_callback(None)
        elif driver is not None:
            driver.cursor_factory = psycopg.Cursor

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    try:
        yield sent
    finally:
        event.remove(engine, "checkout", taken)
        event.remove(engine, "checkin", given_back)
