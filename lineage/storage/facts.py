"""Folded facts as rows: written anew for each person that was folded, read back as they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import blake2b

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy.dialects.sqlite import insert

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
from lineage.storage.engine import PARAMETERS_MAX, AnyRow, chunks

_INSERT_EDGES = insert(t.edges)
_UPSERT_EDGES = _INSERT_EDGES.on_conflict_do_update(
    index_elements=["subject_ref", "edge_key"],
    set_={name: _INSERT_EDGES.excluded[name] for name in ("last_at", "event_count", "spans")},
)
"""A hop's key holds all that makes it distinct; folding forward only ever adds to it."""

WRITTEN = (t.edges, t.erasures, t.changes, t.requests, t.notices, t.links)


def write_facts(
    conn: sa.Connection, refs: Iterable[bytes], found: Sequence[tuple[str, Facts]]
) -> None:
    """Replace the facts of these refs by what was folded, per controller and person."""
    for part in chunks(sorted(refs), PARAMETERS_MAX):
        for table in WRITTEN:
            conn.execute(table.delete().where(table.c.subject_ref.in_(part)))
    rows: dict[sa.Table, list[dict[str, object]]] = {table: [] for table in WRITTEN}
    for controller, facts in found:
        rows[t.edges] += (_edge_row(controller, edge) for edge in facts.edges)
        rows[t.erasures] += (_erasure_row(erasure) for erasure in facts.erasures)
        rows[t.changes] += (_change_row(change) for change in facts.changes)
        rows[t.requests] += (_request_row(controller, request) for request in facts.requests)
        rows[t.notices] += (_notice_row(controller, notice) for notice in facts.notices)
        rows[t.links] += _link_rows(facts)
    for table, values in rows.items():
        if values:
            conn.execute(table.insert(), values)


def write_steps(conn: sa.Connection, steps: Iterable[tuple[str, Step]]) -> None:
    """Write what folding forward added: edges new or changed, outs, changes."""
    edges, erasures, changes = [], [], []
    for controller, step in steps:
        edges += [_edge_row(controller, edge) for edge in step.edges]
        erasures += [_erasure_row(erasure) for erasure in step.erasures]
        changes += [_change_row(change) for change in step.changes]
    if edges:
        conn.execute(_UPSERT_EDGES, edges)
    if erasures:
        conn.execute(t.erasures.insert(), erasures)
    if changes:
        conn.execute(t.changes.insert(), changes)


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


def read_edges(conn: sa.Connection, refs: Sequence[bytes]) -> dict[bytes, StoredEdges]:
    """The stored edges of each ref that has any."""
    found: dict[bytes, StoredEdges] = {}
    for part in chunks(list(refs), PARAMETERS_MAX):
        for row in _rows(conn, t.edges, part):
            found.setdefault(row.subject_ref, StoredEdges()).add(row)
    return found


def read_facts(conn: sa.Connection, refs: Sequence[bytes]) -> Facts:
    """The stored facts of one person (all its linked refs), in five statements."""
    return Facts(
        edges=tuple(_edge(row) for row in _rows(conn, t.edges, refs)),
        erasures=tuple(_erasure(row) for row in _rows(conn, t.erasures, refs)),
        changes=tuple(_change(row) for row in _rows(conn, t.changes, refs)),
        requests=tuple(_request(row) for row in _rows(conn, t.requests, refs)),
        notices=tuple(_notice(row) for row in _rows(conn, t.notices, refs)),
    )


def read_holding_facts(
    conn: sa.Connection, refs: Sequence[bytes], holder: Holder
) -> dict[bytes, Facts]:
    """By ref, what one holder's holdings derive from: its edges and erasures."""
    e, o = t.edges.c, t.erasures.c
    edges = sa.select(t.edges).where(
        e.subject_ref.in_(refs), e.to_kind == holder.kind.value, e.to_party == holder.name
    )
    erasures = sa.select(t.erasures).where(
        o.subject_ref.in_(refs), o.holder_kind == holder.kind.value, o.holder == holder.name
    )
    found: dict[bytes, tuple[list[Edge], list[Erasure]]] = {}
    for row in conn.execute(edges):
        found.setdefault(row.subject_ref, ([], []))[0].append(_edge(row))
    for row in conn.execute(erasures):
        found.setdefault(row.subject_ref, ([], []))[1].append(_erasure(row))
    return {ref: Facts(tuple(came), tuple(gone)) for ref, (came, gone) in found.items()}


