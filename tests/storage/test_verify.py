"""Verify finds and names every change of the ledger, column by column and row by row."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lineage.domain.evidence.merkle import Frontier
from lineage.domain.evidence.tiles import Tile, grow_tiles
from lineage.events.times import to_micros
from lineage.service.answers import VerifyReport
from lineage.storage import tables as t
from lineage.storage.keys import load_keys
from lineage.storage.ledger import leaf_of
from lineage.storage.seal import row_hash
from lineage.storage.store import Store
from lineage.storage.verifying import Verified, Verifier
from lineage.tracker import Tracker
from tests.storage.shop import Clock, collected, event, linked, open_shop, share

EVENTS = 600
ROW = 300
"""The row of events that is changed: in the second of three tiles."""

COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in t.LEDGER_TABLES
    for column in table.columns
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of 600 events: three tiles at the leaves, one above them."""
    folder = tmp_path_factory.mktemp("whole")
    people = [f"m{n}" for n in range(40)]
    messages = [
        share("FastParcel", "email", subject=people[n % 40], at=f"2026-03-{n % 28 + 1:02d}")
        for n in range(EVENTS - 5)
    ]
    messages += [
        linked("guest@shop.example"),
        collected(account="m90"),
        event("user_registered", {"guardian_id": "m91", "guardian_consent": "given"}),
        share("person:m92", "name", kind="counterparty"),
        event("service_ceased", subject=None),
    ]
    with open_shop(folder) as tracker:
        receipt = tracker.record(messages, batch_size=170)
        assert (receipt.recorded, receipt.problems) == (EVENTS, [])
        assert tracker.verify().ok
    with closing(sqlite3.connect(folder / "shop.db")) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    return folder


@pytest.fixture
def tamper(whole: Path, tmp_path: Path) -> Iterator[Callable[..., Verified]]:
    """Changes a copy of the store by plain SQL, then verifies it."""
    shutil.copy(whole / "shop.db", tmp_path)
    keys = load_keys(whole / "shop.db.keys")
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}", keys, lambda _: lambda _: "")

    def change(*statements: tuple[str, tuple[object, ...]]) -> Verified:
        with closing(sqlite3.connect(tmp_path / "shop.db")) as conn:
            for sql, values in statements:
                done = conn.execute(sql, values)
                assert sql.startswith("CREATE") or done.rowcount > 0, sql
            conn.commit()
        with store.reading() as snapshot:
            return Verifier(store.keyring, store.hasher, None).verify(snapshot)

    yield change
    store.close()


def where(table: sa.Table) -> str:
    """One row of the table, in its middle."""
    if table is t.events:
        return f"position = {ROW}"
    if table is t.subjects:
        return "rowid = 7"
    return "rowid = 2" if table is t.tiles else "log = 1"


def other_values(value: object) -> list[object]:
    """The value with one byte, unit or letter changed: at its start, in its middle, at its end."""
    if isinstance(value, int):
        return [value + 1]
    changed: list[object] = []
    length = len(value) if isinstance(value, bytes | str) else 0
    for at in sorted({0, length // 2, length - 1}):
        if isinstance(value, bytes):
            changed.append(value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :])
        elif isinstance(value, str):
            changed.append(value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1 :])
    return changed


def tables_of(found: Verified) -> set[str]:
    """The tables in which something is wrong."""
    return {table for table, _, _ in found.faults}


def rows_of(found: Verified, table: str) -> set[str]:
    """The rows of one table in which something is wrong."""
    return {row for name, row, _ in found.faults if name == table}


