"""The running state of a whole fold: edges, holdings and outs of one person so far. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lineage.domain.facts import (
    Edge,
    Erasure,
    Holder,
    HolderKind,
    Hop,
    Moment,
    Recorded,
    Span,
)
from lineage.domain.fold.book import Book, VersionAt, kind_of
from lineage.events import OrderCompleted


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


class State(Book):
    """What a fold knows so far of one person; it is told its events in canonical order."""

    def __init__(self, controller: str, version_at: VersionAt) -> None:
        """Begin with nothing."""
        super().__init__(controller, version_at)
        self.edges: dict[tuple[bytes, Hop], OpenEdge] = {}
        self.holdings: dict[tuple[Holder, str], HoldingState] = {}
        self.erasures: list[Erasure] = []
        self.first_on_record = {}
        self._completed: set[str] = set()

    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Record an *in* by ``hop``: every category is held from here on."""
        data = event.data
        at, rank = event.occurred_at, data.event_rank
        if type(data) is OrderCompleted:
            self._completed.update(data.categories)
        edge = self.edges.get((event.ref, hop))
        if edge is None:
            edge = self.edges[event.ref, hop] = OpenEdge(at, at)
        edge.last = at
        edge.count += 1
        for category in categories:
            holding = self.holdings.get((hop.to, category))
            if holding is None:
                holding = self.holdings[hop.to, category] = HoldingState()
            if holding.started is None:
                holding.started = at
            span = edge.spans.get(category)
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
                    kind=kind_of(type(event.data)),
                    at=event.occurred_at,
                    rank=event.data.event_rank,
                    started=holding.began,
                ),
            )
            holding.generation += 1
            holding.started = None

    def completed(self, event: Recorded) -> set[str]:  # noqa: ARG002 - those so far are those before
        """The categories of the orders completed before the event."""
        return set(self._completed)

    def in_systems(
        self,
        event: Recorded,  # noqa: ARG002 - what came in so far came before
        categories: set[str],
    ) -> list[tuple[Holder, str]]:
        """(system, category) of these categories that came in before the event, held or not."""
        return sorted(
            (holder, category)
            for holder, category in self.holdings
            if category in categories and holder.kind is HolderKind.SYSTEM
        )


def closed_edge(state: State, ref: bytes, hop: Hop) -> Edge:
    """An edge as a fact: a span keeps ``since`` only where no *out* came after it."""
    edge = state.edges[ref, hop]
    spans = {}
    for category, span in sorted(edge.spans.items()):
        current = state.holdings[hop.to, category].generation
        since = span.since if span.generation == current else None
        spans[category] = Span(since, span.last, span.rank, span.first, span.count)
    return Edge(ref, hop, edge.first, edge.last, edge.count, spans)
