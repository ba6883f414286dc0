"""The reverse question: which refs have a hop to a recipient, in pages. SQL only."""

from __future__ import annotations

import sqlalchemy as sa

from lineage.events import EventRetracted
from lineage.storage import tables as t


def refs_with_edges_to(
    conn: sa.Connection,
    controller: str,
    recipient: str,
    *,
    after: bytes,
    limit: int,
    known_at: int | None,
) -> list[bytes]:
    """Refs, in their order, from ``after`` on, with a hop to the recipient.

    Asked about an earlier knowledge (``known_at``), those are added whose events were retracted
    since: a hop they then had may be gone from the facts.
    """
    c = t.edges.c
    what = sa.select(c.subject_ref).where(
        c.controller == controller,
        c.to_kind == "recipient",
        c.to_party == recipient,
        c.subject_ref > after,
    )
    if known_at is not None:
        e = t.events.c
        retracted = (
            sa.select(e.subject_ref)
            .join(t.subjects, t.subjects.c.subject_ref == e.subject_ref)
            .where(
                e.type == EventRetracted.event_type(),
                e.recorded_at > known_at,
                t.subjects.c.controller == controller,
                e.subject_ref > after,
            )
        )
        both = what.union(retracted).subquery()
        what = sa.select(both.c.subject_ref)
    refs = sa.select(what.distinct().subquery().c.subject_ref)
    return list(conn.execute(refs.order_by(sa.text("1")).limit(limit)).scalars())
