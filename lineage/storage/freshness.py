"""How far the record reaches: ledger sizes per lane, and what each source last sent. SQL only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from lineage.domain.facts import OWN_SOURCE
from lineage.storage import tables as t
from lineage.storage.drafts import Draft


@dataclass(frozen=True, slots=True)
class Freshness:
    """``complete_from`` is the earliest time on record of the controller, null for none;
    ``sources`` maps each source to when it was last recorded. Times in microseconds.
    """

    complete_up_to: dict[str, int]
    complete_from: int | None
    sources: dict[str, int]


def note_sources(conn: sa.Connection, log: int, drafts: Sequence[Draft], recorded_at: int) -> None:
    """Count a batch's events per source."""
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    for draft in drafts:
        key = (draft.controller, draft.source)
        first, count = seen.get(key, (draft.row.occurred_at, 0))
        seen[key] = (min(first, draft.row.occurred_at), count + 1)
    if not seen:
        return
    statement = insert(t.sources)
    c, new = t.sources.c, statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["log", "controller", "source"],
        set_={
            "first_occurred_at": sa.func.min(c.first_occurred_at, new.first_occurred_at),
            "first_recorded_at": sa.func.min(c.first_recorded_at, new.first_recorded_at),
            "last_recorded_at": sa.func.max(c.last_recorded_at, new.last_recorded_at),
            "event_count": c.event_count + new.event_count,
        },
    )
    values = [
        {
            "log": log,
            "controller": controller,
            "source": source,
            "first_occurred_at": first,
            "first_recorded_at": recorded_at,
            "last_recorded_at": recorded_at,
            "event_count": count,
        }
        for (controller, source), (first, count) in sorted(seen.items())
    ]
    conn.execute(statement, values)


def read_freshness(
    conn: sa.Connection, controller: str, *, known_at: int | None = None
) -> Freshness:
    """How far this controller's record reaches, in two statements.

    ``complete_from`` counts the sources that had been heard of by ``known_at``; what we write
    ourselves says nothing of how complete the services' record is.
    """
    sizes = conn.execute(sa.select(t.logs.c.lane, t.logs.c.size).order_by(t.logs.c.lane))
    complete_up_to = dict(sizes.all())
    c = t.sources.c
    what = sa.select(c.source, c.first_occurred_at, c.last_recorded_at).where(
        c.controller == controller,
        c.source != OWN_SOURCE,
        c.source.not_like(f"{OWN_SOURCE}/%"),
    )
    if known_at is not None:
        what = what.where(c.first_recorded_at <= known_at)
    rows = conn.execute(what).all()
    sources: dict[str, int] = {}
    for row in rows:
        sources[row.source] = max(sources.get(row.source, 0), row.last_recorded_at)
    first = min((row.first_occurred_at for row in rows), default=None)
    return Freshness(complete_up_to, first, sources)
