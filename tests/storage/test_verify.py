"""Verify finds and names every change of the ledger, column by column and row by row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from lineage.domain.evidence.merkle import Frontier
from lineage.domain.evidence.tiles import Tile, grow_tiles
from lineage.events.times import to_micros
from lineage.service.answers import VerifyReport
from lineage.storage import tables as t
from lineage.storage.engines import MADE
from lineage.storage.ledger import leaf_of, row_hash, row_name
from lineage.storage.verifying import Verified, Verifier
from lineage.tracker import Tracker
from tests.conftest import PlaceIn
from tests.storage.shop import CONTROLLER, Clock, collected, event, linked, open_shop, share
from tests.support.engines import ENGINES

Change = sa.Insert | sa.Update | sa.Delete
E, S, T, L = t.events.c, t.subjects.c, t.tiles.c, t.logs.c

EVENTS = 600
ROW = 300
"""The row of events that is changed: in the second of three tiles."""

TILES = [(0, 0), (0, 1), (0, 2), (1, 0)]
COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in t.LEDGER_TABLES
    for column in table.columns
]


@dataclass
class Whole:
    """A store with the events, and what becomes of it in a transaction that is never committed."""

    tracker: Tracker
    engine: sa.Engine
    names: dict[str, bytes]

    def tampered(self, *changes: Change) -> Verified:
        """What verify says after these changes, past the program and past every trigger."""
        store = self.tracker.store
        with self.engine.connect() as conn:
            conn.info[MADE] = set()  # as the program's own transactions have it
            if conn.dialect.name == "postgresql":
                for table in t.LEDGER_TABLES:
                    conn.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
            for change in changes:
                assert conn.execute(change).rowcount != 0, change
            found = Verifier(store.keyring, store.hasher, None).verify(conn)
            conn.rollback()
        return found

    def stored(self, what: sa.Select[Any]) -> list[tuple[Any, ...]]:
        """What the untouched store holds."""
        with self.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(what)]


@pytest.fixture(scope="module", params=ENGINES)
def whole(
    request: pytest.FixtureRequest, place_in: PlaceIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Whole]:
    """A store of 600 events: three tiles at the leaves, one above them."""
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
    with (
        place_in(tmp_path_factory.mktemp("whole"), request.param) as place,
        open_shop(place) as tracker,
    ):
        receipt = tracker.record(messages, batch_size=170)
        assert (receipt.recorded, receipt.problems) == (EVENTS, [])
        assert tracker.verify().ok
        with tracker.store.reading() as conn:
            refs = conn.execute(sa.select(t.subjects.c.subject_ref)).scalars().all()
            named = tracker.store.keyring.names(conn, refs)
        engine = sa.create_engine(place.url, poolclass=sa.NullPool)
        yield Whole(tracker, engine, {name: ref for ref, name in named.items()})


def one_of(whole: Whole, table: sa.Table) -> sa.ColumnElement[bool]:
    """One row of the table, in its middle."""
    if table is t.events:
        return E.position == ROW
    if table is t.subjects:
        return S.subject_ref == whole.names["m6"]
    return tile(0, 1) if table is t.tiles else L.log == 1


def tile(level: int, index: int) -> sa.ColumnElement[bool]:
    """One of the tiles."""
    return (T.log == 1) & (T.level == level) & (T.index == index)


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


def copied(table: sa.Table, where: sa.ColumnElement[bool], **other: object) -> sa.Insert:
    """A row too many: copies of rows, with other values in some columns."""
    names = [column.name for column in table.columns]
    kinds = {column.name: column.type for column in table.columns}
    values = [
        sa.literal(other[name], kinds[name]) if name in other else table.c[name] for name in names
    ]
    return table.insert().from_select(names, sa.select(*values).where(where))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_one_changed_byte_is_found(
    whole: Whole, table: sa.Table, column: sa.Column[object]
) -> None:
    """One changed byte in any column of any ledger table is found, and the table named; for an
    event the very row.
    """
    where = one_of(whole, table)
    [(before,)] = whole.stored(sa.select(column).where(where))
    values = other_values(before)
    for value in values:
        try:
            found = whole.tampered(table.update().where(where).values({column.name: value}))
        except sa.exc.IntegrityError:  # the place is taken by a neighbour: go where none is
            assert isinstance(before, int)
            elsewhere = {column.name: before + 10_000}
            found = whole.tampered(table.update().where(where).values(elsewhere))
        assert table.name in tables_of(found), value
        if table is t.events:
            assert f"log 1 position {ROW}" in rows_of(found, "events")
    assert values
    assert not whole.tampered(table.update().where(where).values({column.name: before})).faults


@pytest.mark.parametrize("position", [0, 255, 256, ROW, EVENTS - 1])
def test_deleted_event_is_found(whole: Whole, position: int) -> None:
    """An event row that is gone is named, the last one too."""
    found = whole.tampered(t.events.delete().where(E.position == position))
    assert f"log 1 position {position}" in rows_of(found, "events")


@pytest.mark.parametrize(
    "name", ["m0", "m6", "m39", "guest@shop.example", "m90", "m91", "m92", CONTROLLER]
)
def test_deleted_subject_is_found(whole: Whole, name: str) -> None:
    """A subject that is gone is found: one with events, and one that an event only names."""
    assert len(whole.names) == 45
    found = whole.tampered(t.subjects.delete().where(S.subject_ref == whole.names[name]))
    assert "subjects" in tables_of(found)


@pytest.mark.parametrize(("level", "index"), TILES)
def test_deleted_tile_is_found(whole: Whole, level: int, index: int) -> None:
    """A tile that is gone is found, on either level."""
    assert whole.stored(sa.select(T.level, T.index).order_by(T.level, T.index)) == TILES
    assert "tiles" in tables_of(whole.tampered(t.tiles.delete().where(tile(level, index))))


def test_deleted_log_is_found(whole: Whole) -> None:
    """A log whose head is gone is found, though its events and tiles still stand there."""
    assert "logs" in tables_of(whole.tampered(t.logs.delete()))


NEW_KEY = b"\x5a" * 16
COPIES = {
    "logs": copied(t.logs, L.log == 1, log=2, lane="other"),
    "an event at the end": copied(t.events, E.position == ROW, event_key=NEW_KEY, position=600),
    "an event of another log": copied(
        t.events, E.position == ROW, event_key=NEW_KEY, log=2, position=0
    ),
    "an event before the first": copied(
        t.events, E.position == ROW, event_key=NEW_KEY, position=-1
    ),
    "tiles": copied(t.tiles, tile(0, 0), index=3),
    "tiles of another level": copied(t.tiles, tile(0, 0), level=2),
    "tiles of another log": copied(t.tiles, T.log == 1, log=2),
    "tiles before the first": copied(t.tiles, tile(0, 0), index=-1),
    "subjects": copied(
        t.subjects, S.kind == "controller", subject_ref=NEW_KEY, lookup=b"\x5a" * 32
    ),
}


@pytest.mark.parametrize("what", COPIES)
def test_inserted_row_is_found(whole: Whole, what: str) -> None:
    """A row too many is found in each table, whatever its place."""
    copy = COPIES[what]
    assert str(copy.table) in tables_of(whole.tampered(copy))


def swapped(
    column: sa.Column[Any], aside: object, one: sa.ColumnElement[bool], two: sa.ColumnElement[bool]
) -> Callable[[Whole], list[Change]]:
    """Two rows change places, by way of a place that is free."""

    def changes(whole: Whole) -> list[Change]:
        [(first,)], [(second,)] = (whole.stored(sa.select(column).where(w)) for w in (one, two))
        update = column.table.update()
        return [
            update.where(one).values({column.name: aside}),
            update.where(two).values({column.name: first}),
            update.where(column == aside).values({column.name: second}),
        ]

    return changes


def test_swapped_rows_are_found(whole: Whole) -> None:
    """Two rows that changed places are found in each table."""
    subjects = [S.subject_ref == whole.names[name] for name in ("m6", "m7")]
    for changes in (
        swapped(E.position, 9_999, E.position == 300, E.position == 301),
        swapped(T.index, 9_999, tile(0, 0), tile(0, 1)),
        swapped(S.subject_ref, NEW_KEY, *subjects),
    ):
        made = changes(whole)
        found = whole.tampered(*made)
        table = str(made[0].table)
        assert table in tables_of(found)
        if table == "events":
            assert "log 1 position 300" in rows_of(found, "events")


def test_swapped_bodies_are_found(whole: Whole) -> None:
    """Two sealed bodies of the same person that changed places are found: each opens only in its
    own row.
    """
    what = sa.select(E.body, E.digest).where(E.position.in_([300, 340])).order_by(E.position)
    (body_one, digest_one), (body_two, digest_two) = whole.stored(what)
    update = t.events.update()
    found = whole.tampered(
        update.where(E.position == 300).values(body=body_two, digest=digest_two),
        update.where(E.position == 340).values(body=body_one, digest=digest_one),
    )
    assert ("events", "log 1 position 300", "the body does not open in this row") in found.faults


@pytest.mark.parametrize(("level", "index"), TILES)
def test_shorter_or_longer_tile_is_found(whole: Whole, level: int, index: int) -> None:
    """A tile cut or grown by one hash is found."""
    [(hashes,)] = whole.stored(sa.select(T.hashes).where(tile(level, index)))
    for changed in (hashes[:-32], hashes + bytes(32)):
        change = t.tiles.update().where(tile(level, index)).values(hashes=changed)
        assert "tiles" in tables_of(whole.tampered(change))


def hash_of(row: Sequence[Any]) -> bytes:
    """The hash of a stored row."""
    return row_hash(row_name(*row[:4]), *row[4:])


def forged_tree(whole: Whole, forged_at: int) -> tuple[Frontier, list[Tile]]:
    """The tree over the stored rows, one of them with another recorded_at."""
    columns = (
        *(E.position, E.recorded_at, E.subject_ref, E.event_key),
        *(E.type, E.occurred_at, E.digest, E.body),
    )
    leaves = [
        leaf_of(1, position, recorded_at + (position == forged_at), hash_of(row))
        for position, recorded_at, *row in whole.stored(sa.select(*columns).order_by(E.position))
    ]
    return grow_tiles(Frontier(), {}, leaves)


def test_forging_event_and_tiles_together_is_found(whole: Whole) -> None:
    """Whoever changes a row and all tiles, and even the frontier, to match still cannot write the
    head: it is authenticated with a key that is not in the database.
    """
    frontier, tiles = forged_tree(whole, ROW)
    later = t.events.update().where(E.position == ROW).values(recorded_at=E.recorded_at + 1)
    forge: list[Change] = [later]
    for grown in tiles:
        where = tile(grown.level, grown.index)
        forge.append(t.tiles.update().where(where).values(hashes=grown.hashes))
    found = whole.tampered(*forge)
    assert found.faults == [("logs", "log 1 (local)", "the rows give another root")]
    found = whole.tampered(*forge, t.logs.update().values(frontier=frontier.to_bytes()))
    assert found.faults == [("logs", "log 1 (local)", "the head was not written by this tracker")]


def test_rolled_back_tail_is_found(whole: Whole) -> None:
    """The last events and their hashes cut off together leave a head that counts more."""
    found = whole.tampered(
        t.events.delete().where(E.position >= 512), t.tiles.delete().where(tile(0, 2))
    )
    assert {"events", "logs"} <= tables_of(found)


@pytest.mark.parametrize("whole", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_value_of_another_kind_is_found_in_a_file(
    whole: Whole, table: sa.Table, column: sa.Column[object]
) -> None:
    """SQLite alone lets any column hold any kind of value: a text where bytes or a number belong is
    found like every other change, and ends in no traceback.
    """
    is_text = isinstance(column.type, sa.Text)
    for value in ("x'ff41'", "CAST(x'ff41' AS TEXT)") if is_text else ("'odd'", "1.5"):
        change = table.update().values({column.name: sa.literal_column(value)})
        assert table.name in tables_of(whole.tampered(change.where(one_of(whole, table)))), value


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
