"""Finding requests and notices across people. SQL only."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.engines import AnyRow


def find_request(
    conn: sa.Connection, request_id: str, controller: str | None
) -> list[tuple[str, bytes]]:
    """(controller, subject_ref) of the requests of this id: at most one of each person."""
    c = t.requests.c
    what = sa.select(c.controller, c.subject_ref).where(c.request_id == request_id)
    if controller is not None:
        what = what.where(c.controller == controller)
    return [(name, ref) for name, ref in conn.execute(what.order_by(c.controller))]


def list_requests(conn: sa.Connection, controller: str | None) -> Iterator[AnyRow]:
    """All requests with their person, the oldest first; before them those only decided so far."""
    c = t.requests.c
    what = sa.select(c.controller, c.request_id, c.subject_ref)
    if controller is not None:
        what = what.where(c.controller == controller)
    # Where nulls stand, and rows that are equal so far, each engine would decide by itself.
    first = c.received_at.nulls_first()
    order = what.order_by(first, c.controller, c.request_id, c.subject_ref)
    yield from conn.execute(order).all()
