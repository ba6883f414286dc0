"""The ledger: append under the lane's lock, seal the tree's head, read back. SQL only."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from lineage.domain.evidence.merkle import Frontier, leaf_hash
from lineage.domain.evidence.tiles import grow_tiles, partial_tiles
from lineage.storage import tables as t
from lineage.storage.engine import PARAMETERS_MAX, AnyRow, chunks
from lineage.storage.errors import StoreUnusable
from lineage.storage.seal import Hasher, context, row_hash

LOCAL_LANE = "local"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a log stands: ``next`` is the first offset of its lane not yet recorded."""

    log: int
    lane: str
    next: int
    size: int
    frontier: Frontier


@dataclass(frozen=True, slots=True)
class EventRow:
    """One row of ``events`` before it has a position."""

    subject_ref: bytes
    event_key: bytes
    type: str
    occurred_at: int
    digest: bytes
    body: bytes


def body_context(ref: bytes, key: bytes, type_: str, occurred_at: int) -> bytes:
    """What a sealed body is bound to: it does not open in another row."""
    return context("event", ref, key, type_, occurred_at)


def leaf_of(log: int, position: int, recorded_at: int, row: EventRow) -> bytes:
    """The leaf over (log, position, recorded_at, hash of the whole row)."""
    hashed = row_hash(
        row.subject_ref, row.event_key, row.type, row.occurred_at, row.digest, row.body
    )
    return leaf_hash(context(log, position, recorded_at, hashed))


def head_mac(hasher: Hasher, head: Head) -> bytes:
    """Authenticates the row of ``logs``: no tree covers the tree's own head."""
    return hasher.head(head.log, head.lane, head.next, head.size, head.frontier.to_bytes())


def lock_log(conn: sa.Connection, hasher: Hasher, lane: str) -> Head:
    """The head of a lane's log, made where it is new; held until the transaction ends."""
    row = conn.execute(sa.select(t.logs).where(t.logs.c.lane == lane)).first()
    if row is not None:
        return _checked_head(hasher, row)
    log = conn.execute(sa.select(sa.func.coalesce(sa.func.max(t.logs.c.log), 0) + 1)).scalar_one()
    head = Head(log, lane, 0, 0, Frontier.from_bytes(0, b""))
    conn.execute(t.logs.insert(), _log_row(hasher, head))
    return head


def _checked_head(hasher: Hasher, row: AnyRow) -> Head:
    """The head of a log; to append to one that was changed would hide the change for good."""
    try:
        frontier = Frontier.from_bytes(row.size, row.frontier)
        head = Head(row.log, row.lane, row.next, row.size, frontier)
        if hmac.compare_digest(head_mac(hasher, head), row.mac):
            return head
    except (ValueError, TypeError):
        pass
    raise StoreUnusable(
        f"the head of log {row.log} was not written by this tracker",
        do="run lineage verify; nothing is recorded until the store is restored",
    )


def last_recorded_at(conn: sa.Connection, head: Head) -> int:
    """When the newest event of a log was recorded; 0 for an empty log."""
    c = t.events.c
    what = sa.select(c.recorded_at).where(c.log == head.log, c.position == head.size - 1)
    return conn.execute(what).scalar() or 0


def _log_row(hasher: Hasher, head: Head) -> dict[str, object]:
    return {
        "log": head.log,
        "lane": head.lane,
        "next": head.next,
        "size": head.size,
        "frontier": head.frontier.to_bytes(),
        "mac": head_mac(hasher, head),
    }


def known_events(
    conn: sa.Connection, keys: Sequence[tuple[bytes, bytes]]
) -> dict[tuple[bytes, bytes], tuple[bytes, int]]:
    """Of these (subject_ref, event_key) those on record: their digest and position."""
    found = {}
    for part in chunks(list(keys), PROBED_MAX):
        pairs = ", ".join(["(?, ?)"] * len(part))
        values = tuple(value for key in part for value in key)
        for ref, key, digest, position in conn.exec_driver_sql(f"{_KNOWN}{pairs})", values):
            found[ref, key] = (digest, position)
    return found


PROBED_MAX = 2000

# Built by hand: the toolkit takes longer to write a list of pairs than SQLite to look them up.
_KNOWN = (
    "SELECT subject_ref, event_key, digest, position FROM events"
    " WHERE (subject_ref, event_key) IN (VALUES "
)


def append(
    conn: sa.Connection,
    hasher: Hasher,
    head: Head,
    rows: Sequence[EventRow],
    *,
    recorded_at: int,
) -> Head:
    """Append rows in order: events, tiles and the log's new head. The lane must be locked."""
    if not rows:
        return head
    leaves, values = [], []
    for position, row in enumerate(rows, start=head.size):
        leaves.append(leaf_of(head.log, position, recorded_at, row))
        values.append(
            (
                row.subject_ref,
                row.event_key,
                head.log,
                position,
                row.type,
                row.occurred_at,
                recorded_at,
                row.digest,
                row.body,
            )
        )
    conn.exec_driver_sql(_INSERT_EVENTS, values)
    frontier = _append_tiles(conn, head, leaves)
    size = head.size + len(rows)
    new = Head(head.log, head.lane, head.next + len(rows), size, frontier)
    conn.execute(t.logs.update().where(t.logs.c.log == head.log), _log_row(hasher, new))
    return new


_INSERT_EVENTS = (
    "INSERT INTO events (subject_ref, event_key, log, position, type, occurred_at, recorded_at,"
    " digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _append_tiles(conn: sa.Connection, head: Head, leaves: list[bytes]) -> Frontier:
    partial = {
        level: read_tile(conn, head.log, level, index)
        for level, index, _width in partial_tiles(head.size)
    }
    frontier, tiles = grow_tiles(head.frontier, partial, leaves)
    statement = insert(t.tiles)
    statement = statement.on_conflict_do_update(
        index_elements=["log", "level", "index"], set_={"hashes": statement.excluded.hashes}
    )
    conn.execute(
        statement,
        [{"log": head.log, "level": x.level, "index": x.index, "hashes": x.hashes} for x in tiles],
    )
    return frontier


def read_tile(conn: sa.Connection, log: int, level: int, index: int) -> bytes:
    """The hashes of one tile; empty where there is none."""
    where = (t.tiles.c.log == log) & (t.tiles.c.level == level) & (t.tiles.c.index == index)
    return conn.execute(sa.select(t.tiles.c.hashes).where(where)).scalar() or b""


def events_of(
    conn: sa.Connection, refs: Iterable[bytes], *, known_at: int | None = None
) -> list[AnyRow]:
    """The rows of these subjects, sealed; with ``known_at`` only those recorded up to it."""
    found: list[AnyRow] = []
    for part in chunks(list(refs), PARAMETERS_MAX):
        what = sa.select(
            t.events.c.subject_ref,
            t.events.c.event_key,
            t.events.c.type,
            t.events.c.occurred_at,
            t.events.c.recorded_at,
            t.events.c.position,
            t.events.c.body,
        ).where(t.events.c.subject_ref.in_(part))
        if known_at is not None:
            what = what.where(t.events.c.recorded_at <= known_at)
        found.extend(conn.execute(what).all())
    return found
