"""Rebuilding facts in place, a chunk of people at a time, each chunk in a transaction of its own.

Only facts are written: acts are folded like everything else, nothing is planned and nothing sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from lineage.domain.facts import Recorded
from lineage.domain.fold.forward import Standing
from lineage.storage import tables as t
from lineage.storage.bulk import Delete
from lineage.storage.engines import Connection
from lineage.storage.keyring import PERSON
from lineage.storage.standings import NOTHING, lock_persons, rows_of, write_rows
from lineage.storage.store import Store

CHUNK_PEOPLE = 500

_DELETE = Delete(t.persons)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did."""

    people: int = 0
    events: int = 0
    edges: int = 0


def rebuild(store: Store, progress: Callable[[int, int], None] | None) -> Rebuilt:
    """Fold everybody anew from the ledger. ``progress`` is told (refs done, refs in all)."""
    done, after, rebuilt = 0, b"", Rebuilt()
    with store.reading() as conn:
        count = sa.select(sa.func.count()).select_from(t.subjects)
        total = conn.execute(count.where(t.subjects.c.kind == PERSON)).scalar_one()
        linked = _linked_refs(conn, store)
    while True:
        work = partial(_rebuild_next, store=store, after=after, linked=linked)
        refs, events = store.run(work)
        if not refs:
            break
        after = max(refs)
        done += len(refs)
        rebuilt.people += len({event.ref for event in events})
        rebuilt.events += len(events)
        if progress is not None:
            progress(done, total)
    store.run(_drop_strays)
    with store.reading() as conn:
        rebuilt.edges = conn.execute(sa.select(sa.func.count()).select_from(t.edges)).scalar_one()
    return rebuilt


def _linked_refs(conn: Connection, store: Store) -> set[bytes]:
    """Refs that others ever linked to: they are never folded by themselves."""
    controllers = conn.execute(sa.select(t.subjects.c.controller).distinct()).scalars().all()
    return {other for name in controllers for _, other in store.folder.links_on_record(conn, name)}


def _next_refs(conn: Connection, after: bytes) -> dict[bytes, str]:
    c = t.subjects.c
    what = sa.select(c.subject_ref, c.controller).where(c.kind == PERSON, c.subject_ref > after)
    rows = conn.execute(what.order_by(c.subject_ref).limit(CHUNK_PEOPLE))
    return dict(rows.all())


def _rebuild_next(
    conn: Connection, *, store: Store, after: bytes, linked: set[bytes]
) -> tuple[dict[bytes, str], list[Recorded]]:
    """Fold the next refs anew, under their locks; gives them and their events."""
    refs = _next_refs(conn, after)
    if not refs:
        return {}, []
    lock_persons(conn, refs)
    people, concerned = store.folder.fold_refs(conn, refs)
    store.folder.write(conn, concerned, people)
    events = [event for person in people for event in person.events if event.ref in refs]
    rows = {ref: (ref, name, n, standing) for ref, name, n, standing in rows_of(events, refs)}
    for ref in linked & set(refs):
        _, name, n, standing = rows.get(ref, (ref, refs[ref], 0, NOTHING))
        rows[ref] = (ref, name, n, Standing(standing.last, plain=False))
    _DELETE.run(conn, sorted(refs))
    write_rows(conn, [row for ref, row in rows.items() if ref in refs])
    return refs, events


def _drop_strays(conn: Connection) -> None:
    """Facts of nobody: rows whose subject is no person of the ledger."""
    known = sa.select(t.subjects.c.subject_ref).where(t.subjects.c.kind == PERSON)
    for table in t.FACT_TABLES:
        conn.execute(table.delete().where(table.c.subject_ref.not_in(known)))
