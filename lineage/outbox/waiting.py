"""What waits in an outbox, for who looks after the service. No event is shown, and no key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from lineage.outbox.table import OUTBOX


@dataclass(frozen=True, slots=True)
class Stuck:
    """An event that could not be delivered so far; it is tried again and again."""

    position: int
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many events wait, since when, and the first of those that have failed."""

    events: int
    oldest_at: datetime | None
    failing: int
    stuck: tuple[Stuck, ...]


def waiting(connection: sa.Connection, *, table: sa.Table = OUTBOX, limit: int = 20) -> Waiting:
    """Look into an outbox."""
    failed = table.c.attempts > 0
    count = sa.func.count()
    of_failed = sa.func.count(sa.case((failed, 1)))
    events, failing, oldest = connection.execute(
        sa.select(count, of_failed, sa.func.min(table.c.enqueued_at)).select_from(table)
    ).one()
    rows = connection.execute(
        sa.select(table.c.position, table.c.attempts, table.c.last_error)
        .where(failed)
        .order_by(table.c.position)
        .limit(limit)
    )
    if oldest is not None and oldest.tzinfo is None:  # SQLite keeps none: it is UTC
        oldest = oldest.replace(tzinfo=UTC)
    return Waiting(events, oldest, failing, tuple(Stuck(*row) for row in rows))
