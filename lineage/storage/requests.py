"""Finding requests and notices across people. SQL only."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from lineage.storage import tables as t
from lineage.storage.engine import AnyRow


def find_request(
    conn: sa.Connection, request_id: str, controller: str | None
) -> list[tuple[str, bytes]]:
    """(controller, subject_ref) of the requests of this id; one per controller: the earliest."""
    c = t.requests.c
    what = sa.select(c.controller, c.subject_ref).where(c.request_id == request_id)
    if controller is not None:
        what = what.where(c.controller == controller)
    order = (c.controller, sa.func.coalesce(c.received_at, c.decided_at), c.subject_ref)
    found: dict[str, bytes] = {}
    for name, ref in conn.execute(what.order_by(*order)):
        found.setdefault(name, ref)
    return list(found.items())


def list_requests(conn: sa.Connection, controller: str | None) -> Iterator[AnyRow]:
    """All requests with their person, the oldest first."""
    c = t.requests.c
    what = sa.select(c.controller, c.request_id, c.subject_ref)
    if controller is not None:
        what = what.where(c.controller == controller)
    yield from conn.execute(what.order_by(c.received_at, c.controller, c.request_id)).all()
