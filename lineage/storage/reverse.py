"""The reverse questions: which refs have a hop to a recipient, in pages; which recipients there
are. SQL only.
"""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from lineage.domain.facts import HolderKind
from lineage.events import EventRetracted
from lineage.events.marks import PERSON_PREFIX
from lineage.storage import tables as t
from lineage.storage.engines import Connection, driver_of, is_sqlite

_PAGE = """
SELECT DISTINCT subject_ref FROM edges
WHERE controller = {text} AND to_kind = 'recipient' AND to_party = {text} AND subject_ref > {blob}
ORDER BY subject_ref LIMIT {number}
"""
_PAGE_ON_SQLITE = _PAGE.format(text="?", blob="?", number="?")
_PAGE_ON_POSTGRESQL = _PAGE.format(text="%t", blob="%b::bytea", number="%s")
"""The index holds all it asks for in the order it asks for: it reads a page and no more."""


def refs_with_edges_to(
    conn: Connection, controller: str, recipient: str, *, after: bytes, limit: int
) -> list[bytes]:
    """Refs, in their order, from ``after`` on, with a hop to the recipient."""
    values = (controller, recipient, after, limit)
    if is_sqlite(conn):
        return [ref for (ref,) in driver_of(conn).execute(_PAGE_ON_SQLITE, values)]
    cursor = driver_of(conn).cursor(binary=True)
    return [ref for (ref,) in cursor.execute(_PAGE_ON_POSTGRESQL, values)]


class Disclosure(NamedTuple):
    """That somebody's data went to a recipient, by a hop of this kind; ``as_kind`` is the kind of
    recipient that the event named, null for none.
    """

    recipient: str
    hop: str
    as_kind: str | None
    deidentified: bool


def disclosures(conn: sa.Connection, controller: str) -> list[Disclosure]:
    """Every way in which data of anybody went to recipients, natural persons left out."""
    e = t.edges.c
    what = (
        sa.select(e.to_party, e.kind, e.recipient_kind, e.deidentified)
        .where(
            e.controller == controller,
            e.to_kind == HolderKind.RECIPIENT.value,
            e.to_party.not_like(f"{PERSON_PREFIX}%"),
        )
        .distinct()
    )
    return [Disclosure(*row) for row in conn.execute(what)]


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
