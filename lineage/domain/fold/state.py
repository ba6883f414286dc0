"""The running state of a fold: edges, holdings and outs of one person so far. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lineage.domain.facts import (
    Change,
    Edge,
    Erasure,
    Holder,
    HolderKind,
    Hop,
    Moment,
    Recorded,
    Span,
)
from lineage.events import RetentionHoldPlaced, RetentionHoldReleased

EdgesTo = Callable[[Holder], Iterable[Edge]]
"""Gives the stored edges of one person to a holder."""

VersionAt = Callable[[int], str]
"""Gives the policy version in force at a time (microseconds)."""


@dataclass(slots=True)
class OpenSpan:
    """A span while it grows; ``since`` counts only while ``generation`` is the holding's."""

    generation: int
    since: int
    last: int
    rank: int
    first: int
    count: int


@dataclass(slots=True)
class OpenEdge:
    """An edge while it grows."""

    first: int
    last: int
    count: int = 0
    spans: dict[str, OpenSpan] = field(default_factory=dict)


@dataclass(slots=True)
class HoldingState:
    """Running state of one (holder, category) that came in: outs so far, and the present holding's
    start. ``ended`` is the moment of the last out and ``began`` the start of what it ended.
    """

    generation: int = 0
    started: int | None = None
    ended: Moment | None = None
    began: int | None = None


@dataclass(slots=True)
class State:
    """What a fold knows so far of one person."""

    controller: str
    version_at: VersionAt
    edges: dict[tuple[bytes, Hop], OpenEdge] = field(default_factory=dict)
    holdings: dict[tuple[Holder, str], HoldingState] = field(default_factory=dict)
    erasures: list[Erasure] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    on_record: dict[str, int] = field(default_factory=dict)
    """category -> the earliest time it is on record; filled before the pass"""
    completed: set[str] = field(default_factory=set)
    holds: list[tuple[Recorded, RetentionHoldPlaced]] = field(default_factory=list)
    released: list[tuple[Recorded, RetentionHoldReleased]] = field(default_factory=list)
    edges_to: EdgesTo | None = None
    """Stored edges by holder, when folding forward; a holder's are opened when it is touched"""
    stored: dict[tuple[bytes, Hop], Edge] = field(default_factory=dict)
    _opened: set[Holder] = field(default_factory=set)

    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Record an *in* by ``hop``: every category is held from here on."""
        self._open(hop.to)
        edge = self.edges.get((event.ref, hop))
        if edge is None:
            edge = self.edges[event.ref, hop] = OpenEdge(event.occurred_at, event.occurred_at)
        edge.last = event.occurred_at
        edge.count += 1
        for category in categories:
            holding = self.holdings.setdefault((hop.to, category), HoldingState())
            if holding.started is None:
                holding.started = event.occurred_at
            span = edge.spans.get(category)
            at, rank = event.occurred_at, event.data.event_rank
            if span is None:
                edge.spans[category] = OpenSpan(holding.generation, at, at, rank, at, 1)
                continue
            if span.generation != holding.generation:
                span.generation, span.since = holding.generation, at
            span.last, span.rank = at, rank
            span.count += 1

    def went_out(self, event: Recorded, holder: Holder, categories: Iterable[str]) -> None:
        """Record an *out*: the holder holds these categories no longer.

        Outs of one moment end the same holding and say so alike, for inside a rank the order
        means nothing. What never came in is no holding, and becomes none.
        """
        self._open(holder)
        for category in categories:
            holding = self.holdings.get((holder, category)) or HoldingState()
            if holding.ended != event.moment:
                holding.ended, holding.began = event.moment, holding.started
            self.erasures.append(
                Erasure(
                    ref=event.ref,
                    key=event.key,
                    holder=holder,
                    category=category,
                    kind=event_kind(event),
                    at=event.occurred_at,
                    rank=event.data.event_rank,
                    started=holding.began,
                ),
            )
            holding.generation += 1
            holding.started = None

    def _open(self, holder: Holder) -> None:
        """Take up the stored edges to a holder that new events touch."""
        if self.edges_to is None or holder in self._opened:
            return
        self._opened.add(holder)
        for edge in self.edges_to(holder):
            self.stored[edge.ref, edge.hop] = edge
            self.edges[edge.ref, edge.hop] = self._reopened(edge)

    def _reopened(self, edge: Edge) -> OpenEdge:
        """The edge as while it grew; a span without ``since`` is of a holding that ended."""
        opened = OpenEdge(edge.first, edge.last, edge.count)
        for category, span in edge.spans.items():
            holding = self.holdings.setdefault((edge.hop.to, category), HoldingState())
            since = span.since
            if since is not None:
                started = holding.started
                holding.started = since if started is None else min(started, since)
            opened.spans[category] = OpenSpan(
                generation=holding.generation if since is not None else -1,
                since=span.first if since is None else since,
                last=span.last,
                rank=span.rank,
                first=span.first,
                count=span.count,
            )
        return opened

    def changed(self, event: Recorded, party: str, categories: Iterable[str], **more: str) -> None:
        """Record a change to data already held."""
        self.changes.append(
            Change(
                ref=event.ref,
                key=event.key,
                kind=event_kind(event),
                party=party,
                categories=tuple(sorted(categories)),
                at=event.occurred_at,
                **more,
            ),
        )

    def hop(self, event: Recorded, to: Holder, from_party: str | None, **more: object) -> Hop:
        """The hop of ``event`` to ``to``; what the event does not say stays null."""
        fields: dict[str, object] = {
            "recipient_kind": None,
            "unnamed_kind": None,
            "purpose": None,
            "legal_basis": None,
            "functions": (),
            "region": None,
            "source_kind": None,
            "deidentified": False,
        }
        fields.update(more)
        return Hop(
            kind=event_kind(event),
            from_party=from_party,
            to=to,
            policy_version=self.version_at(event.occurred_at),
            **fields,  # type: ignore[arg-type]
        )


def event_kind(event: Recorded) -> str:
    """The word for an event in answers: its name without ``data_``."""
    return event.data.event_name.removeprefix("data_")


def recipient(name: str) -> Holder:
    """The recipient of that name."""
    return Holder(HolderKind.RECIPIENT, name)


def system(event: Recorded) -> Holder:
    """The system that sent the event: one ``source`` is one system of the controller."""
    return Holder(HolderKind.SYSTEM, event.source)


def closed_edge(state: State, ref: bytes, hop: Hop) -> Edge:
    """An edge as a fact: a span keeps ``since`` only where no *out* came after it."""
    edge = state.edges[ref, hop]
    spans = {}
    for category, span in sorted(edge.spans.items()):
        current = state.holdings[hop.to, category].generation
        since = span.since if span.generation == current else None
        spans[category] = Span(since, span.last, span.rank, span.first, span.count)
    return Edge(ref, hop, edge.first, edge.last, edge.count, spans)
