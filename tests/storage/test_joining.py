"""Writes that wait for each other on PostgreSQL: sent together, and seen by whoever reads."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from lineage.storage import tables as t
from lineage.storage.bulk import Delete, Insert, Lookup, Update, Upsert
from lineage.storage.engines import Connection, driver_of
from lineage.storage.joining import joined_writes
from lineage.tracker import Tracker
from tests.support.places import Engine, StorePlace

pytestmark = pytest.mark.postgres

TILE = ("log", "level", "index")
LINK = (b"a" * 16, b"b" * 16, True)


@pytest.fixture
def engine() -> Engine:
    """SQLite has no journeys to save."""
    return "postgresql"


@pytest.fixture
def tracker(store_place: StorePlace) -> Any:
    """A tracker on an empty store."""
    with store_place.open() as tracker:
        yield tracker


def tiles(conn: Connection) -> dict[int, bytes]:
    """What the test's tiles hold, by index."""
    rows = Lookup(t.tiles, by=["log"]).rows(conn, [7])
    return {row.index: bytes(row.hashes) for row in rows}


def sent(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that the driver is given from now on."""
    statements: list[str] = []
    driver = driver_of(conn)
    execute = driver.execute

    def noting(sql: str, *args: Any, **options: Any) -> Any:
        statements.append(sql)
        return execute(sql, *args, **options)

    monkeypatch.setattr(driver, "execute", noting)
    return statements


def test_writes_to_several_tables_are_one_statement(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tile and a link go together, as one row each or as several."""
    with tracker.store.writing() as conn:
        statements = sent(conn, monkeypatch)
        with joined_writes(conn):
            Insert(t.tiles).run(conn, [(7, 0, 0, b"x")])
            Insert(t.links).run(conn, [LINK, (*LINK[1::-1], False)])
            assert not statements
        assert len(statements) == 1
        assert tiles(conn) == {0: b"x"}
        assert len(Lookup(t.links).rows(conn, list(LINK[:2]))) == 2


def test_who_reads_sees_what_was_waiting(tracker: Tracker) -> None:
    """A look-up, a count and another write of the same table come after what waits for it."""
    merge = Upsert(t.tiles, by=TILE, merge={"hashes": "excluded.hashes"})
    with tracker.store.writing() as conn, joined_writes(conn):
        Insert(t.tiles).run(conn, [(7, 0, n, b"x") for n in range(3)])
        assert tiles(conn) == {0: b"x", 1: b"x", 2: b"x"}
        merge.run(conn, [(7, 0, 1, b"xy")])
        Delete(t.tiles, by=TILE).run(conn, [(7, 0, 0)])
        merge.run(conn, [(7, 0, 0, b"new")])
        Update(t.tiles, ["hashes"], by=TILE).run(conn, [(7, 0, 2, b"xz")])
        assert Upsert(t.tiles, by=TILE).count(conn, [(7, 0, n, b"late") for n in range(4)]) == 1
        Insert(t.tiles).run(conn, [(7, 0, n, b"many") for n in range(4, 100)])
        found = tiles(conn)
        assert [found[n] for n in range(5)] == [b"new", b"xy", b"xz", b"late", b"many"]
        assert len(found) == 100


def test_nothing_is_sent_after_an_error(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever breaks off has nothing written, and the connection is as before."""
    with tracker.store.writing() as conn:
        statements = sent(conn, monkeypatch)
        with suppress(LookupError), joined_writes(conn):
            Insert(t.tiles).run(conn, [(7, 0, 0, b"x")])
            raise LookupError
        Insert(t.links).run(conn, [LINK])
        assert [sql.split()[:3] for sql in statements] == [["INSERT", "INTO", '"links"']]
