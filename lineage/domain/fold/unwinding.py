"""Taking events back out of stored facts, where what is stored says what was without them. Pure.

The handlers of the whole fold say what an event did; here it is undone. Facts keep the first and
the last of what came by a hop, so what lies between can be taken out, and of two the other is left;
where more would have to be known, ``Unclear`` sends the person to the whole fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lineage.domain.facts import Holder, HolderKind, Hop, Moment, Recorded, Span
from lineage.domain.fold.book import Book, kind_of
from lineage.domain.fold.growing import (
    CLEARABLE,
    ORDER_COMPLETED,
    ErasureKey,
    Growing,
)
from lineage.domain.fold.hop_keys import edge_key
from lineage.domain.fold.ins import IN_HANDLERS
from lineage.domain.fold.outs import OUT_HANDLERS
from lineage.domain.fold.parting import GrowingEdge, Outs, Unclear
from lineage.domain.fold.standing import Standing, takes_all
from lineage.events import (
    DataTransferred,
    RetentionHoldPlaced,
    RetentionHoldReleased,
    SelfServiceCleared,
)

HANDLERS = IN_HANDLERS | OUT_HANDLERS
TRANSFERRED = kind_of(DataTransferred)
PAIR = 2
"""The first and the last: of so many, both are known"""


@dataclass(slots=True)
class Gone:
    """Keys of facts that are no more: (ref, edge key), those of outs, (ref, event key)."""

    edges: set[tuple[bytes, bytes]] = field(default_factory=set)
    erasures: set[ErasureKey] = field(default_factory=set)
    changes: set[tuple[bytes, bytes]] = field(default_factory=set)


class Unwinding(Book):
    """Undoes what handlers say of events on record."""

    def __init__(self, growing: Growing, before: Standing, gone: Gone) -> None:
        """Work on facts of which everything was read."""
        super().__init__(growing.controller, growing.version_at)
        self._growing = growing
        self._before = before
        self._gone = gone

    def take_back(self, event: Recorded) -> None:
        """Undo one event. Raises ``Unclear``."""
        model = type(event.data)
        if takes_all(event) or model in (RetentionHoldPlaced, RetentionHoldReleased):
            raise Unclear
        if model is SelfServiceCleared:
            cleared = [
                (row.holder, row.category)
                for by_moment in self._growing.outs.values()
                for row in (by_moment[event.moment].stored if event.moment in by_moment else ())
                if (row.ref, row.key) == (event.ref, event.key)
            ]
            for holder, category in cleared:
                self.went_out(event, holder, (category,))
        elif (handler := HANDLERS.get(model)) is not None:
            handler(self, event)
            if model in IN_HANDLERS:
                self._check_transfers(event)

    def changed(self, event: Recorded, party: str, categories: Iterable[str], **more: str) -> None:
        """A change that never was."""
        del party, categories, more
        self._gone.changes.add((event.ref, event.key))

    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """An *in* that never was."""
        growing = self._growing
        place = (event.ref, edge_key(hop))
        edge = growing.open_edges.get(place)
        if edge is None:
            raise Unclear
        for category in categories:
            span = edge.spans.get(category)
            if span is None:
                raise Unclear
            left = _without(span, event.occurred_at)
            if left is None:
                del edge.spans[category]
            else:
                edge.spans[category] = left
            self._shorten_ended(event, hop.to, category)
        _shrink(edge, event.occurred_at)
        edge.touched = True
        if edge.count == 0:
            del growing.open_edges[place]
            self._gone.edges.add(place)
        self._check_clearings(event, hop, categories)

    def went_out(self, event: Recorded, holder: Holder, categories: Iterable[str]) -> None:
        """An *out* that never was: what it ended went on, to the next out or up to now."""
        for category in categories:
            by_moment = self._growing.outs.get((holder, category), {})
            outs = by_moment.get(event.moment)
            if outs is None:
                raise Unclear
            outs.stored = [
                row for row in outs.stored if (row.ref, row.key) != (event.ref, event.key)
            ]
            self._gone.erasures.add((event.ref, event.key, holder, category))
            if outs.stored:
                continue
            del by_moment[event.moment]
            following = min((m for m in by_moment if m > event.moment), default=None)
            if following is None:
                self._reopen(holder, category, event.moment, outs)
            elif outs.started is not None:
                ended, began = by_moment[following], outs.started
                ended.started = began if ended.started is None else min(began, ended.started)

    def _reopen(self, holder: Holder, category: str, moment: Moment, outs: Outs) -> None:
        """Let spans begin before an out that was the last; it ended what ``outs`` says."""
        if outs.started is None:
            return
        earlier = self._growing.outs[holder, category]
        since_when = max((m for m in earlier if m < moment), default=(outs.started - 1, 0))
        for edge in self._growing.edges_at(holder):
            span = edge.spans.get(category)
            if span is None or (span.last, span.rank) < since_when:
                continue
            if (span.first, span.rank) > since_when:
                since = span.first
            elif span.count == PAIR:
                since = span.last
            else:
                raise Unclear
            edge.spans[category] = span._replace(since=since)
            edge.touched = True

    def _shorten_ended(self, event: Recorded, holder: Holder, category: str) -> None:
        """Let the next out have ended what began later, if it began with this *in*."""
        by_moment = self._growing.outs.get((holder, category), {})
        following = min((m for m in by_moment if m > event.moment), default=None)
        if following is None or by_moment[following].started != event.occurred_at:
            return
        earlier = max((m for m in by_moment if m < event.moment), default=None)
        found: list[int] = []
        for edge in self._growing.edges_at(holder):
            span = edge.spans.get(category)
            if span is None:
                continue
            found += _times_between(span, earlier, following)
        by_moment[following].started = min(found, default=None)

    def _check_transfers(self, event: Recorded) -> None:
        """Raise ``Unclear`` where a transfer of everything may have taken less without this."""
        taken_at = self._before.took_all_at
        if taken_at is None or event.occurred_at > taken_at:
            return
        # What came by a transfer is on record by something else: it cannot vouch for itself.
        edges = self._growing.open_edges.values()
        firsts = _firsts(edge for edge in edges if edge.hop.kind != TRANSFERRED)
        for category in getattr(event.data, "categories", None) or ():
            if firsts.get(category, event.occurred_at + 1) > event.occurred_at:
                raise Unclear

    def _check_clearings(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Raise ``Unclear`` where a clearing may have cleared less without this."""
        at, cleared_at = event.occurred_at, self._before.cleared_at
        if cleared_at is None or at > cleared_at or hop.to.kind is not HolderKind.SYSTEM:
            return
        edges = self._growing.open_edges.values()
        completed = _firsts(edge for edge in edges if edge.hop.kind == ORDER_COMPLETED)
        here = _firsts(edge for edge in edges if edge.hop.to == hop.to)
        for category in categories:
            if hop.kind == ORDER_COMPLETED and completed.get(category, at + 1) > at:
                raise Unclear
            clearable = category in completed or category in CLEARABLE
            if clearable and here.get(category, at + 1) > at:
                raise Unclear


