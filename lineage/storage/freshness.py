"""How far the record reaches: ledger sizes per lane, and what each source last sent. SQL only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lineage.domain.facts import OWN_SOURCE
from lineage.storage import tables as t
from lineage.storage.bulk import Upsert
from lineage.storage.drafts import Draft
from lineage.storage.engines import Connection

_OWN_BELOW = f"{OWN_SOURCE}/"
_LESSER = "CASE WHEN excluded.{0} < sources.{0} THEN excluded.{0} ELSE sources.{0} END"
_MERGE = Upsert(
    t.sources,
    by=["log", "controller", "source"],
    merge={
        "first_occurred_at": _LESSER.format("first_occurred_at"),
        "last_recorded_at": "excluded.last_recorded_at",
        "event_count": "sources.event_count + excluded.event_count",
    },
)
"""Along a log the time of recording never goes back, so the newest is the latest."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """``complete_from`` is the earliest time on record of the controller, null for none;
    ``sources`` maps each source to when it was last recorded. Times in microseconds.
    """

    complete_up_to: dict[str, int]
    complete_from: int | None
    sources: dict[str, int]


def note_sources(conn: Connection, log: int, drafts: Sequence[Draft], recorded_at: int) -> None:
    """Count a batch's events per source."""
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    for draft in drafts:
        key = (draft.controller, draft.event.source)
        first, count = seen.get(key, (draft.row.occurred_at, 0))
        seen[key] = (min(first, draft.row.occurred_at), count + 1)
    rows = [
        (log, controller, source, first, recorded_at, recorded_at, count)
        for (controller, source), (first, count) in seen.items()
    ]
    _MERGE.run(conn, rows)


def read_freshness(conn: Connection, controller: str, *, known_at: int | None = None) -> Freshness:
    """How far this controller's record reaches, in two statements.

    ``complete_from`` counts the sources that had been heard of by ``known_at``; what we write
    ourselves says nothing of how complete the services' record is.
    """
    sizes = conn.execute(sa.select(t.logs.c.lane, t.logs.c.size))
    c = t.sources.c
    what = sa.select(c.source, c.first_occurred_at, c.last_recorded_at).where(
        c.controller == controller
    )
    if known_at is not None:
        what = what.where(c.first_recorded_at <= known_at)
    return freshness_of(sizes.all(), conn.execute(what).all())


def newest_recording(conn: Connection) -> tuple[str, int] | None:
    """The lane whose newest event has the latest time of recording of all, and that time."""
    at = t.logs.c.recorded_at
    row = conn.execute(sa.select(t.logs.c.lane, at).order_by(at.desc(), t.logs.c.log)).first()
    return None if row is None else (row.lane, row.recorded_at)


def freshness_of(sizes: Iterable[Sequence[Any]], sources: Iterable[Sequence[Any]]) -> Freshness:
    """From rows of (lane, size), and of (source, first occurred, last recorded) at all lanes."""
    found: dict[str, int] = {}
    begin: int | None = None
    for source, first, last in sources:
        if source == OWN_SOURCE or source.startswith(_OWN_BELOW):
            continue
        found[source] = max(found.get(source, 0), last)
        begin = first if begin is None else min(begin, first)
    return Freshness(dict(sorted((lane, size) for lane, size in sizes)), begin, found)
