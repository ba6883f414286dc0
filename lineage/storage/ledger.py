"""The ledger: append under the lane's lock, seal the tree's head, read back. SQL only."""

from __future__ import annotations

import hmac
import random
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import sqlalchemy as sa

from lineage.domain.evidence.merkle import LEAF_PREFIX, Frontier, leaf_hash
from lineage.domain.evidence.tiles import grow_tiles, partial_tiles
from lineage.storage import tables as t
from lineage.storage.bulk import ROW_LOCK, Insert, Lookup, Upsert
from lineage.storage.engines import AnyRow, Connection, is_sqlite, writing
from lineage.storage.errors import InTheWay, StoreUnusable
from lineage.storage.seal import Hasher, context, measured

LOCAL_LANE = "local"
SLOTS = (LOCAL_LANE, "local/2", "local/3", "local/4")
"""The lanes of what does not come from a stream: writers on PostgreSQL take whichever is free."""

_EVENTS = Insert(t.events)
_KNOWN = Lookup(t.events, ["subject_ref", "event_key", "digest"], by=["subject_ref", "event_key"])
_AT = Lookup(t.events, by=["subject_ref", "event_key"])
_OF_REFS = Lookup(t.events)
_OF_REFS_BY_THEN = Lookup(t.events, where="t.recorded_at <= %s")
_LOGS = Lookup(t.logs, by=["lane"], lock=ROW_LOCK)
_FREE_SLOT = Lookup(t.logs, by=["lane"], order="t.log", lock=f"LIMIT 1 {ROW_LOCK} SKIP LOCKED")
_SLOTS_MADE = Lookup(t.logs, ["lane"], by=["lane"])
_STANDS = Lookup(t.logs, ["next", "size"], by=["lane"])
_NEW_LOG = Upsert(t.logs, by=["lane"])
MOVED = ("next", "size", "frontier", "mac", "recorded_at")
_HEAD = Upsert(
    t.logs,
    by=["log"],
    merge={name: f"excluded.{name}" for name in MOVED},
)
TILE = ("log", "level", "index")
_PARTIAL = Lookup(t.tiles, by=TILE)
_TILES = Upsert(t.tiles, by=TILE, merge={"hashes": "excluded.hashes"})


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log stands: ``next`` is the first offset of its lane not yet recorded, and
    ``recorded_at`` when its newest event was.
    """

    log: int
    lane: str
    next: int
    size: int
    frontier: Frontier
    recorded_at: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """What of a lane one batch records: it must stand ``at`` this offset, and then at ``next``.

    A lane on which nothing was recorded yet may begin anywhere. Where somebody is told of a dead
    letter before it is kept, ``told`` are the messages of which that is done.
    """

    lane: str
    at: int
    next: int
    told: frozenset[int] | None = None


class EventRow(NamedTuple):
    """One row of ``events`` before it has a position; ``hashed`` is the hash of all the others."""

    subject_ref: bytes
    event_key: bytes
    type: str
    occurred_at: int
    digest: bytes
    body: bytes
    hashed: bytes


_EVENT = measured("event")


def row_name(ref: bytes, key: bytes, type_: str, occurred_at: int) -> bytes:
    """What a row says in clear, as its hash and its body's context have it."""
    return measured(ref) + measured(key) + _measured_type(type_) + measured(occurred_at)


_measured_type = cache(measured)


def body_context(name: bytes) -> bytes:
    """What a sealed body is bound to, from ``row_name``: it does not open in another row."""
    return _EVENT + name


def row_hash(name: bytes, digest: bytes, body: bytes) -> bytes:
    """SHA-256 over all columns of a ledger row, each with its length before it."""
    return sha256(name + measured(digest) + measured(body)).digest()


def leaf_of(log: int, position: int, recorded_at: int, hashed: bytes) -> bytes:
    """The leaf over (log, position, recorded_at, hash of the whole row)."""
    return leaf_hash(context(log, position, recorded_at, hashed))


def head_mac(hasher: Hasher, head: Head) -> bytes:
    """Authenticates the row of ``logs``: no tree covers the tree's own head."""
    parts = (head.log, head.lane, head.next, head.size, head.frontier.to_bytes())
    # A head from before it had the time is authentic as it was written.
    return hasher.head(*parts, *([head.recorded_at] if head.recorded_at else []))


def lock_log(conn: Connection, hasher: Hasher, lane: str) -> Head:
    """The head of a lane's log, made where it is new; held until the transaction ends."""
    if lane == LOCAL_LANE and not is_sqlite(conn):
        return _lock_slot(conn, hasher)
    rows = _LOGS.rows(conn, [lane])
    if not rows:
        _make_log(conn, hasher, lane)
        rows = _LOGS.rows(conn, [lane])
    return _checked_head(hasher, rows[0])


def _lock_slot(conn: Connection, hasher: Hasher) -> Head:
    """A slot of the local lane that nobody holds; where all are held, wait for one of them."""
    while not (rows := _FREE_SLOT.rows(conn, SLOTS)):
        made = {row.lane for row in _SLOTS_MADE.rows(conn, SLOTS)}
        missing = [lane for lane in SLOTS if lane not in made]
        if not missing:
            lane = random.choice(SLOTS)  # noqa: S311 - a queue, not a secret
            rows = _LOGS.rows(conn, [lane])
            break
        # In a transaction of its own: else whoever comes next would wait for the end of ours.
        with suppress(InTheWay), writing(conn.engine) as own:
            _make_log(own, hasher, missing[0])
    return _checked_head(hasher, rows[0])


