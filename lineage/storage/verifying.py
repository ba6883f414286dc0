"""Verifying the ledger: every column of every row of its tables, the first wrong row named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from lineage.domain.evidence.merkle import HASH_BYTES, Frontier
from lineage.domain.evidence.tiles import TILE_WIDTH, Tile, grow_tiles
from lineage.events import IdentityLinked
from lineage.events.body import named_persons, read_body
from lineage.events.marks import Mark
from lineage.events.model import marks_of
from lineage.events.registry import model_for
from lineage.storage import tables as t
from lineage.storage.engines import AnyRow, Connection, is_sqlite
from lineage.storage.errors import KeysUnusable
from lineage.storage.keyring import PERSON, Keyring, Who
from lineage.storage.ledger import (
    Head,
    body_context,
    head_mac,
    leaf_of,
    row_hash,
    row_name,
)
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

    def verify(self, conn: Connection) -> Verified:
        """Check subjects, logs, events and tiles."""
        self._keyring.clear()
        self._verify_kinds(conn)
        if self._found.faults:  # what is no number cannot be counted, what is no bytes not hashed
            return self._found
        self._verify_subjects(conn)
        heads = self._verify_logs(conn)
        for head in heads:
            self._verify_log(conn, head)
        self._verify_strays(conn)
        return self._found

    def _fault(self, table: str, row: str, what: str) -> None:
        """Keep the first fault of each kind in each table: one cause makes many."""
        if (table, what) not in self._seen:
            self._seen.add((table, what))
            self._found.faults.append((table, row, what))

    def _verify_kinds(self, conn: Connection) -> None:
        """SQLite lets any column of any row hold any kind of value; texts of ours are ASCII."""
        if not is_sqlite(conn):
            return
        for table in t.LEDGER_TABLES:
            odd = " OR ".join(_is_odd(column) for column in table.columns)
            sql = f"SELECT rowid FROM {table.name} WHERE {odd} LIMIT 1"  # noqa: S608 - our names
            rowid = conn.exec_driver_sql(sql).scalar()
            if rowid is not None:
                what = "a column holds a value that is none of its own"
                self._fault(table.name, f"rowid {rowid}", what)

    def _verify_subjects(self, conn: Connection) -> None:
        for row in _in_order(conn, t.subjects, t.subjects.c.subject_ref):
            name = f"subject_ref {row.subject_ref.hex()}"
            try:
                self._keyring.open_id(row, self._keyring.open_row(row))
            except (CannotOpen, KeysUnusable, UnicodeDecodeError):
                self._fault("subjects", name, "key, id and lookup do not fit together")

    def _verify_logs(self, conn: Connection) -> list[Head]:
        heads = []
        for row in conn.execute(sa.select(t.logs).order_by(t.logs.c.log)):
            name = f"log {row.log} ({row.lane})"
            try:
                frontier = Frontier.from_bytes(row.size, row.frontier)
            except ValueError:
                self._fault("logs", name, "the frontier is none of a tree of this size")
                continue
            head = Head(row.log, row.lane, row.next, row.size, frontier, row.recorded_at)
            if head_mac(self._hasher, head) != row.mac:
                self._fault("logs", name, "the head was not written by this tracker")
            heads.append(head)
        return heads

    def _verify_log(self, conn: Connection, head: Head) -> None:
        """Recompute the tree from the rows and hold tiles and head against it."""
        frontier = Frontier()
        partial: dict[int, bytes] = {}
        expected = 0
        for rows in _chunks_of_log(conn, head.log):
            leaves = []
            self._keyring.warm(conn, (row.subject_ref for row in rows))
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

    def _verified_leaf(self, conn: Connection, head: Head, row: AnyRow) -> bytes:
        name = f"log {head.log} position {row.position}"
        cipher = self._keyring.ciphers_that_open(conn, row.subject_ref)
        in_clear = row_name(row.subject_ref, row.event_key, row.type, row.occurred_at)
        try:
            if cipher is None:
                self._fault("events", name, "no key opens the row of this subject_ref")
                subject = f"subject_ref {row.subject_ref.hex()}"
                self._fault("subjects", subject, "the row is missing or does not open")
            else:
                clear = unseal(cipher, row.body, body_context(in_clear))
                self._verify_named(conn, row, clear, name)
        except CannotOpen:
            self._fault("events", name, "the body does not open in this row")
        hashed = row_hash(in_clear, row.digest, row.body)
        return leaf_of(head.log, row.position, row.recorded_at, hashed)

    def _verify_named(self, conn: Connection, row: AnyRow, clear: bytes, name: str) -> None:
        """Whoever the event names beside its subject must still have a row of its own."""
        if not _names_somebody(row.type, clear):
            return
        body = read_body(row.type, clear)
        named = {bytes.fromhex(ref) for ref in named_persons(body)}
        if isinstance(body.data, IdentityLinked):
            controller = self._controller_of(conn, row.subject_ref)
            who = Who(controller, PERSON, body.data.identifier.value)
            known = self._keyring.find(conn, who) is not None
        else:
            known = named <= set(self._keyring.ciphers(conn, named))
        if not known:
            self._fault("subjects", f"named by {name}", "the row is missing")

    def _controller_of(self, conn: Connection, ref: bytes) -> str:
        c = t.subjects.c
        what = sa.select(c.controller).where(c.subject_ref == ref)
        return str(conn.execute(what).scalar_one())

    def _verify_tiles(self, conn: Connection, head: Head, tiles: list[Tile], size: int) -> None:
        """Tiles full so far must equal what was computed; a partial one must begin with it."""
        for tile in tiles:
            c = t.tiles.c
            where = (c.log == head.log) & (c.level == tile.level) & (c.index == tile.index)
            stored = conn.execute(sa.select(c.hashes).where(where)).scalar() or b""
            if stored == tile.hashes:
                continue
            unfinished = size < head.size and len(tile.hashes) < TILE_BYTES
            if unfinished and stored[: len(tile.hashes)] == tile.hashes:
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

    def _verify_tile_count(self, conn: Connection, head: Head) -> None:
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

    def _verify_strays(self, conn: Connection) -> None:
        """Rows of a log that has no head."""
        logs = sa.select(t.logs.c.log)
        for table in (t.events, t.tiles):
            what = sa.select(table.c.log).where(table.c.log.not_in(logs)).limit(1)
            stray = conn.execute(what).scalar()
            if stray is not None:
                self._fault(table.name, f"log {stray}", "there is no such log")
                self._fault("logs", f"log {stray}", "the row is missing")


_KINDS = {sa.LargeBinary: "blob", sa.Text: "text"}


def _is_odd(column: sa.Column[Any]) -> str:
    """SQL that is true where the column holds what the program never writes there."""
    kind = _KINDS.get(type(column.type), "integer")
    odd = f"typeof(\"{column.name}\") <> '{kind}'"
    return odd if kind != "text" else f"{odd} OR \"{column.name}\" GLOB '*[^ -~]*'"


@cache
def _type_names_somebody(type_: str) -> bool:
    marks = marks_of(model_for(type_)).values()
    return Mark.PERSON_REF in marks or type_ == IdentityLinked.event_type()


def _names_somebody(type_: str, clear: bytes) -> bool:
    """Whether the body may name another person: only then is it worth reading."""
    return b'"account":' in clear or b'"person:' in clear or _type_names_somebody(type_)


def _chunks_of_log(conn: Connection, log: int) -> Iterator[list[AnyRow]]:
    c = t.events.c
    what = sa.select(t.events).where(c.log == log).order_by(c.position).limit(CHUNK_ROWS)
    rows = conn.execute(what).all()
    while rows:
        yield list(rows)
        rows = conn.execute(what.where(c.position > rows[-1].position)).all()


def _in_order(conn: Connection, table: sa.Table, key: sa.Column[bytes]) -> Iterator[AnyRow]:
    what = sa.select(table).order_by(key).limit(CHUNK_ROWS)
    rows = conn.execute(what).all()
    while rows:
        yield from rows
        after = rows[-1]._mapping[key]  # noqa: SLF001 - SQLAlchemy's public name for the mapping
        rows = conn.execute(what.where(key > after)).all()