def _rows(conn: sa.Connection, table: sa.Table, refs: Sequence[bytes]) -> Sequence[AnyRow]:
    return conn.execute(sa.select(table).where(table.c.subject_ref.in_(refs))).all()


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


def _edge_row(controller: str, edge: Edge) -> dict[str, object]:
    hop = edge.hop
    return {
        "subject_ref": edge.ref,
        "edge_key": edge_key(hop),
        "controller": controller,
        "kind": hop.kind,
        "from_party": hop.from_party,
        "to_kind": str(hop.to.kind),
        "to_party": hop.to.name,
        "recipient_kind": hop.recipient_kind,
        "unnamed_kind": hop.unnamed_kind,
        "purpose": hop.purpose,
        "legal_basis": hop.legal_basis,
        "functions": _json(hop.functions),
        "region": hop.region,
        "source_kind": hop.source_kind,
        "deidentified": hop.deidentified,
        "policy_version": hop.policy_version,
        "first_at": edge.first,
        "last_at": edge.last,
        "event_count": edge.count,
        "spans": _json(
            {c: [s.since, s.last, s.rank, s.first, s.count] for c, s in edge.spans.items()}
        ),
    }


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


def _erasure_row(erasure: Erasure) -> dict[str, object]:
    return {
        "subject_ref": erasure.ref,
        "event_key": erasure.key,
        "holder_kind": str(erasure.holder.kind),
        "holder": erasure.holder.name,
        "category": erasure.category,
        "kind": erasure.kind,
        "at": erasure.at,
        "rank": erasure.rank,
        "started": erasure.started,
    }


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


def _change_row(change: Change) -> dict[str, object]:
    return {
        "subject_ref": change.ref,
        "event_key": change.key,
        "kind": change.kind,
        "party": change.party,
        "categories": _json(change.categories),
        "at": change.at,
        "purpose_from": change.purpose_from,
        "purpose_to": change.purpose_to,
    }


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


def _request_row(controller: str, request: Request) -> dict[str, object]:
    return {
        "controller": controller,
        "request_id": request.request_id,
        "subject_ref": request.ref,
        "right": request.right,
        "received_at": request.received_at,
        "categories": None if request.categories is None else _json(request.categories),
        "decided_at": request.decided_at,
        "decided_recorded_at": request.decided_recorded_at,
        "decided_position": request.decided_position,
        "outcome": request.outcome,
        "ground": request.ground,
        "held": _json(request.held),
        "withdrawn_at": request.withdrawn_at,
    }


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


def _notice_row(controller: str, notice: Notice) -> dict[str, object]:
    return {
        "notice_id": notice.notice_id,
        "controller": controller,
        "request_id": notice.request_id,
        "subject_ref": notice.ref,
        "recipient": notice.recipient,
        "categories": _json(notice.categories),
        "duty": notice.duty,
        "rule": notice.rule,
        "send_by": notice.send_by.isoformat(),
        "erase_by": None if notice.erase_by is None else notice.erase_by.isoformat(),
        "round": notice.round,
        "supplementary": notice.supplementary,
        "state": str(notice.state),
        "planned_at": notice.planned_at,
        "sent_at": notice.sent_at,
        "answered_at": notice.answered_at,
        "strength": notice.strength,
        "erased": _json(notice.erased),
        "declined": _json(notice.declined),
    }


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


def _link_rows(facts: Facts) -> list[dict[str, object]]:
    rows: set[tuple[bytes, bytes, bool]] = set()
    for ref, other in facts.links:
        if ref != other:
            rows |= {(ref, other, True), (other, ref, False)}
    return [
        {"subject_ref": ref, "other_ref": other, "forward": forward}
        for ref, other, forward in sorted(rows)
    ]
