"""A row per subject that has events: its version, its last moment, and whether it is plain. SQL.

``ver`` counts the recorded events, so it is the version of a plan; ``last_at``, ``last_rank`` and
``plain`` decide whether new events can be folded forward (``lineage.domain.fold.forward``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lineage.domain.facts import Recorded
from lineage.domain.fold.forward import Standing, standing_of
from lineage.storage import tables as t
from lineage.storage.bulk import Lookup, Upsert
from lineage.storage.engines import Connection, is_sqlite

NOTHING = Standing((0, 0), plain=False)
"""Of a ref that others link to and that has no event of its own: it must be folded with them."""

_LATER = (
    "CASE WHEN (excluded.last_at, excluded.last_rank) > (persons.last_at, persons.last_rank)"
    " THEN excluded.{0} ELSE persons.{0} END"
)
_ADD = Upsert(
    t.persons,
    by=["subject_ref"],
    merge={
        "ver": "persons.ver + excluded.ver",
        "last_at": _LATER.format("last_at"),
        "last_rank": _LATER.format("last_rank"),
        "plain": "persons.plain AND excluded.plain",
    },
)


NEW = -(1 << 63)
"""``last_at`` of a row that only holds the place of a person's first event: all are later."""

_STANDINGS = Lookup(
    t.persons,
    ["subject_ref", "last_at", "last_rank", "plain"],
    order='t."subject_ref"',
    lock=True,
)
_PLACES = Upsert(t.persons, by=["subject_ref"])


def lock_persons(conn: Connection, people: Mapping[bytes, str]) -> dict[bytes, Standing]:
    """Lock these refs (ref -> controller) until the transaction ends, sorted, as everybody does.

    Gives the standing of each that has a row. Whoever reads facts of theirs in later statements
    sees what all those wrote who held the lock before. On SQLite the one writer has them all.
    """
    found: dict[bytes, Standing] = {}
    waiting = sorted(people)
    while waiting:
        rows = _STANDINGS.rows(conn, waiting)
        for ref, at, rank, plain in rows:
            found[ref] = Standing((at, rank), bool(plain))
        if is_sqlite(conn):
            break
        # A row that is not there cannot be locked, so it is made; if somebody made it meanwhile,
        # theirs is the one to lock.
        waiting = [ref for ref in waiting if ref not in found]
        places = [(ref, people[ref], 0, NEW, 0, True) for ref in waiting]
        if _PLACES.run(conn, places) == len(places):
            break
    return {ref: standing for ref, standing in found.items() if standing.last[0] != NEW}


def add_events(conn: Connection, events: Sequence[Recorded], controllers: dict[bytes, str]) -> None:
    """Count newly recorded events; ``controllers`` gives each ref's controller."""
    write_rows(conn, rows_of(events, controllers))


def write_rows(conn: Connection, rows: Iterable[tuple[bytes, str, int, Standing]]) -> None:
    """Add rows of ``rows_of`` to those that stand."""
    values = [
        (ref, controller, count, *standing.last, standing.plain)
        for ref, controller, count, standing in rows
    ]
    if values:
        _ADD.run(conn, values)


def rows_of(
    events: Iterable[Recorded], controllers: dict[bytes, str]
) -> list[tuple[bytes, str, int, Standing]]:
    """(ref, controller, events, standing) of each ref that has events or is linked to by one."""
    own: dict[bytes, list[Recorded]] = {}
    linked: dict[bytes, str] = {}
    for event in events:
        own.setdefault(event.ref, []).append(event)
        if event.linked_ref is not None:
            linked[event.linked_ref] = controllers[event.ref]
    rows = [
        (
            ref,
            controllers[ref],
            len(found),
            _with_links(standing_of(found), is_linked=ref in linked),
        )
        for ref, found in own.items()
    ]
    rows += [(ref, name, 0, NOTHING) for ref, name in linked.items() if ref not in own]
    return sorted(rows, key=lambda row: row[0])


def _with_links(standing: Standing, *, is_linked: bool) -> Standing:
    return Standing(standing.last, standing.plain and not is_linked)
