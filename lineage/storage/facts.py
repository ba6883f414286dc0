"""Folded facts as rows: written anew for each person that was folded, read back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import blake2b

from pydantic_core import from_json, to_json

from lineage.domain.facts import (
    Change,
    Edge,
    Erasure,
    Facts,
    Holder,
    HolderKind,
    Hop,
    Notice,
    NoticeState,
    Request,
    Span,
)
from lineage.domain.fold.forward import Step
from lineage.storage import tables as t
from lineage.storage.bulk import Delete, Insert, Lookup, Row, Upsert
from lineage.storage.engines import AnyRow, Connection

GROWN = ("first_at", "last_at", "event_count", "spans")
_MERGE_EDGES = Upsert(
    t.edges, by=["subject_ref", "edge_key"], merge={name: f"excluded.{name}" for name in GROWN}
)
"""A hop's key holds all that makes it distinct; folding forward only ever adds to it."""

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


def write_facts(
    conn: Connection, refs: Iterable[bytes], found: Sequence[tuple[str, Facts]]
) -> None:
    """Replace the facts of these refs by what was folded, per controller and person."""
    concerned = sorted(refs)
    if concerned:
        for table in WRITTEN:
            _DELETE[table].run(conn, concerned)
    rows: dict[object, list[Row]] = {table: [] for table in WRITTEN}
    for controller, facts in found:
        rows[t.edges] += (_edge_row(controller, edge) for edge in facts.edges)
        rows[t.erasures] += (_erasure_row(erasure) for erasure in facts.erasures)
        rows[t.changes] += (_change_row(change) for change in facts.changes)
        rows[t.requests] += (_request_row(controller, request) for request in facts.requests)
        rows[t.notices] += (_notice_row(controller, notice) for notice in facts.notices)
        rows[t.links] += _link_rows(facts)
    for table in WRITTEN:
        _INSERT[table].run(conn, rows[table])


def write_steps(conn: Connection, steps: Iterable[tuple[str, Step]]) -> None:
    """Write what folding forward added: edges new or changed, outs, changes."""
    edges, erasures, changes = [], [], []
    for controller, step in steps:
        edges += [_edge_row(controller, edge) for edge in step.edges]
        erasures += [_erasure_row(erasure) for erasure in step.erasures]
        changes += [_change_row(change) for change in step.changes]
    _MERGE_EDGES.run(conn, edges)
    _INSERT[t.erasures].run(conn, erasures)
    _INSERT[t.changes].run(conn, changes)


class StoredEdges:
    """One ref's edges as rows, made into edges only for the holders that are asked for."""

    def __init__(self) -> None:
        """Begin with none."""
        self._rows: dict[tuple[str, str], list[AnyRow]] = {}

    def add(self, row: AnyRow) -> None:
        """Take one row up."""
        self._rows.setdefault((row.to_kind, row.to_party), []).append(row)

    def to(self, holder: Holder) -> list[Edge]:
        """The edges to a holder."""
        return [_edge(row) for row in self._rows.get((holder.kind.value, holder.name), ())]


NO_EDGES = StoredEdges()


def read_edges(conn: Connection, refs: Sequence[bytes]) -> dict[bytes, StoredEdges]:
    """The stored edges of each ref that has any."""
    found: dict[bytes, StoredEdges] = {}
    for row in _READ[t.edges].rows(conn, refs):
        found.setdefault(row.subject_ref, StoredEdges()).add(row)
    return found


def read_facts(conn: Connection, refs: Sequence[bytes]) -> Facts:
    """The stored facts of one person (all its linked refs), in five statements."""
    return Facts(
        edges=tuple(_edge(row) for row in _READ[t.edges].rows(conn, refs)),
        erasures=tuple(_erasure(row) for row in _READ[t.erasures].rows(conn, refs)),
        changes=tuple(_change(row) for row in _READ[t.changes].rows(conn, refs)),
        requests=tuple(_request(row) for row in _READ[t.requests].rows(conn, refs)),
        notices=tuple(_notice(row) for row in _READ[t.notices].rows(conn, refs)),
    )


def read_holding_facts(
    conn: Connection, refs: Sequence[bytes], holder: Holder
) -> dict[bytes, Facts]:
    """By ref, what one holder's holdings derive from: its edges and erasures."""
    named = {"kind": holder.kind.value, "name": holder.name}
    found: dict[bytes, tuple[list[Edge], list[Erasure]]] = {}
    for row in _READ_TO[t.edges].rows(conn, refs, **named):
        found.setdefault(row.subject_ref, ([], []))[0].append(_edge(row))
    for row in _READ_TO[t.erasures].rows(conn, refs, **named):
        found.setdefault(row.subject_ref, ([], []))[1].append(_erasure(row))
    return {ref: Facts(tuple(came), tuple(gone)) for ref, (came, gone) in found.items()}


def _json(value: object) -> str:
    """Compact JSON; whoever calls it gives the members in order."""
    return to_json(value).decode()


