"""Rebuilding facts in place, a chunk of people at a time, each chunk in a transaction of its own.

Only facts are written: acts are folded like everything else, nothing is planned and nothing sent.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

import sqlalchemy as sa

from lineage.domain.facts import Recorded
from lineage.storage import tables as t
from lineage.storage.accounts import replace_accounts
from lineage.storage.engines import Connection
from lineage.storage.folding import FoldedPerson
from lineage.storage.judged import Judging
from lineage.storage.keyring import CONTROLLER, PERSON
from lineage.storage.policies_used import forget_others, note_all
from lineage.storage.standings import Stand, delete_stands, lock_persons, stand_of, write_stands
from lineage.storage.store import Store

PAUSE_SECONDS = 0.003

CHUNK_PEOPLE = 200
"""Few enough that who waits for one of them, or for SQLite's one writer, waits for milliseconds."""


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did."""

    people: int = 0
    events: int = 0
    edges: int = 0


def rebuild(
    store: Store, progress: Callable[[int, int], None] | None, *, now: Callable[[], int]
) -> Rebuilt:
    """Fold everybody anew from the ledger, while others go on recording.

    ``progress`` is told (refs done, refs in all).
    """
    done, after, rebuilt = 0, b"", Rebuilt()
    store.run(partial(note_all, digest_of=store.digest_of))
    with store.reading() as conn:
        count = sa.select(sa.func.count()).select_from(t.subjects)
        total = conn.execute(count.where(t.subjects.c.kind == PERSON)).scalar_one()
        linked = _linked_refs(conn, store)
    doubtful: dict[bytes, str] = {}
    on_record: int | None = None
    while True:
        began = time.monotonic()
        chunk = store.run(partial(_rebuild_next, store=store, after=after, linked=linked, now=now))
        if not chunk.refs:
            break
        after = max(chunk.refs)
        done += len(chunk.refs)
        doubtful |= chunk.doubtful
        rebuilt.people += chunk.people
        rebuilt.events += chunk.events
        if progress is not None:
            progress(done, total)
        # Long enough for one who waits to be next. If somebody did record meanwhile, it gets as
        # much of the store's time as this does.
        busy = on_record not in (None, chunk.on_record)
        time.sleep(time.monotonic() - began if busy else PAUSE_SECONDS)
        on_record = chunk.on_record
    if doubtful:
        store.run(partial(_settle_doubts, store=store, doubtful=doubtful))
    store.run(_drop_strays)
    store.run(partial(_judge_controllers, store=store, now=now))
    store.run(partial(forget_others, digest_of=store.digest_of))
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


@dataclass(slots=True)
class _Chunk:
    """What was done in one transaction; ``doubtful`` are refs marked as linked for no reason that
    was there when the rebuild began: perhaps somebody has linked them since.
    """

    refs: dict[bytes, str]
    people: int = 0
    events: int = 0
    on_record: int = 0
    """events in the ledger, which says whether others record meanwhile"""
    doubtful: dict[bytes, str] = field(default_factory=dict)


def _rebuild_next(
    conn: Connection,
    *,
    store: Store,
    after: bytes,
    linked: set[bytes],
    now: Callable[[], int],
) -> _Chunk:
    """Fold the next refs anew, under the locks of all whose facts are written."""
    refs = _next_refs(conn, after)
    chunk = _Chunk(refs)
    if not refs:
        return chunk
    chunk.on_record = int(conn.execute(sa.select(sa.func.sum(t.logs.c.size))).scalar() or 0)
    locked = lock_persons(conn, refs).stands
    people, concerned = store.folder.fold_refs(conn, refs)
    while unlocked := {r: name for r, name in concerned.items() if r not in locked}:
        locked = lock_persons(conn, unlocked).stands | locked
        people, concerned = store.folder.fold_refs(conn, refs)
    store.folder.write(conn, concerned, people)
    looked_at = _judge(conn, store, people, now())
    events: dict[bytes, list[Recorded]] = defaultdict(list)
    for person in people:
        for event in person.events:
            if event.ref in refs:
                events[event.ref].append(event)
    replace_accounts(conn, refs, (event for found in events.values() for event in found))
    chunk.people, chunk.events = len(events), sum(map(len, events.values()))
    kept = []
    for ref, controller in refs.items():
        stand = stand_of(locked[ref], events[ref], store.hasher.event_key)
        if ref in linked:
            stand = stand.linked()
        elif locked[ref].is_linked:
            stand = stand.linked()
            chunk.doubtful[ref] = controller
        if stand.standing is not None:
            kept.append(replace(stand, looked_at=_looked(locked[ref], looked_at.get(ref, 0))))
    # Not in their place: whatever a column holds by now, it is written anew.
    delete_stands(conn, refs)
    write_stands(conn, [replace(stand, there=False) for stand in kept])
    return chunk


def _judge(
    conn: Connection, store: Store, people: Iterable[FoldedPerson], now: int
) -> dict[bytes, int]:
    """Judge anew whoever has a policy; gives what was looked at, by ref."""
    if store.verdicts is None:
        return {}
    judging = Judging(store, store.verdicts, conn, now)
    for person in people:
        if store.digest_of(person.controller) is not None:
            judging.person(person.controller, person.refs, person.events)
    return judging.looked_at


def _judge_controllers(conn: Connection, *, store: Store, now: Callable[[], int]) -> None:
    """Judge what the controllers did themselves."""
    if store.verdicts is None:
        return
    c = t.subjects.c
    judging = Judging(store, store.verdicts, conn, now())
    for name in conn.execute(sa.select(c.controller).where(c.kind == CONTROLLER)).scalars():
        if store.digest_of(name) is not None:
            judging.controller(name)


def _looked(before: Stand, now: int) -> int:
    """What was looked at before as well, where that was known: a rebuild changes nothing."""
    return now if before.looked_at < 0 else before.looked_at | now


def _settle_doubts(conn: Connection, *, store: Store, doubtful: dict[bytes, str]) -> None:
    """Take the mark from those whom nobody has linked by now."""
    stands = lock_persons(conn, doubtful).stands
    linked = _linked_refs(conn, store)
    wrong = {ref: controller for ref, controller in doubtful.items() if ref not in linked}
    unmarked: list[Stand] = []
    gone: list[Stand] = []
    for ref, controller in wrong.items():
        events = store.folder.read(conn, controller, [ref], known_at=None)
        stand = stand_of(stands[ref], events, store.hasher.event_key)
        (gone if stand.standing is None else unmarked).append(stand)
    assert set(wrong) <= set(stands)
    write_stands(conn, unmarked)
    delete_stands(conn, [stand.ref for stand in gone])


def _drop_strays(conn: Connection) -> None:
    """Facts of nobody: rows whose subject is no person of the ledger."""
    c = t.subjects.c
    for table in t.FACT_TABLES:
        # Not "not in": where the list does not fit into memory that is read again for each row.
        known = sa.exists().where(c.subject_ref == table.c.subject_ref)
        if table is not t.findings:  # there are some on what a controller did itself
            known = known.where(c.kind == PERSON)
        conn.execute(table.delete().where(~known))
