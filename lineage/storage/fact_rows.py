"""Facts as rows of their tables, and rows as facts; tuples in the order of the columns. No SQL."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

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
from lineage.domain.fold.hop_keys import HOPS_KEPT, edge_key
from lineage.storage.bulk import Row
from lineage.storage.engines import AnyRow


def _json(value: object) -> str:
    """Compact JSON; whoever calls it gives the members in order."""
    return to_json(value).decode()


@lru_cache(maxsize=HOPS_KEPT)
def _hop_columns(hop: Hop) -> Row:
    return (
        hop.kind,
        hop.from_party,
        hop.to.kind.value,
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
    )


def edge_row(controller: str, edge: Edge) -> Row:
    """A row of ``edges``."""
    hop = edge.hop
    return (
        edge.ref,
        edge_key(hop),
        controller,
        *_hop_columns(hop),
        edge.first,
        edge.last,
        edge.count,
        to_json(edge.spans).decode(),
    )


def grown_edge(edge: Edge) -> Row:
    """The key of a row of ``edges``, and what of it grows."""
    return (
        edge.ref,
        edge_key(edge.hop),
        edge.first,
        edge.last,
        edge.count,
        to_json(edge.spans).decode(),
    )


@lru_cache(maxsize=HOPS_KEPT)
def hop_of(columns: Row) -> Hop:
    """What the columns of a hop say; kept, for most edges share theirs with others'."""
    (
        kind,
        from_party,
        to_kind,
        to_party,
        recipient_kind,
        unnamed_kind,
        purpose,
        legal_basis,
        functions,
        region,
        source_kind,
        deidentified,
        policy_version,
    ) = columns
    return Hop(
        kind=kind,
        from_party=from_party,
        to=Holder(HolderKind(to_kind), to_party),
        recipient_kind=recipient_kind,
        unnamed_kind=unnamed_kind,
        purpose=purpose,
        legal_basis=legal_basis,
        functions=tuple(from_json(functions)),
        region=region,
        source_kind=source_kind,
        deidentified=bool(deidentified),
        policy_version=policy_version,
    )


def edge_of(row: AnyRow) -> Edge:
    """A row of ``edges`` as a fact."""
    ref, _, _, *hop, first, last, count, spans = row
    return Edge(ref, hop_of(tuple(hop)), first, last, count, spans_of(from_json(spans)))


def spans_of(found: dict[str, list[Any]]) -> dict[str, Span]:
    """One object for categories that came together, as most did."""
    spans: dict[str, Span] = {}
    alike: dict[Span, Span] = {}
    before, span = None, None
    for category, parts in found.items():
        if parts != before or span is None:
            before, span = parts, Span(*parts)
            span = alike.setdefault(span, span)
        spans[category] = span
    return spans


def erasure_row(erasure: Erasure) -> Row:
    """A row of ``erasures``."""
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


def erasure_of(row: AnyRow) -> Erasure:
    """A row of ``erasures`` as a fact."""
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


def change_row(change: Change) -> Row:
    """A row of ``changes``."""
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


def change_of(row: AnyRow) -> Change:
    """A row of ``changes`` as a fact."""
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


def request_row(controller: str, request: Request) -> Row:
    """A row of ``requests``."""
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


def request_of(row: AnyRow) -> Request:
    """A row of ``requests`` as a fact."""
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


def notice_row(controller: str, notice: Notice) -> Row:
    """A row of ``notices``."""
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


def notice_of(row: AnyRow) -> Notice:
    """A row of ``notices`` as a fact."""
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


def link_rows(facts: Facts) -> list[Row]:
    """Rows of ``links``: each link from both its ends."""
    rows: set[tuple[bytes, bytes, bool]] = set()
    for ref, other in facts.links:
        if ref != other:
            rows |= {(ref, other, True), (other, ref, False)}
    return sorted(rows)
