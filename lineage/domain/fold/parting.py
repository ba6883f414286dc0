"""How an *out* parts the *ins* of a holding, as far as spans and other outs tell. Pure.

All *ins* by one hop have one rank, so a time in a span is a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lineage.domain.facts import Edge, Erasure, Holder, Hop, Moment, Recorded, Span


class Unclear(Exception):
    """What is stored does not tell what the whole fold would say."""


@dataclass(slots=True)
class GrowingEdge:
    """An edge while it grows; ``touched`` where it is new or changed."""

    ref: bytes
    hop: Hop
    first: int
    last: int
    count: int
    spans: dict[str, Span]
    touched: bool = False

    def closed(self) -> Edge:
        """The edge as a fact."""
        spans = dict(sorted(self.spans.items()))
        return Edge(self.ref, self.hop, self.first, self.last, self.count, spans)


@dataclass(slots=True)
class Outs:
    """The outs of one (holder, category) at one moment: they end the same holding."""

    started: int | None
    stored: list[Erasure] = field(default_factory=list)
    new: list[tuple[Recorded, Holder, str]] = field(default_factory=list)


def ended_by(
    moment: Moment, edges: Iterable[GrowingEdge], category: str, outs: dict[Moment, Outs]
) -> int | None:
    """Let an out of a new moment part the *ins* there are; gives the start of what it ended."""
    following = [other for other in outs if other > moment]
    if following:
        spans = [edge.spans[category] for edge in edges if category in edge.spans]
        next_out = min(following)
        return _parted(moment, spans, next_out, outs[next_out])
    started = None
    for edge in edges:
        span = edge.spans.get(category)
        if span is None or span.since is None or (span.since, span.rank) > moment:
            continue
        started = span.since if started is None else min(started, span.since)
        if (span.last, span.rank) < moment:
            since = None
        elif span.count == 2:
            since = span.last
        else:
            raise Unclear
        edge.spans[category] = span._replace(since=since)
        edge.touched = True
    return started


def _parted(moment: Moment, spans: Iterable[Span], next_out: Moment, ended: Outs) -> int | None:
    """The start of what an out ended that comes before ``next_out``, which ended the rest."""
    at, rank = moment
    if ended.started is None or ended.started > at:
        return None
    if ended.started == at:
        sides = {span.rank < rank for span in spans}
        if len(sides) > 1:
            raise Unclear
        if sides == {False}:
            return None
    rest: list[int] = []
    for span in spans:
        first, last = (span.first, span.rank), (span.last, span.rank)
        if last < moment or first > next_out:
            continue
        if first > moment:
            rest.append(span.first)
        elif span.count != 2:
            raise Unclear
        elif last < next_out:
            rest.append(span.last)
    started, ended.started = ended.started, min(rest, default=None)
    return started
