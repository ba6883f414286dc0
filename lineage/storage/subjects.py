"""Going through everybody on record. SQL only."""

from __future__ import annotations

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.engines import Connection
from lineage.storage.keyring import PERSON


def refs_after(conn: Connection, controller: str, after: bytes, *, limit: int) -> list[bytes]:
    """The next refs of people of one controller, sorted; ``after`` is the last one seen."""
    c = t.subjects.c
    what = sa.select(c.subject_ref).where(
        c.controller == controller, c.kind == PERSON, c.subject_ref > after
    )
    return list(conn.execute(what.order_by(c.subject_ref).limit(limit)).scalars())


def count_refs(conn: Connection, controller: str) -> int:
    """How many refs of people of one controller there are."""
    c = t.subjects.c
    what = sa.select(sa.func.count()).where(c.controller == controller, c.kind == PERSON)
    return int(conn.execute(what).scalar_one())
