"""One person's folded facts: written anew when it was folded whole, read back as they were. SQL."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from lineage.domain.facts import Edge, Erasure, Facts, Holder
from lineage.domain.fold.hop_keys import edge_key
from lineage.domain.fold.onward import Step
from lineage.storage import tables as t
from lineage.storage.bulk import Delete, Insert, Lookup, Row, Update, Upsert
from lineage.storage.engines import Connection
from lineage.storage.fact_rows import (
    change_of,
    change_row,
    edge_of,
    edge_row,
    erasure_of,
    erasure_row,
    grown_edge,
    link_rows,
    notice_of,
    notice_row,
    request_of,
    request_row,
)

WRITTEN = (t.edges, t.erasures, t.changes, t.requests, t.notices, t.links)
_DELETE = {table: Delete(table) for table in WRITTEN}
_INSERT = {table: Insert(table) for table in WRITTEN}
_READ = {
    table: Lookup(table, order=", ".join(f't."{c.name}"' for c in table.primary_key))
    for table in WRITTEN
}
_READ_TO = {
    t.edges: Lookup(t.edges, where="t.to_kind = %s AND t.to_party = %s"),
    t.erasures: Lookup(t.erasures, where="t.holder_kind = %s AND t.holder = %s"),
}

EDGE = ("subject_ref", "edge_key")
OUT = ("subject_ref", "event_key", "holder_kind", "holder", "category")
CHANGE = ("subject_ref", "event_key")

_GROW_EDGES = Update(t.edges, ("first_at", "last_at", "event_count", "spans"), by=EDGE)
"""A hop's key holds all that makes it distinct; the rest is what it grew to."""

_MERGE_OUTS = Upsert(t.erasures, by=OUT, merge={"started": "excluded.started"})
_DELETE_EDGES = Delete(t.edges, by=EDGE)
_DELETE_OUTS = Delete(t.erasures, by=OUT)
_DELETE_CHANGES = Delete(t.changes, by=CHANGE)


def write_facts(
    conn: Connection, refs: Iterable[bytes], found: Sequence[tuple[str, Facts]]
) -> None:
    """Replace the facts of these refs by what was folded, per controller and person."""
    concerned = [(ref,) for ref in sorted(refs)]
    for table in WRITTEN:
        _DELETE[table].run(conn, concerned)
    rows: dict[object, list[Row]] = {table: [] for table in WRITTEN}
    for controller, facts in found:
        rows[t.edges] += (edge_row(controller, edge) for edge in facts.edges)
        rows[t.erasures] += (erasure_row(erasure) for erasure in facts.erasures)
        rows[t.changes] += (change_row(change) for change in facts.changes)
        rows[t.requests] += (request_row(controller, request) for request in facts.requests)
        rows[t.notices] += (notice_row(controller, notice) for notice in facts.notices)
        rows[t.links] += link_rows(facts)
    for table in WRITTEN:
        _INSERT[table].run(conn, rows[table])


def write_steps(
    conn: Connection,
    steps: Sequence[tuple[str, Step]],
    there: Container[tuple[bytes, bytes]],
) -> None:
    """Write what new events added to stored facts, per controller and person.

    ``there`` tells which edges, by (ref, edge key), have a row already.
    """
    gone = [step.gone for _, step in steps if step.gone is not None]
    _DELETE_EDGES.run(conn, [key for one in gone for key in one.edges])
    _DELETE_OUTS.run(
        conn,
        [(*key, h.kind.value, h.name, cat) for one in gone for *key, h, cat in one.erasures],
    )
    _DELETE_CHANGES.run(conn, [key for one in gone for key in one.changes])
    grown, new = [], []
    for controller, step in steps:
        for edge in step.edges:
            if (edge.ref, edge_key(edge.hop)) in there:
                grown.append(grown_edge(edge))
            else:
                new.append(edge_row(controller, edge))
    _GROW_EDGES.run(conn, grown)
    _INSERT[t.edges].run(conn, new)
    _MERGE_OUTS.run(conn, [erasure_row(out) for _, step in steps for out in step.erasures])
    _INSERT[t.changes].run(conn, [change_row(x) for _, step in steps for x in step.changes])


def read_facts(conn: Connection, refs: Sequence[bytes]) -> Facts:
    """The stored facts of one person (all its linked refs), in five statements."""
    return Facts(
        edges=tuple(map(edge_of, _READ[t.edges].rows(conn, refs))),
        erasures=tuple(map(erasure_of, _READ[t.erasures].rows(conn, refs))),
        changes=tuple(map(change_of, _READ[t.changes].rows(conn, refs))),
        requests=tuple(map(request_of, _READ[t.requests].rows(conn, refs))),
        notices=tuple(map(notice_of, _READ[t.notices].rows(conn, refs))),
    )


def read_holding_facts(
    conn: Connection, refs: Sequence[bytes], holder: Holder
) -> dict[bytes, Facts]:
    """By ref, what one holder's holdings derive from: its edges and erasures."""
    named = {"kind": holder.kind.value, "name": holder.name}
    found: dict[bytes, tuple[list[Edge], list[Erasure]]] = {}
    for row in _READ_TO[t.edges].rows(conn, refs, **named):
        found.setdefault(row.subject_ref, ([], []))[0].append(edge_of(row))
    for row in _READ_TO[t.erasures].rows(conn, refs, **named):
        found.setdefault(row.subject_ref, ([], []))[1].append(erasure_of(row))
    return {ref: Facts(tuple(came), tuple(gone)) for ref, (came, gone) in found.items()}
