"""One person's graph and the reverse question, against the same statements run bare."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.harness import BATCH, Row, Size, fresh_tracker, percentile, seconds, stream
from lineage.tracker import Tracker

Statements = list[tuple[str, Any]]
PAGE = 100
ENDS = ("BEGIN", "COMMIT", "ROLLBACK")
"""Left out, where a question sends them at all: the floor is cheaper so, never dearer."""


def measure(size: Size) -> Iterator[Row]:
    for count in size.graphs:
        with fresh_tracker() as tracker:
            receipt = tracker.record(stream(count), batch_size=BATCH)
            assert receipt.recorded == count
            yield from _graph(tracker, size, f"{count:,} events")
            if count == size.graphs[-1]:
                yield _reverse(tracker, size, f"{count:,} events")


def _graph(tracker: Tracker, size: Size, of: str) -> Iterator[Row]:
    people = _people(tracker)
    Random(5).shuffle(people)
    asked = people[: size.asked]
    asks = [_asking(tracker, controller, subject) for controller, subject in asked]
    ours, bare = _both(tracker, asks, opened=0)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        a, b = percentile(ours, share), percentile(bare, share)
        target = 1.5 if name == "p99" else None
        yield Row(f"graph of one person, {name}, {of}", _ms(a), _ms(b), a / b, target, at_most=True)


def _asking(tracker: Tracker, controller: str, subject: str) -> Callable[[], None]:
    def ask() -> None:
        found = tracker.lineage(subject, controller=controller)
        assert found.subject == subject

    return ask


def _reverse(tracker: Tracker, size: Size, of: str) -> Row:
    with tracker.store.engine.connect() as conn:
        what = (
            "SELECT controller, to_party FROM edges WHERE to_kind = 'recipient'"
            " GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 1"
        )
        controller, recipient = conn.exec_driver_sql(what).one()

    def ask() -> None:
        page = tracker.recipient_subjects(recipient, controller=controller, limit=PAGE)
        assert page.rows

    ours, bare = _both(tracker, [ask] * max(3, size.asked // 10), opened=2 * PAGE)
    a, b = percentile(ours, 0.5), percentile(bare, 0.5)
    return Row(f"first page of a recipient's people, p50, {of}", _ms(a), _ms(b), a / b)


def _both(
    tracker: Tracker, asks: list[Callable[[], None]], *, opened: int
) -> tuple[list[float], list[float]]:
    """Seconds of each question, and of its own statements and openings of sealed ids alone."""
    for ask in asks:
        ask()
    ours = [seconds(ask) for ask in asks]
    statements = []
    with _captured(tracker) as found:
        for ask in asks:
            ask()
            statements.append([one for one in found if not one[0].startswith(ENDS)])
            found.clear()
    path = tracker.store.engine.url.database
    assert path is not None
    conn = sqlite3.connect(path, isolation_level=None)
    cipher, nonce = AESGCM(os.urandom(32)), os.urandom(12)
    sealed = cipher.encrypt(nonce, b"m" * 20, b"subjects")

    def run(found: Statements) -> None:
        for statement, parameters in found:
            conn.execute(statement, parameters).fetchall()
        for _ in range(opened):
            cipher.decrypt(nonce, sealed, b"subjects")

    for found in statements:
        run(found)
    bare = [seconds(lambda found=found: run(found)) for found in statements]  # type: ignore[misc]
    conn.close()
    return ours, bare


@contextmanager
def _captured(tracker: Tracker) -> Iterator[Statements]:
    """The statements a question sends to the driver; the hot ones pass the toolkit by."""
    found: Statements = []

    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, parameters: Any = ()) -> Any:
            found.append((statement, parameters))
            return super().execute(statement, parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, _factory: Any = None) -> Any:
            return super().cursor(Cursor)

        def execute(self, statement: str, parameters: Any = ()) -> Any:
            found.append((statement, parameters))
            return super().execute(statement, parameters)

    def connect(_dialect: Any, _record: Any, _args: Any, named: dict[str, Any]) -> None:
        named["factory"] = Connection

    engine = tracker.store.engine
    engine.dispose()
    sa.event.listen(engine, "do_connect", connect)
    try:
        with tracker.store.reading():
            pass  # what is sent to make a connection is no part of a question
        found.clear()
        yield found
    finally:
        sa.event.remove(engine, "do_connect", connect)
        engine.dispose()


def _people(tracker: Tracker) -> list[tuple[str, str]]:
    store = tracker.store
    with store.reading() as conn:
        rows = conn.exec_driver_sql(
            "SELECT subject_ref, controller FROM persons ORDER BY subject_ref"
        ).all()
        names = store.keyring.names(conn, [row.subject_ref for row in rows])
    return sorted((row.controller, names[row.subject_ref]) for row in rows)


def _ms(took: float) -> str:
    return f"{took * 1000:.2f} ms"