def edge_key(hop: Hop) -> bytes:
    """The key of a hop under its person: 16 bytes over all that makes it distinct."""
    parts = [
        hop.kind,
        hop.from_party,
        hop.to.kind,
        hop.to.name,
        hop.recipient_kind,
        hop.unnamed_kind,
        hop.purpose,
        hop.legal_basis,
        hop.functions,
        hop.region,
        hop.source_kind,
        hop.deidentified,
        hop.policy_version,
    ]
    return blake2b(_json(parts).encode(), digest_size=t.REF_BYTES).digest()


def _edge_row(controller: str, edge: Edge) -> Row:
    hop = edge.hop
    return (
        edge.ref,
        edge_key(hop),
        controller,
        hop.kind,
        hop.from_party,
        str(hop.to.kind),
        hop.to.name,
        hop.recipient_kind,
        hop.unnamed_kind,
        hop.purpose,
        hop.legal_basis,
        _json(hop.functions),
        hop.region,
        hop.source_kind,
        hop.deidentified,
        hop.policy_version,
        edge.first,
        edge.last,
        edge.count,
        _json({c: [s.since, s.last, s.rank, s.first, s.count] for c, s in edge.spans.items()}),
    )


def _edge(row: AnyRow) -> Edge:
    hop = Hop(
        kind=row.kind,
        from_party=row.from_party,
        to=Holder(HolderKind(row.to_kind), row.to_party),
        recipient_kind=row.recipient_kind,
        unnamed_kind=row.unnamed_kind,
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        functions=tuple(from_json(row.functions)),
        region=row.region,
        source_kind=row.source_kind,
        deidentified=bool(row.deidentified),
        policy_version=row.policy_version,
    )
    spans = {category: Span(*parts) for category, parts in from_json(row.spans).items()}
    return Edge(row.subject_ref, hop, row.first_at, row.last_at, row.event_count, spans)


def _erasure_row(erasure: Erasure) -> Row:
    return (
        erasure.ref,
        erasure.key,
        str(erasure.holder.kind),
        erasure.holder.name,
        erasure.category,
        erasure.kind,
        erasure.at,
        erasure.rank,
        erasure.started,
    )


def _erasure(row: AnyRow) -> Erasure:
    holder = Holder(HolderKind(row.holder_kind), row.holder)
    return Erasure(
        row.subject_ref,
        row.event_key,
        holder,
        row.category,
        row.kind,
        row.at,
        row.rank,
        row.started,
    )


def _change_row(change: Change) -> Row:
    return (
        change.ref,
        change.key,
        change.kind,
        change.party,
        _json(change.categories),
        change.at,
        change.purpose_from,
        change.purpose_to,
    )


def _change(row: AnyRow) -> Change:
    categories = tuple(from_json(row.categories))
    return Change(
        row.subject_ref,
        row.event_key,
        row.kind,
        row.party,
        categories,
        row.at,
        row.purpose_from,
        row.purpose_to,
    )


def _request_row(controller: str, request: Request) -> Row:
    return (
        controller,
        request.request_id,
        request.ref,
        request.right,
        request.received_at,
        None if request.categories is None else _json(request.categories),
        request.decided_at,
        request.decided_recorded_at,
        request.decided_position,
        request.outcome,
        request.ground,
        _json(request.held),
        request.withdrawn_at,
    )


def _request(row: AnyRow) -> Request:
    return Request(
        ref=row.subject_ref,
        request_id=row.request_id,
        right=row.right,
        received_at=row.received_at,
        categories=None if row.categories is None else tuple(from_json(row.categories)),
        decided_at=row.decided_at,
        decided_recorded_at=row.decided_recorded_at,
        decided_position=row.decided_position,
        outcome=row.outcome,
        ground=row.ground,
        held=tuple(from_json(row.held)),
        withdrawn_at=row.withdrawn_at,
    )


def _notice_row(controller: str, notice: Notice) -> Row:
    return (
        notice.notice_id,
        controller,
        notice.request_id,
        notice.ref,
        notice.recipient,
        _json(notice.categories),
        notice.duty,
        notice.rule,
        notice.send_by.isoformat(),
        None if notice.erase_by is None else notice.erase_by.isoformat(),
        notice.round,
        notice.supplementary,
        str(notice.state),
        notice.planned_at,
        notice.sent_at,
        notice.answered_at,
        notice.strength,
        _json(notice.erased),
        _json(notice.declined),
    )


def _notice(row: AnyRow) -> Notice:
    return Notice(
        ref=row.subject_ref,
        notice_id=row.notice_id,
        request_id=row.request_id,
        recipient=row.recipient,
        categories=tuple(from_json(row.categories)),
        duty=row.duty,
        rule=row.rule,
        send_by=date.fromisoformat(row.send_by),
        erase_by=None if row.erase_by is None else date.fromisoformat(row.erase_by),
        round=row.round,
        supplementary=bool(row.supplementary),
        state=NoticeState(row.state),
        planned_at=row.planned_at,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        strength=row.strength,
        erased=tuple(from_json(row.erased)),
        declined=tuple((category, at) for category, at in from_json(row.declined)),
    )


def _link_rows(facts: Facts) -> list[Row]:
    rows: set[tuple[bytes, bytes, bool]] = set()
    for ref, other in facts.links:
        if ref != other:
            rows |= {(ref, other, True), (other, ref, False)}
    return sorted(rows)
