"""Judging people anew after their controller did something that counts for them all. SQL.

A policy version, an agreement or a decree that arrives late changes what was found on events of
many. What is to be done is a row, written with what caused it; it is done a chunk of people at a
time, each chunk in a transaction of its own, and goes on where it was broken off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.accounts import replace_accounts
from lineage.storage.bulk import Upsert
from lineage.storage.engines import Connection
from lineage.storage.gates import pass_gates
from lineage.storage.judged import WIDE, Judging, Parts
from lineage.storage.standings import keep_looked_at, lock_persons

CHUNK_PEOPLE = 200

_BEGIN = Upsert(
    t.rejudging,
    by=["controller"],
    # Everybody, and for as long as the first cause that is still to be dealt with.
    merge={"after": "excluded.after"},
)


class Rejudged(Protocol):
    """The store, as far as this asks for it."""

    def run(self, work: Callable[[Connection], Any]) -> Any:
        """Do something in a transaction of its own."""


def begin_rejudging(conn: Connection, controller: str, *, since: int) -> None:
    """Have everybody of a controller judged anew who was judged by what it did itself."""
    _BEGIN.run(conn, [(controller, since, b"")])


def pending_rejudging(conn: Connection) -> dict[str, int]:
    """Since when (recorded, microseconds) judgements of each controller are behind."""
    return dict(conn.execute(sa.select(t.rejudging.c.controller, t.rejudging.c.since)).all())


def rejudge(store: Rejudged, parts: Parts, *, now: Callable[[], int]) -> int:
    """Do all that is to be done; gives how many people were judged anew."""
    people = 0
    while (done := store.run(partial(_next_chunk, parts=parts, now=now))) is not None:
        people += done
    return people


def _next_chunk(conn: Connection, *, parts: Parts, now: Callable[[], int]) -> int | None:
    if parts.verdicts is None:
        return None
    c = t.rejudging.c
    controller = conn.execute(sa.select(c.controller).order_by(c.controller).limit(1)).scalar()
    if controller is None:
        return None
    pass_gates(conn, {controller})
    row = c.controller == controller
    todo = conn.execute(sa.select(t.rejudging).where(row).with_for_update()).one_or_none()
    if todo is None:
        return 0  # somebody else has just done the rest
    p = t.persons.c
    what = sa.select(p.subject_ref).where(
        p.controller == controller,
        p.subject_ref > todo.after,
        p.looked_at.op("&")(WIDE) != 0,
    )
    refs = list(conn.execute(what.order_by(p.subject_ref).limit(CHUNK_PEOPLE)).scalars())
    if not refs:
        conn.execute(t.rejudging.delete().where(row))
        return 0
    conn.execute(t.rejudging.update().where(row).values(after=refs[-1]))
    return _judge(conn, parts, controller, refs, now())


def _judge(conn: Connection, parts: Parts, controller: str, refs: Iterable[bytes], now: int) -> int:
    assert parts.verdicts is not None
    stands = lock_persons(conn, dict.fromkeys(refs, controller)).stands
    judging = Judging(parts, parts.verdicts, conn, now)
    read = parts.folder.read_connected(conn, controller, set(stands))
    people = parts.folder.split(read)
    for person in people:
        judging.person(controller, person.refs, person.events)
        # For those of a store from before it had accounts; for all others this changes nothing.
        replace_accounts(conn, person.refs, person.events)
    keep_looked_at(conn, stands.values(), judging.looked_at)
    return len(people)