def _firsts(edges: Iterable[GrowingEdge]) -> dict[str, int]:
    """When each category first came by any of these edges."""
    firsts: dict[str, int] = {}
    for edge in edges:
        for category, span in edge.spans.items():
            firsts[category] = min(span.first, firsts.get(category, span.first))
    return firsts


def _without(span: Span, at: int) -> Span | None:
    """The span less one *in* at this time."""
    since, last, rank, first, count = span
    if count == 1:
        return None
    if first == last or (first < at < last and at != since):
        return Span(since, last, rank, first, count - 1)
    if count > PAIR:
        raise Unclear
    other = last if at == first else first
    if since is not None and at == first:
        since = last
    elif since == last:
        since = None
    return Span(since, other, rank, other, 1)


def _shrink(edge: GrowingEdge, at: int) -> None:
    """Take one event at this time off an edge whose spans are without it already."""
    edge.count -= 1
    if edge.count == 0 or edge.first < at < edge.last or edge.first == edge.last:
        return
    # A span of as many events as the edge has is of all of them; others may lack an event.
    told = next((span for span in edge.spans.values() if span.count == edge.count), None)
    if told is None:
        raise Unclear
    edge.first, edge.last = told.first, told.last


def _times_between(span: Span, after: Moment | None, before: Moment) -> Iterator[int]:
    """Times of *ins* of a span between two outs, the earliest among them."""
    known = [(span.first, span.rank), (span.last, span.rank)]
    if known[0] > before or (after is not None and known[1] < after):
        return
    inside = [m[0] for m in known if m < before and (after is None or m > after)]
    if after is not None and known[0] < after and span.count > PAIR:
        raise Unclear
    yield from inside
