"""A row per subject that has events: its version, its standing, and the lock of its person. SQL.

``ver`` counts the recorded events, so it is the version of a plan; the standing decides whether new
events can be folded onto what is stored (``lineage.domain.fold.standing``). Whoever records about a
person, or plans for it, holds the lock of its rows until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lineage.domain.facts import Recorded
from lineage.domain.fold.standing import LINKED, LINKED_TO, KeyOf, Standing, standing_of
from lineage.storage import tables as t
from lineage.storage.bulk import Delete, Lookup, Row, Upsert
from lineage.storage.engines import AnyRow, Connection, is_sqlite
from lineage.storage.persons import linked_refs

UNKNOWN = 16
"""Mark of a standing that nobody has worked out yet: who has it is folded whole until a rebuild."""

NEVER = -(1 << 63)
"""``last_at`` of a row that only holds the place of a person's first event: all are later."""

PLACE = (NEVER, 0, 0, None, None, b"", 0, 0)

_ROWS = Lookup(t.persons, order='t."subject_ref"', lock=True)
_PLACES = Upsert(t.persons, by=["subject_ref"])
_WRITE = Upsert(
    t.persons,
    by=["subject_ref"],
    merge={
        column.name: f"excluded.{column.name}"
        for column in t.persons.columns
        if column.name not in {"subject_ref", "controller"}
    },
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
        )


def _stand(row: AnyRow) -> Stand:
    ref, controller, ver, at, rank, marks, took_all_at, cleared_at, keys, recorded_at, log = row
    standing = None
    if at != NEVER:
        size = t.REF_BYTES
        retracted = tuple(keys[n : n + size] for n in range(0, len(keys), size)) if keys else ()
        standing = Standing((at, rank), marks, took_all_at, cleared_at, retracted)
    return Stand(ref, controller, ver, standing, recorded_at, log)


def stand_of(ref: bytes, controller: str, events: Sequence[Recorded], key_of: KeyOf) -> Stand:
    """The row of a ref by all of its events."""
    if not events:
        return Stand(ref, controller, 0, None, 0, 0)
    newest = max(events, key=lambda event: (event.recorded_at, event.log, event.position))
    standing = standing_of(events, key_of=key_of)
    return Stand(ref, controller, len(events), standing, newest.recorded_at, newest.log)


@dataclass(frozen=True, slots=True)
class Locked:
    """Who is locked: the rows by ref, and for each ref that is linked all refs of its person."""

    stands: dict[bytes, Stand]
    linked: dict[bytes, frozenset[bytes]]

    def person_of(self, ref: bytes) -> frozenset[bytes]:
        """All refs of a ref's person, as stored links say."""
        return self.linked.get(ref) or frozenset((ref,))


def lock_persons(conn: Connection, people: Mapping[bytes, str]) -> Locked:
    """Lock the persons of these refs (ref -> controller), with all refs that are linked to them.

    Sorted, as everybody does. Who reads facts of theirs in later statements sees what all those
    wrote who held the lock before. On SQLite the one writer holds them all.
    """
    stands = _lock(conn, people)
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
        # A row that is not there cannot be locked, so it is made; if somebody made it meanwhile,
        # theirs is the one to lock.
        places = [Stand(ref, people[ref], 0, None, 0, 0) for ref in waiting]
        if is_sqlite(conn) or _PLACES.run(conn, [p.row() for p in places]) == len(places):
            return found | {place.ref: place for place in places}
    return found


def write_stands(conn: Connection, stands: Iterable[Stand]) -> None:
    """Write these rows in the place of what there is."""
    _WRITE.run(conn, [stand.row() for stand in stands])


def delete_stands(conn: Connection, refs: Iterable[bytes]) -> None:
    """Remove the rows of refs that have none to have."""
    _DELETE.run(conn, [(ref,) for ref in refs])
