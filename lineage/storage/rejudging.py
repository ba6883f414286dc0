"""Judging people anew after their controller did something that counts for them all. SQL.

A policy version, an agreement or a decree that arrives late changes what was found on events of
many. What is to be done is a row, written with what caused it; it is done a chunk of people at a
time, each chunk in a transaction of its own, and goes on where it was broken off.

Nobody waits to record what rests on a controller's own events, so a transaction that was under way
when the cause was committed may have judged without it, and its people are not seen yet. On
PostgreSQL the first chunk therefore waits until each of those has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, Protocol

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.bulk import Upsert
from lineage.storage.engines import AnyRow, Connection, is_sqlite
from lineage.storage.judged import WIDE, Judging, Parts
from lineage.storage.standings import keep_looked_at, lock_persons

CHUNK_PEOPLE = 200
POLL_SECONDS = 0.02
WAIT_SECONDS_MAX = 10.0
"""For others' transactions; afterwards it is left for the next time, and ``doctor`` says so."""

_WAITING: Final = -1

_SEEN_BY_ALL = sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
"""Whatever was committed by a transaction before this one is seen by everybody who begins now"""

_NEXT = sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")

_BEGIN = Upsert(
    t.rejudging,
    by=["controller"],
    # Everybody, and for as long as the first cause that is still to be dealt with.
    merge={"after": "excluded.after", "horizon": "excluded.horizon"},
)


class Rejudged(Protocol):
    """The store, as far as this asks for it."""

    def run(self, work: Callable[[Connection], Any]) -> Any:
        """Do something in a transaction of its own."""


def begin_rejudging(conn: Connection, controller: str, *, since: int) -> None:
    """Have everybody of a controller judged anew who was judged by what it did itself."""
    _BEGIN.run(conn, [(controller, since, b"", None)])


def pending_rejudging(conn: Connection) -> dict[str, int]:
    """Since when (recorded, microseconds) judgements of each controller are behind."""
    return dict(conn.execute(sa.select(t.rejudging.c.controller, t.rejudging.c.since)).all())


def rejudge(store: Rejudged, parts: Parts, *, now: Callable[[], int]) -> int:
    """Do all that is to be done; gives how many people were judged anew."""
    people, ends_at = 0, time.monotonic() + WAIT_SECONDS_MAX
    while (done := store.run(partial(_next_chunk, parts=parts, now=now))) is not None:
        if done != _WAITING:
            people += done
        elif time.monotonic() > ends_at:
            break
        else:
            time.sleep(POLL_SECONDS)
    return people


def _next_chunk(conn: Connection, *, parts: Parts, now: Callable[[], int]) -> int | None:
    if parts.verdicts is None:
        return None
    c = t.rejudging.c
    first = sa.select(t.rejudging).order_by(c.controller).limit(1).with_for_update()
    todo = conn.execute(first).one_or_none()
    if todo is None:
        return None
    row = t.rejudging.update().where(c.controller == todo.controller)
    if not is_sqlite(conn) and not _everybody_sees_it(conn, todo, row):
        return _WAITING
    if not todo.after:
        Judging(parts, parts.verdicts, conn, now()).controller(todo.controller)
    p = t.persons.c
    what = sa.select(p.subject_ref).where(
        p.controller == todo.controller,
        p.subject_ref > todo.after,
        p.looked_at.op("&")(WIDE) != 0,
    )
    refs = list(conn.execute(what.order_by(p.subject_ref).limit(CHUNK_PEOPLE)).scalars())
    if not refs:
        conn.execute(t.rejudging.delete().where(c.controller == todo.controller))
        return 0
    conn.execute(row.values(after=refs[-1]))
    return _judge(conn, parts, todo.controller, refs, now())


def _everybody_sees_it(conn: Connection, todo: AnyRow, row: sa.Update) -> bool:
    """Whether all have ended that were under way when this was first looked at, by when the cause
    had been committed.
    """
    if todo.horizon is None:
        conn.execute(row.values(horizon=conn.execute(_NEXT).scalar_one()))
        return False
    return bool(conn.execute(_SEEN_BY_ALL).scalar_one() >= todo.horizon)


def _judge(conn: Connection, parts: Parts, controller: str, refs: Iterable[bytes], now: int) -> int:
    assert parts.verdicts is not None
    stands = lock_persons(conn, dict.fromkeys(refs, controller)).stands
    judging = Judging(parts, parts.verdicts, conn, now)
    read = parts.folder.read_connected(conn, controller, set(stands))
    people = parts.folder.split(read)
    for person in people:
        judging.person(controller, person.refs, person.events)
    keep_looked_at(conn, stands.values(), judging.looked_at)
    return len(people)
