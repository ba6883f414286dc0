"""Stored facts while new events are put among them, at whatever place in time. Pure.

What is kept of a holding says enough to put most events in exactly: an *in* always; an *out* where
it is known which *ins* lie before it. Where it is not, ``Unclear`` sends the person to the whole
fold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lineage.domain.facts import Edge, Erasure, Holder, HolderKind, Hop, Moment, Recorded, Span
from lineage.domain.fold.book import Book, VersionAt, kind_of
from lineage.domain.fold.hop_keys import edge_key
from lineage.domain.fold.outs import CLEARED_CATEGORIES
from lineage.domain.fold.parting import GrowingEdge, Outs, Unclear, ended_by
from lineage.domain.fold.stored import Stored

ErasureKey = tuple[bytes, bytes, Holder, str]
"""(ref, event key, holder, category) of an out."""

ORDER_COMPLETED = "order_completed"
CLEARABLE = frozenset(category for found in CLEARED_CATEGORIES.values() for category in found)


class Growing(Book):
    """One person's facts, known as far as new events touch them."""

    def __init__(self, controller: str, version_at: VersionAt) -> None:
        """Begin with nothing, as of somebody new."""
        super().__init__(controller, version_at)
        self._stored: Stored | None = None
        self._last: Moment | None = None
        self.open_edges: dict[tuple[bytes, bytes], GrowingEdge] = {}
        self.outs: dict[tuple[Holder, str], dict[Moment, Outs]] = {}
        self._all_read = False
        self._holders_read: set[Holder] = set()
        self._outs_read: set[Holder] = set()
        self.first_on_record = {}

    def onto(self, stored: Stored, last: Moment) -> None:
        """Take what is stored of somebody known, and the last moment on record."""
        self._stored, self._last = stored, last

    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Put an *in* among what is there."""
        self.put_in(event, hop, edge_key(hop), categories)

    def put_in(self, event: Recorded, hop: Hop, key: bytes, categories: Iterable[str]) -> None:
        """Put an *in* by a hop of this key among what is there."""
        at, rank = event.occurred_at, event.data.event_rank
        moment = (at, rank)
        if self._last is not None and moment <= self._last:
            self._read_outs(hop.to)
        edge = self.open_edges.get((event.ref, key)) or self._edge(event.ref, hop, key, at)
        edge.touched = True
        edge.count += 1
        if at > edge.last:
            edge.last = at
        elif at < edge.first:
            edge.first = at
        spans = edge.spans
        for category in categories:
            outs = self.outs.get((hop.to, category)) if self.outs else None
            present = outs is None or self._in_before_outs(outs, moment)
            span = spans.get(category)
            if span is None:
                spans[category] = Span(at if present else None, at, rank, at, 1)
                continue
            since, last, _, first, count = span
            if present and (since is None or at < since):
                since = at
            if at > last:
                last = at
            elif at < first:
                first = at
            spans[category] = Span(since, last, rank, first, count + 1)

    def _in_before_outs(self, outs: dict[Moment, Outs], moment: Moment) -> bool:
        """Whether no out comes after an in; the next one after it may have ended what it began."""
        following = [other for other in outs if other > moment]
        if not following:
            return True
        ended = outs[min(following)]
        at = moment[0]
        if ended.started is None or at < ended.started:
            ended.started = at
        return False

    def went_out(self, event: Recorded, holder: Holder, categories: Iterable[str]) -> None:
        """Put an *out* among what is there. Raises ``Unclear``."""
        moment = event.moment
        if self._last is not None and moment <= self._last:
            self._read_outs(holder)
        edges = self.edges_at(holder)
        for category in categories:
            outs = self.outs.setdefault((holder, category), {})
            found = outs.get(moment)
            if found is None:
                found = Outs(ended_by(moment, edges, category, outs))
                outs[moment] = found
            found.new.append((event, holder, category))

    def completed(self, event: Recorded) -> set[str]:
        """The categories of the orders completed before the event."""
        return {
            category
            for edge in self.open_edges.values()
            if edge.hop.kind == ORDER_COMPLETED
            for category, span in edge.spans.items()
            if (span.first, span.rank) < event.moment
        }

    def in_systems(self, event: Recorded, categories: set[str]) -> list[tuple[Holder, str]]:
        """(system, category) of these categories that came in before the event, held or not."""
        found = {
            (edge.hop.to, category)
            for edge in self.open_edges.values()
            if edge.hop.to.kind is HolderKind.SYSTEM
            for category, span in edge.spans.items()
            if category in categories and (span.first, span.rank) < event.moment
        }
        return sorted(found)

    def read_everything(self) -> None:
        """Take up all stored edges."""
        self._all_read = True
        for edge in () if self._stored is None else self._stored.edges():
            self._take_up(edge, edge_key(edge.hop))

    def read_all_outs(self) -> None:
        """Take up all stored outs."""
        for row in () if self._stored is None else self._stored.erasures():
            self._outs_read.add(row.holder)
            self._take_out_up(row)

    def note_first_times(self, unseen: Iterable[Recorded]) -> None:
        """Note when each category came on record: by the edges, and by events that left none."""
        for edge in self.open_edges.values():
            for category, span in edge.spans.items():
                self.put_on_record((category,), span.first)
        for event in unseen:
            self.put_on_record(getattr(event.data, "categories", ()), event.occurred_at)

    def put_on_record(self, categories: Iterable[str], at: int) -> None:
        """Note that these categories are on record from this time on, if not before."""
        for category in categories:
            self.first_on_record[category] = min(at, self.first_on_record.get(category, at))

    def check_transfers(self, event: Recorded, taken_at: int | None) -> None:
        """Raise ``Unclear`` where a transfer of everything after the event would take more now."""
        if taken_at is None or event.occurred_at > taken_at:
            return
        for category in getattr(event.data, "categories", None) or ():
            first = self.first_on_record.get(category)
            if first is None or first > event.occurred_at:
                raise Unclear

    def check_clearings(
        self, event: Recorded, hop: Hop, categories: Iterable[str], cleared_at: int | None
    ) -> None:
        """Raise ``Unclear`` where a clearing after this *in* would clear more now.

        What came into a system before is cleared by every clearing since that it is subject to, so
        the outs on record say it all; what is new there, or newly of a completed order, is not.
        """
        at = event.occurred_at
        if cleared_at is None or at > cleared_at or hop.to.kind is not HolderKind.SYSTEM:
            return
        completed: dict[str, int] = {}
        here: dict[str, int] = {}
        for edge in self.open_edges.values():
            for firsts, counts in (
                (completed, edge.hop.kind == ORDER_COMPLETED),
                (here, edge.hop.to == hop.to),
            ):
                for category, span in edge.spans.items() if counts else ():
                    firsts[category] = min(span.first, firsts.get(category, span.first))
        for category in categories:
            if hop.kind == ORDER_COMPLETED and completed.get(category, at + 1) > at:
                raise Unclear
            clearable = category in completed or category in CLEARABLE
            if clearable and here.get(category, at + 1) > at:
                raise Unclear

    def edges(self) -> list[Edge]:
        """The edges that are new or changed."""
        return [edge.closed() for edge in self.open_edges.values() if edge.touched]

    def erasures(self) -> list[Erasure]:
        """The outs that are new, or that ended another holding than was known."""
        if not self.outs:
            return []
        found = [outs for by_moment in self.outs.values() for outs in by_moment.values()]
        again = [
            replace(row, started=outs.started)
            for outs in found
            for row in outs.stored
            if row.started != outs.started
        ]
        return again + [_erasure(*new, outs.started) for outs in found for new in outs.new]

    def _edge(self, ref: bytes, hop: Hop, key: bytes, at: int) -> GrowingEdge:
        if self._stored is not None and not self._all_read:
            stored = self._stored.edge(ref, key)
            if stored is not None:
                return self._take_up(stored, key)
        edge = self.open_edges[ref, key] = GrowingEdge(ref, hop, at, at, 0, {})
        return edge

    def _take_up(self, stored: Edge, key: bytes) -> GrowingEdge:
        edge = self.open_edges.get((stored.ref, key))
        if edge is None:
            ref, hop, first, last, count, spans = stored
            edge = GrowingEdge(ref, hop, first, last, count, dict(spans))
            self.open_edges[ref, key] = edge
        return edge

    def edges_at(self, holder: Holder) -> list[GrowingEdge]:
        """All edges to one holder."""
        if self._stored is not None and not self._all_read and holder not in self._holders_read:
            self._holders_read.add(holder)
            for edge in self._stored.edges_to(holder):
                self._take_up(edge, edge_key(edge.hop))
        return [edge for edge in self.open_edges.values() if edge.hop.to == holder]

    def _read_outs(self, holder: Holder) -> None:
        if self._stored is None or holder in self._outs_read:
            return
        self._outs_read.add(holder)
        for row in self._stored.erasures_of(holder):
            self._take_out_up(row)

    def _take_out_up(self, row: Erasure) -> None:
        outs = self.outs.setdefault((row.holder, row.category), {})
        outs.setdefault((row.at, row.rank), Outs(row.started)).stored.append(row)


def _erasure(event: Recorded, holder: Holder, category: str, started: int | None) -> Erasure:
    return Erasure(
        ref=event.ref,
        key=event.key,
        holder=holder,
        category=category,
        kind=kind_of(type(event.data)),
        at=event.occurred_at,
        rank=event.data.event_rank,
        started=started,
    )
