"""A row per subject that has events: its version, its standing, and the lock of its person. SQL.

``ver`` counts the recorded events, so it is the version of a plan; the standing decides whether new
events can be folded onto what is stored (``lineage.domain.fold.standing``). Whoever records about a
person, or plans for it, holds the lock of its rows until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lineage.domain.facts import Recorded
from lineage.domain.fold.standing import LINKED, LINKED_TO, KeyOf, Standing, standing_of
from lineage.storage import tables as t
from lineage.storage.bulk import ROW_LOCK, Delete, Insert, Lookup, Row, Update, Upsert
from lineage.storage.engines import AnyRow, Connection, is_sqlite
from lineage.storage.persons import linked_refs

UNKNOWN = 16
"""Mark of a standing that nobody has worked out yet: who has it is folded whole until a rebuild."""

NEVER = -(1 << 63)
"""``last_at`` of a row that only holds the place of a person's first event: all are later."""

PLACE = (NEVER, 0, 0, None, None, b"", 0, 0, 0, 0)

_ROWS = Lookup(t.persons, order='t."subject_ref"', lock=ROW_LOCK)
_PLACES = Upsert(t.persons, by=["subject_ref"])
_INSERT = Insert(t.persons)
_UPDATE = Update(
    t.persons,
    [c.name for c in t.persons.columns if c.name not in {"subject_ref", "controller"}],
    by=["subject_ref"],
)
_DELETE = Delete(t.persons)


@dataclass(frozen=True, slots=True)
class Stand:
    """The row of one ref. ``standing`` is None where it has no event and nobody links to it;
    ``recorded_at`` and ``log`` say when and where its newest event was recorded.
    """

    ref: bytes
    controller: str
    ver: int
    standing: Standing | None
    recorded_at: int
    log: int
    there: bool = True
    """whether it has a row"""
    looked_at: int = 0
    """what judgements of its events looked at, as bits of ``circumstances``"""

    @property
    def is_linked(self) -> bool:
        """Whether it is marked as one that may be one of several refs of its person."""
        return self.standing is not None and bool(self.standing.marks & LINKED)

    def linked(self) -> Stand:
        """The same with the mark of one that others link to."""
        standing = LINKED_TO if self.standing is None else self.standing.merged(LINKED_TO)
        return replace(self, standing=standing)

    def row(self) -> Row:
        """As a row of ``persons``."""
        if self.standing is None:
            return (self.ref, self.controller, self.ver, *PLACE)
        at, rank = self.standing.last
        return (
            self.ref,
            self.controller,
            self.ver,
            at,
            rank,
            self.standing.marks,
            self.standing.took_all_at,
            self.standing.cleared_at,
            b"".join(self.standing.retracted),
            self.recorded_at,
            self.log,
            self.standing.on_record,
            self.looked_at,
        )


def _stand(row: AnyRow) -> Stand:
    ref, controller, ver, at, rank, marks, took_all_at, cleared_at, keys, *newest = row
    recorded_at, log, on_record, looked_at = newest
    standing = None
    if at != NEVER:
        size = t.REF_BYTES
        retracted = tuple(keys[n : n + size] for n in range(0, len(keys), size)) if keys else ()
        standing = Standing((at, rank), marks, took_all_at, cleared_at, retracted, on_record)
    return Stand(ref, controller, ver, standing, recorded_at, log, looked_at=looked_at)


def stand_of(before: Stand, events: Sequence[Recorded], key_of: KeyOf) -> Stand:
    """The row of a ref by all of its events, in the place of the one before."""
    if not events:
        return replace(before, ver=0, standing=None, recorded_at=0, log=0)
    newest = max(events, key=lambda event: (event.recorded_at, event.log, event.position))
    standing = standing_of(events, key_of=key_of)
    return replace(
        before,
        ver=len(events),
        standing=standing,
        recorded_at=newest.recorded_at,
        log=newest.log,
    )


@dataclass(frozen=True, slots=True)
class Locked:
    """Who is locked: the rows by ref, and for each ref that is linked all refs of its person."""

    stands: dict[bytes, Stand]
    linked: dict[bytes, frozenset[bytes]]

    def person_of(self, ref: bytes) -> frozenset[bytes]:
        """All refs of a ref's person, as stored links say."""
        return self.linked.get(ref) or frozenset((ref,))


def lock_persons(
    conn: Connection, people: Mapping[bytes, str], *, new: Container[bytes] = ()
) -> Locked:
    """Lock the persons of these refs (ref -> controller), with all refs that are linked to them.

    Sorted, as everybody does. Who reads facts of theirs in later statements sees what all those
    wrote who held the lock before. On SQLite the one writer holds them all. Refs that are ``new``
    are of subjects that this transaction made: who else wants them waits for it already.
    """
    stands = {ref: _nobody(ref, name) for ref, name in people.items() if ref in new}
    stands |= _lock(conn, {ref: name for ref, name in people.items() if ref not in stands})
    linked: dict[bytes, frozenset[bytes]] = {}
    # Who is linked is marked; and nobody changes its links without the lock that we hold.
    joined = [ref for ref, stand in stands.items() if may_be_linked(stand.standing)]
    if joined:
        connected, links = linked_refs(conn, joined)
        next_to: dict[bytes, set[bytes]] = {ref: {ref} for ref in connected}
        for ref, other in links:
            group = next_to[ref] | next_to[other]
            next_to |= dict.fromkeys(group, group)
        controller_of = {
            other: people[ref] for ref in joined for other in next_to[ref] if other not in people
        }
        stands |= _lock(conn, controller_of)
        linked = {ref: frozenset(group) for ref, group in next_to.items() if len(group) > 1}
    return Locked(stands, linked)


def may_be_linked(standing: Standing | None) -> bool:
    """Whether a ref may be one of several of its person."""
    return standing is not None and bool(standing.marks & (LINKED | UNKNOWN))


def _lock(conn: Connection, people: Mapping[bytes, str]) -> dict[bytes, Stand]:
    found: dict[bytes, Stand] = {}
    waiting = sorted(people)
    while waiting:
        found |= {row.subject_ref: _stand(row) for row in _ROWS.rows(conn, waiting)}
        waiting = [ref for ref in waiting if ref not in found]
        places = [_nobody(ref, people[ref]) for ref in waiting]
        if is_sqlite(conn):
            return found | {place.ref: place for place in places}
        # A row that is not there cannot be locked, so it is made; if somebody made it meanwhile,
        # theirs is the one to lock.
        if _PLACES.count(conn, [place.row() for place in places]) == len(places):
            return found | {place.ref: replace(place, there=True) for place in places}
    return found


def _nobody(ref: bytes, controller: str) -> Stand:
    return Stand(ref, controller, 0, None, 0, 0, there=False)


def keep_looked_at(
    conn: Connection, stands: Iterable[Stand], looked_at: Mapping[bytes, int]
) -> None:
    """Write what judging these anew looked at; nothing else of them changes."""
    write_stands(
        conn,
        [
            replace(stand, looked_at=looked_at[stand.ref])
            for stand in stands
            if stand.standing is not None and stand.ref in looked_at
        ],
    )


def write_stands(conn: Connection, stands: Iterable[Stand]) -> None:
    """Write these rows, in the place of those that are there."""
    rows = [(stand.there, stand.row()) for stand in stands]
    _INSERT.run(conn, [row for there, row in rows if not there])
    _UPDATE.run(conn, [(row[0], *row[2:]) for there, row in rows if there])


def delete_stands(conn: Connection, refs: Iterable[bytes]) -> None:
    """Remove the rows of refs that have none to have."""
    _DELETE.run(conn, [(ref,) for ref in refs])
