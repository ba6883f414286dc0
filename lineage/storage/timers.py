"""Timers: when the calendar alone may call for acts about a person. Operations. SQL only.

A person has one, the earliest; whoever folds it to act, or is woken by it, sets the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.bulk import Delete, Insert
from lineage.storage.engines import Connection

_INSERT = Insert(t.timers)
_DELETE = Delete(t.timers)


class Timer(NamedTuple):
    """One person, by one of its refs, and when to look at it (microseconds)."""

    ref: bytes
    controller: str
    at: int


def set_timers(conn: Connection, refs: Iterable[bytes], timers: Sequence[Timer]) -> None:
    """Let these be the only timers of the people with these refs."""
    _DELETE.run(conn, [(ref,) for ref in sorted(refs)])
    _INSERT.run(conn, timers)


def due_timers(conn: Connection, now: int, *, limit: int) -> list[Timer]:
    """Those whose time has come, the earliest first. Takes no lock: who acts on one locks the
    person, and finds nothing left to do where another was quicker.
    """
    c = t.timers.c
    what = sa.select(c.subject_ref, c.controller, c.at).where(c.at <= now)
    order = what.order_by(c.at, c.subject_ref).limit(limit)
    return [Timer(*row) for row in conn.execute(order)]