def _make_log(conn: Connection, hasher: Hasher, lane: str) -> None:
    """Make a log; of two that make the same at once the second waits, and takes the first's."""
    log = conn.execute(sa.select(sa.func.coalesce(sa.func.max(t.logs.c.log), 0) + 1)).scalar_one()
    head = Head(log, lane, 0, 0, Frontier.from_bytes(0, b""))
    _NEW_LOG.run(conn, [_log_row(hasher, head)])


def _checked_head(hasher: Hasher, row: AnyRow) -> Head:
    """The head of a log; to append to one that was changed would hide the change for good."""
    try:
        frontier = Frontier.from_bytes(row.size, row.frontier)
        head = Head(row.log, row.lane, row.next, row.size, frontier, row.recorded_at)
        if hmac.compare_digest(head_mac(hasher, head), row.mac):
            return head
    except (ValueError, TypeError):
        pass
    raise StoreUnusable(
        f"the head of log {row.log} was not written by this tracker",
        do="run lineage verify; nothing is recorded until the store is restored",
    )


def _log_row(hasher: Hasher, head: Head) -> tuple[object, ...]:
    mac = head_mac(hasher, head)
    frontier = head.frontier.to_bytes()
    return (head.log, head.lane, head.next, head.size, frontier, mac, head.recorded_at)


def known_events(
    conn: Connection, keys: Sequence[tuple[bytes, bytes]]
) -> dict[tuple[bytes, bytes], bytes]:
    """Of these (subject_ref, event_key) those on record: their digest."""
    return {(ref, key): digest for ref, key, digest in _KNOWN.rows(conn, keys)}


def append(
    conn: Connection,
    hasher: Hasher,
    head: Head,
    rows: Sequence[EventRow],
    *,
    recorded_at: int,
    kept: KeptTiles | None = None,
) -> Head:
    """Append rows in order: events, tiles and the log's new head. The lane must be locked.

    A local lane counts its own rows; ``next`` of another is moved by ``move_on``. ``kept`` spares
    the next append of this program the reading of what this one wrote.
    """
    if not rows:
        return head
    log, leaves, values = head.log, [], []
    before, between = measured(log), measured(recorded_at)
    for position, (ref, key, type_, at, digest, body, hashed) in enumerate(rows, head.size):
        # As leaf_of does, with what is the same in all of them measured once.
        leaf = before + measured(position) + between + measured(hashed)
        leaves.append(sha256(LEAF_PREFIX + leaf).digest())
        values.append((ref, key, log, position, type_, at, recorded_at, digest, body))
    _EVENTS.run(conn, values)
    frontier = _append_tiles(conn, head, leaves, {} if kept is None else kept)
    size = head.size + len(rows)
    next_ = size if head.lane in SLOTS else head.next
    new = Head(log, head.lane, next_, size, frontier, recorded_at)
    _HEAD.run(conn, [_log_row(hasher, new)])
    return new


def move_on(conn: Connection, hasher: Hasher, head: Head, next_: int) -> Head:
    """Let a locked lane stand at another offset."""
    new = replace(head, next=next_)
    _HEAD.run(conn, [_log_row(hasher, new)])
    return new


class LaneStand(NamedTuple):
    """Where a lane stands: its first offset not recorded, and when its newest event was (or 0)."""

    lane: str
    next: int
    recorded_at: int


def lanes_on_record(conn: Connection) -> list[LaneStand]:
    """Where all lanes stand that have offsets of their own."""
    c = t.logs.c
    what = sa.select(c.lane, c.next, c.recorded_at).where(c.lane.not_in(SLOTS)).order_by(c.lane)
    return [LaneStand(*row) for row in conn.execute(what)]


def next_of(conn: Connection, lane: str) -> int | None:
    """Where a lane stands: its first offset not recorded; None where nobody has begun it."""
    for row in _STANDS.rows(conn, [lane]):
        return int(row.next) if row.next or row.size else None
    return None


Partial = dict[int, bytes]
"""The unfilled last tile of each level that has one."""

KeptTiles = dict[int, tuple[Frontier, Partial]]
"""By log, the partial tiles as they were last appended to; they hold where the frontier is that."""


def _append_tiles(conn: Connection, head: Head, leaves: list[bytes], kept: KeptTiles) -> Frontier:
    frontier, partial = kept.get(head.log, (None, {}))
    if frontier != head.frontier:
        wanted = [(head.log, level, index) for level, index, _width in partial_tiles(head.size)]
        partial = {row.level: row.hashes for row in _PARTIAL.rows(conn, wanted)}
    frontier, tiles = grow_tiles(head.frontier, partial, leaves)
    _TILES.run(conn, [(head.log, x.level, x.index, x.hashes) for x in tiles])
    grown = {(tile.level, tile.index): tile.hashes for tile in tiles}
    kept[head.log] = (
        frontier,
        {
            level: grown.get((level, index)) or partial[level]
            for level, index, _width in partial_tiles(frontier.size)
        },
    )
    return frontier


def events_at(conn: Connection, keys: Sequence[tuple[bytes, bytes]]) -> list[AnyRow]:
    """The rows under these (subject_ref, event_key), sealed."""
    return _AT.rows(conn, keys)


def events_of(
    conn: Connection, refs: Iterable[bytes], *, known_at: int | None = None
) -> list[AnyRow]:
    """The rows of these subjects, sealed; with ``known_at`` only those recorded up to it."""
    if known_at is None:
        return _OF_REFS.rows(conn, list(refs))
    return _OF_REFS_BY_THEN.rows(conn, list(refs), known_at=known_at)
