"""Ids that several people's events share: allowed, counted, at times a careless emitter's."""

from __future__ import annotations

import sqlalchemy as sa

from lineage.storage import tables as t


def count_shared_ids(conn: sa.Connection) -> int:
    """How many (source, id) pairs stand under more than one subject. Reads every key once."""
    key = t.events.c.event_key
    shared = sa.select(key).group_by(key).having(sa.func.count() > 1).subquery()
    return conn.execute(sa.select(sa.func.count()).select_from(shared)).scalar_one()
