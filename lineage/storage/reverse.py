"""The reverse question: which refs have a hop to a recipient, in pages. SQL only."""

from __future__ import annotations

import sqlalchemy as sa

from lineage.events import EventRetracted
from lineage.storage import tables as t


def refs_with_edges_to(
    conn: sa.Connection, controller: str, recipient: str, *, after: bytes, limit: int
) -> list[bytes]:
    """Refs, in their order, from ``after`` on, with a hop to the recipient."""
    c = t.edges.c
    what = sa.select(c.subject_ref).where(
        c.controller == controller,
        c.to_kind == "recipient",
        c.to_party == recipient,
        c.subject_ref > after,
    )
    return list(conn.execute(what.distinct().order_by(c.subject_ref).limit(limit)).scalars())


def refs_retracted_since(conn: sa.Connection, controller: str, known_at: int) -> list[bytes]:
    """Refs under which a retraction was recorded after ``known_at``."""
    e = t.events.c
    what = (
        sa.select(e.subject_ref)
        .join(t.subjects, t.subjects.c.subject_ref == e.subject_ref)
        .where(
            e.type == EventRetracted.event_type(),
            e.recorded_at > known_at,
            t.subjects.c.controller == controller,
        )
    )
    return list(conn.execute(what.distinct()).scalars())