def stored(whole: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the untouched store holds."""
    with closing(sqlite3.connect(whole / "shop.db")) as conn:
        return conn.execute(sql).fetchall()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_one_changed_byte_is_found(
    whole: Path, tamper: Callable[..., Verified], table: sa.Table, column: sa.Column[object]
) -> None:
    """One changed byte in any column of any ledger table is found, and the table named; for an
    event the very row.
    """
    name, row = column.name, where(table)
    [(before,)] = stored(whole, f'SELECT "{name}" FROM {table.name} WHERE {row}')  # noqa: S608
    [(rowid,)] = stored(whole, f"SELECT rowid FROM {table.name} WHERE {row}")  # noqa: S608
    sql = f'UPDATE {table.name} SET "{name}" = ? WHERE rowid = {rowid}'  # noqa: S608
    changed = 0
    for value in other_values(before):
        try:
            found = tamper((sql, (value,)))
        except sqlite3.IntegrityError:  # the place is taken by a neighbour: go where none is
            assert isinstance(before, int)
            found = tamper((sql, (before + 10_000,)))
        assert table.name in tables_of(found), value
        if table is t.events:
            assert f"log 1 position {ROW}" in rows_of(found, "events")
        changed += 1
        assert not tamper((sql, (before,))).faults
    assert changed


@pytest.mark.parametrize("position", [0, 255, 256, ROW, EVENTS - 1])
def test_deleted_event_is_found(tamper: Callable[..., Verified], position: int) -> None:
    """An event row that is gone is named, the last one too."""
    found = tamper(("DELETE FROM events WHERE position = ?", (position,)))
    assert f"log 1 position {position}" in rows_of(found, "events")


@pytest.mark.parametrize("rowid", [1, 7, 41, 42, 43, 44, 45])
def test_deleted_subject_is_found(whole: Path, tamper: Callable[..., Verified], rowid: int) -> None:
    """A subject that is gone is found: one with events, and one that an event only names."""
    assert stored(whole, "SELECT count(*), max(rowid) FROM subjects") == [(45, 45)]
    found = tamper(("DELETE FROM subjects WHERE rowid = ?", (rowid,)))
    assert "subjects" in tables_of(found)


@pytest.mark.parametrize("rowid", [1, 2, 3, 4])
def test_deleted_tile_is_found(whole: Path, tamper: Callable[..., Verified], rowid: int) -> None:
    """A tile that is gone is found, on either level."""
    assert stored(whole, "SELECT level, count(*) FROM tiles GROUP BY 1") == [(0, 3), (1, 1)]
    assert "tiles" in tables_of(tamper(("DELETE FROM tiles WHERE rowid = ?", (rowid,))))


def test_deleted_log_is_found(tamper: Callable[..., Verified]) -> None:
    """A log whose head is gone is found, though its events and tiles still stand there."""
    assert "logs" in tables_of(tamper(("DELETE FROM logs", ())))


COPIES = {
    "logs": "INSERT INTO logs SELECT 2, 'other', next, size, frontier, mac, recorded_at FROM logs",
    "an event at the end": (
        "INSERT INTO events SELECT subject_ref, randomblob(16), log, 600, type, occurred_at,"
        " recorded_at, digest, body FROM events WHERE position = 300"
    ),
    "an event of another log": (
        "INSERT INTO events SELECT subject_ref, randomblob(16), 2, 0, type, occurred_at,"
        " recorded_at, digest, body FROM events WHERE position = 300"
    ),
    "an event before the first": (
        "INSERT INTO events SELECT subject_ref, randomblob(16), 1, -1, type, occurred_at,"
        " recorded_at, digest, body FROM events WHERE position = 300"
    ),
    "tiles": "INSERT INTO tiles SELECT log, level, 3, hashes FROM tiles WHERE rowid = 1",
    "tiles of another level": (
        "INSERT INTO tiles SELECT log, 2, 0, hashes FROM tiles WHERE rowid = 1"
    ),
    "tiles of another log": 'INSERT INTO tiles SELECT 2, level, "index", hashes FROM tiles',
    "tiles before the first": (
        "INSERT INTO tiles SELECT log, level, -1, hashes FROM tiles WHERE rowid = 1"
    ),
    "subjects": (
        "INSERT INTO subjects SELECT randomblob(16), randomblob(32), controller, kind, epoch,"
        " wrapped_key, sealed_id FROM subjects WHERE rowid = 7"
    ),
}


@pytest.mark.parametrize("what", COPIES)
def test_inserted_row_is_found(tamper: Callable[..., Verified], what: str) -> None:
    """A row too many is found in each table, whatever its place."""
    sql = COPIES[what]
    assert sql.split()[2] in tables_of(tamper((sql, ())))


SWAPS = {
    "events": ("position", 300, 301),
    "tiles": ('"index"', 0, 1),
    "subjects": ("subject_ref", 7, 8),
}


@pytest.mark.parametrize("table", SWAPS)
def test_swapped_rows_are_found(whole: Path, tamper: Callable[..., Verified], table: str) -> None:
    """Two rows that changed places are found in each table."""
    column, first, second = SWAPS[table]
    key = "position" if table == "events" else "rowid"
    ids = (first, second) if table != "tiles" else (1, 2)
    sql = f"SELECT rowid, {column} FROM {table} WHERE {key} IN ({ids[0]}, {ids[1]})"  # noqa: S608
    (one, value_one), (two, value_two) = stored(whole, sql)
    update = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608
    aside: object = b"\0" * 16 if table == "subjects" else 9_999
    found = tamper((update, (aside, one)), (update, (value_one, two)), (update, (value_two, one)))
    assert table in tables_of(found)
    if table == "events":
        assert "log 1 position 300" in rows_of(found, "events")


def test_swapped_bodies_are_found(whole: Path, tamper: Callable[..., Verified]) -> None:
    """Two sealed bodies of the same person that changed places are found: each opens only in its
    own row.
    """
    rows = stored(
        whole, "SELECT rowid, body, digest FROM events WHERE position IN (300, 340) ORDER BY 1"
    )
    (one, body_one, digest_one), (two, body_two, digest_two) = rows
    update = "UPDATE events SET body = ?, digest = ? WHERE rowid = ?"
    found = tamper((update, (body_two, digest_two, one)), (update, (body_one, digest_one, two)))
    assert ("events", "log 1 position 300", "the body does not open in this row") in found.faults


@pytest.mark.parametrize("rowid", [1, 2, 3, 4])
def test_shorter_or_longer_tile_is_found(tamper: Callable[..., Verified], rowid: int) -> None:
    """A tile cut or grown by one hash is found."""
    cut = "UPDATE tiles SET hashes = substr(hashes, 1, length(hashes) - 32) WHERE rowid = ?"
    grown = "UPDATE tiles SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE rowid = ?"
    assert "tiles" in tables_of(tamper((cut, (rowid,))))
    assert "tiles" in tables_of(tamper((grown, (rowid,))))


def forged_tree(whole: Path, forged_at: int) -> tuple[Frontier, list[Tile]]:
    """The tree over the stored rows, one of them with another recorded_at."""
    rows = stored(
        whole,
        "SELECT position, recorded_at, subject_ref, event_key, type, occurred_at, digest, body"
        " FROM events ORDER BY position",
    )
    leaves = [
        leaf_of(1, position, recorded_at + (position == forged_at), row_hash(*row))
        for position, recorded_at, *row in rows
    ]
    return grow_tiles(Frontier(), {}, leaves)


def test_forging_event_and_tiles_together_is_found(
    whole: Path, tamper: Callable[..., Verified]
) -> None:
    """Whoever changes a row and all tiles, and even the frontier, to match still cannot write the
    head: it is authenticated with a key that is not in the database.
    """
    frontier, tiles = forged_tree(whole, ROW)
    forge: list[tuple[str, tuple[object, ...]]] = [
        ("UPDATE events SET recorded_at = recorded_at + 1 WHERE position = ?", (ROW,))
    ]
    forge += [
        (
            'UPDATE tiles SET hashes = ? WHERE log = 1 AND level = ? AND "index" = ?',
            (tile.hashes, tile.level, tile.index),
        )
        for tile in tiles
    ]
    assert tamper(*forge).faults == [("logs", "log 1 (local)", "the rows give another root")]
    found = tamper(("UPDATE logs SET frontier = ?", (frontier.to_bytes(),)))
    assert found.faults == [("logs", "log 1 (local)", "the head was not written by this tracker")]


def test_rolled_back_tail_is_found(tamper: Callable[..., Verified]) -> None:
    """The last events and their hashes cut off together leave a head that counts more."""
    found = tamper(
        ("DELETE FROM events WHERE position >= 512", ()),
        ('DELETE FROM tiles WHERE level = 0 AND "index" = 2', ()),
    )
    assert {"events", "logs"} <= tables_of(found)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_value_of_another_kind_is_found(
    whole: Path, tamper: Callable[..., Verified], table: sa.Table, column: sa.Column[object]
) -> None:
    """SQLite lets any column hold any kind of value: a text where bytes or a number belong is
    found like every other change, and ends in no traceback.
    """
    is_text = isinstance(column.type, sa.Text)
    [(rowid,)] = stored(whole, f"SELECT rowid FROM {table.name} WHERE {where(table)}")  # noqa: S608
    for value in ("x'ff41'", "CAST(x'ff41' AS TEXT)") if is_text else ("'odd'", "1.5"):
        sql = f'UPDATE {table.name} SET "{column.name}" = {value} WHERE rowid = ?'  # noqa: S608
        assert table.name in tables_of(tamper((sql, (rowid,)))), value


def test_report_of_an_untouched_store(tracker: Tracker, clock: Clock) -> None:
    """An untouched store verifies, its root is that of the tree, and an empty one verifies too."""
    assert tracker.verify().ok
    tracker.record([share(), share("BlueVan")])
    report: VerifyReport = tracker.verify()
    assert (report.ok, report.events, report.faults) == (True, 2, [])
    with tracker.store.reading() as conn:
        recorded = conn.execute(sa.select(t.events.c.recorded_at)).scalars().all()
    assert set(recorded) == {to_micros(clock.now)}
    assert [len(bytes.fromhex(root)) for root in report.roots.values()] == [32]
