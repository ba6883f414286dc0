"""Verifying the ledger: every column of every row of its tables, the first wrong row named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from lineage.domain.evidence.merkle import HASH_BYTES, Frontier
from lineage.domain.evidence.tiles import TILE_WIDTH, Tile, grow_tiles
from lineage.storage import tables as t
from lineage.storage.engine import AnyRow
from lineage.storage.errors import KeysUnusable
from lineage.storage.keyring import Keyring
from lineage.storage.ledger import EventRow, Head, body_context, head_mac, leaf_of
from lineage.storage.seal import CannotOpen, Hasher, unseal

CHUNK_ROWS = 4096
TILE_BYTES = TILE_WIDTH * HASH_BYTES


@dataclass(slots=True)
class Verified:
    """What verification found. ``faults``: (table, row, what), the first of each kind and table."""

    events: int = 0
    roots: dict[str, bytes] = field(default_factory=dict)
    faults: list[tuple[str, str, str]] = field(default_factory=list)


class Verifier:
    """Checks one store's ledger in one snapshot, in constant memory."""

    def __init__(
        self, keyring: Keyring, hasher: Hasher, progress: Callable[[int], None] | None
    ) -> None:
        """``progress`` is told the number of events checked."""
        self._keyring = keyring
        self._hasher = hasher
        self._progress = progress
        self._found = Verified()
        self._seen: set[tuple[str, str]] = set()

    def verify(self, conn: sa.Connection) -> Verified:
        """Check subjects, logs, events and tiles."""
        self._keyring.clear()
        self._verify_subjects(conn)
        heads = self._verify_logs(conn)
        for head in heads:
            self._verify_log(conn, head)
        self._verify_strays(conn, [head.log for head in heads])
        return self._found

    def _fault(self, table: str, row: str, what: str) -> None:
        """Keep the first fault of each kind in each table: one cause makes many."""
        if (table, what) not in self._seen:
            self._seen.add((table, what))
            self._found.faults.append((table, row, what))

    def _verify_subjects(self, conn: sa.Connection) -> None:
        for row in _in_order(conn, t.subjects, t.subjects.c.subject_ref, b""):
            name = f"subject_ref {row.subject_ref.hex()}"
            try:
                self._keyring.open_id(row, self._keyring.open_row(row))
            except (CannotOpen, KeysUnusable, UnicodeDecodeError):
                self._fault("subjects", name, "key, id and lookup do not fit together")

    def _verify_logs(self, conn: sa.Connection) -> list[Head]:
        heads = []
        for row in conn.execute(sa.select(t.logs).order_by(t.logs.c.log)):
            name = f"log {row.log} ({row.lane})"
            try:
                frontier = Frontier.from_bytes(row.size, row.frontier)
            except ValueError:
                self._fault("logs", name, "the frontier is none of a tree of this size")
                continue
            head = Head(row.log, row.lane, row.next, row.size, frontier)
            if head_mac(self._hasher, head) != row.mac:
                self._fault("logs", name, "the head was not written by this tracker")
            heads.append(head)
        return heads

    def _verify_log(self, conn: sa.Connection, head: Head) -> None:
        """Recompute the tree from the rows and hold tiles and head against it."""
        frontier = Frontier()
        partial: dict[int, bytes] = {}
        expected = 0
        for rows in _chunks_of_log(conn, head.log):
            leaves = []
            for row in rows:
                if row.position != expected:
                    self._fault(
                        "events",
                        f"log {head.log} position {expected}",
                        "the row is missing",
                    )
                    expected = row.position
                expected += 1
                leaves.append(self._verified_leaf(conn, head, row))
            frontier, tiles = grow_tiles(frontier, partial, leaves)
            for tile in tiles:
                partial[tile.level] = tile.hashes if tile.width < TILE_WIDTH else b""
            self._verify_tiles(conn, head, tiles, frontier.size)
            self._found.events += len(rows)
            if self._progress is not None:
                self._progress(self._found.events)
        if expected != head.size:
            self._fault(
                "events",
                f"log {head.log} position {min(expected, head.size)}",
                f"the log's head counts {head.size} rows, there are {expected}",
            )
        if frontier != head.frontier:
            self._fault("logs", f"log {head.log} ({head.lane})", "the rows give another root")
        self._found.roots[head.lane] = frontier.root()
        self._verify_tile_count(conn, head)

    def _verified_leaf(self, conn: sa.Connection, head: Head, row: AnyRow) -> bytes:
        event = EventRow(
            row.subject_ref,
            row.event_key,
            row.type,
            row.occurred_at,
            row.digest,
            row.body,
        )
        name = f"log {head.log} position {row.position}"
        cipher = self._keyring.ciphers_that_open(conn, row.subject_ref)
        about = body_context(row.subject_ref, row.event_key, row.type, row.occurred_at)
        try:
            if cipher is None:
                self._fault("events", name, "no key opens the row of this subject_ref")
            else:
                unseal(cipher, row.body, about)
        except CannotOpen:
            self._fault("events", name, "the body does not open in this row")
        return leaf_of(head.log, row.position, row.recorded_at, event)

    def _verify_tiles(self, conn: sa.Connection, head: Head, tiles: list[Tile], size: int) -> None:
        """Tiles full so far must equal what was computed; a partial one must begin with it."""
        for tile in tiles:
            c = t.tiles.c
            where = (c.log == head.log) & (c.level == tile.level) & (c.index == tile.index)
            stored = conn.execute(sa.select(c.hashes).where(where)).scalar() or b""
            if stored == tile.hashes:
                continue
            if size < head.size and len(tile.hashes) < TILE_BYTES:
                if stored[: len(tile.hashes)] == tile.hashes:
                    continue
            name = f"log {head.log} level {tile.level} index {tile.index}"
            self._fault("tiles", name, "the tile is not that of the rows")
            if tile.level == 0:
                self._name_leaf(head, tile, stored)

    def _name_leaf(self, head: Head, tile: Tile, stored: bytes) -> None:
        for at in range(0, len(tile.hashes), HASH_BYTES):
            if tile.hashes[at : at + HASH_BYTES] != stored[at : at + HASH_BYTES]:
                position = tile.index * TILE_WIDTH + at // HASH_BYTES
                self._fault(
                    "events",
                    f"log {head.log} position {position}",
                    "the row is not the one that was sealed into the tree",
                )
                return

    def _verify_tile_count(self, conn: sa.Connection, head: Head) -> None:
        expected = {level: -(-(head.size >> 8 * level) // TILE_WIDTH) for level in range(8)}
        c = t.tiles.c
        rows = conn.execute(
            sa.select(c.level, sa.func.count(), sa.func.max(c.index))
            .where(c.log == head.log)
            .group_by(c.level)
        )
        for level, count, last in rows:
            if count != expected.get(level, 0) or last != count - 1:
                name = f"log {head.log} level {level} index {last}"
                self._fault("tiles", name, "a tile too many or too few")

    def _verify_strays(self, conn: sa.Connection, logs: list[int]) -> None:
        for table in (t.events, t.tiles):
            what = sa.select(table.c.log).where(table.c.log.not_in(logs)).limit(1)
            stray = conn.execute(what).scalar()
            if stray is not None:
                self._fault(table.name, f"log {stray}", "there is no such log")


def _chunks_of_log(conn: sa.Connection, log: int) -> Iterator[list[AnyRow]]:
    after = -(1 << 62)
    c = t.events.c
    while True:
        what = sa.select(t.events).where(c.log == log, c.position > after).order_by(c.position)
        rows = list(conn.execute(what.limit(CHUNK_ROWS)).all())
        if not rows:
            return
        yield rows
        after = rows[-1].position


def _in_order(
    conn: sa.Connection, table: sa.Table, key: sa.Column[bytes], after: bytes
) -> Iterator[AnyRow]:
    while True:
        what = sa.select(table).where(key > after).order_by(key).limit(CHUNK_ROWS)
        rows = conn.execute(what).all()
        if not rows:
            return
        yield from rows
        after = rows[-1]._mapping[key]  # noqa: SLF001 - SQLAlchemy's public name for the mapping
