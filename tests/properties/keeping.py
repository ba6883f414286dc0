"""A store of facts in memory that goes forward as far as the domain lets it: no SQL, no ledger.

It gives a step exactly what its plan asked to read, and fails where more is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from lineage.domain.facts import Change, Edge, Erasure, Facts, Holder, Recorded
from lineage.domain.fold import fold
from lineage.domain.fold.effective import effective_events
from lineage.domain.fold.hop_keys import edge_key
from lineage.domain.fold.onward import Plan, Step, plan
from lineage.domain.fold.standing import LINKED, LINKED_TO, UNSEEN_TYPES, Standing, standing_of
from lineage.domain.fold.stored import KnownFacts
from tests.properties.people import CONTROLLER, key_of

ErasureKey = tuple[bytes, bytes, Holder, str]


def version_at(at: int) -> str:
    """A policy version for each even and odd day."""
    return str(at // 86_400_000_000 % 2)


def whole(events: Iterable[Recorded]) -> Facts:
    """What all events fold to."""
    return fold(events, controller=CONTROLLER, version_at=version_at)


@dataclass
class Kept:
    """The facts of one person as rows under their keys."""

    edges: dict[tuple[bytes, bytes], Edge] = field(default_factory=dict)
    erasures: dict[ErasureKey, Erasure] = field(default_factory=dict)
    changes: dict[tuple[bytes, bytes], Change] = field(default_factory=dict)
    rest: tuple[object, ...] = ((), (), frozenset())

    def take(self, facts: Facts | Step) -> None:
        """Put these rows in, or in the place of those under their keys."""
        self.edges |= {(edge.ref, edge_key(edge.hop)): edge for edge in facts.edges}
        self.erasures |= {(e.ref, e.key, e.holder, e.category): e for e in facts.erasures}
        self.changes |= {(change.ref, change.key): change for change in facts.changes}
        if isinstance(facts, Step) and facts.gone is not None:
            self.edges = {k: row for k, row in self.edges.items() if k not in facts.gone.edges}
            for outs in facts.gone.erasures:
                del self.erasures[outs]
            for change in facts.gone.changes:
                del self.changes[change]
        if isinstance(facts, Facts):
            self.rest = (facts.requests, facts.notices, frozenset(facts.links))


def kept(facts: Facts) -> Kept:
    """Facts as rows."""
    rows = Kept()
    rows.take(facts)
    return rows


class AskedFor(KnownFacts):
    """Stored facts, of which only what the plan reads can be looked at."""

    def __init__(self, of: Kept, ahead: Plan) -> None:
        """Take of the rows what the plan asks for."""
        reads = self._reads = ahead.reads
        edges = [
            edge
            for place, edge in of.edges.items()
            if reads.everything or place in reads.edges or edge.hop.to in reads.holders
        ]
        outs = [e for e in of.erasures.values() if reads.all_outs or e.holder in reads.outs]
        super().__init__(edges, outs)

    def edge(self, ref: bytes, key: bytes) -> Edge | None:
        """The edge of one ref under this key."""
        found = super().edge(ref, key)
        if found is None and not self._reads.everything:
            assert (ref, key) in self._reads.edges
        return found

    def edges_to(self, holder: Holder) -> list[Edge]:
        """All edges to one holder."""
        assert self._reads.everything or holder in self._reads.holders
        return super().edges_to(holder)

    def edges(self) -> Iterable[Edge]:
        """All edges."""
        assert self._reads.everything
        return super().edges()

    def erasures(self) -> list[Erasure]:
        """All outs."""
        assert self._reads.all_outs
        return super().erasures()

    def erasures_of(self, holder: Holder) -> list[Erasure]:
        """All outs of one holder."""
        assert self._reads.all_outs or holder in self._reads.outs
        return super().erasures_of(holder)


class Keeping:
    """All people of one store."""

    def __init__(self) -> None:
        """Begin with nobody; ``opened`` counts the old events that had to be looked at."""
        self.events: dict[bytes, dict[bytes, Recorded]] = defaultdict(dict)
        self.standings: dict[bytes, Standing] = {}
        self.facts: dict[frozenset[bytes], Kept] = {}
        self.forward = 0
        self.opened = 0

    def person_of(self, ref: bytes) -> frozenset[bytes]:
        """The refs of the person as stored links say."""
        return next((refs for refs in self.facts if ref in refs), frozenset({ref}))

    def record(self, batch: Sequence[Recorded]) -> None:
        """Record a batch: forward where it can be, whole where it must be."""
        fresh: dict[bytes, dict[bytes, Recorded]] = defaultdict(dict)
        for event in batch:
            if event.key not in self.events[event.ref]:
                fresh[event.ref].setdefault(event.key, event)
        people: dict[frozenset[bytes], list[Recorded]] = defaultdict(list)
        for ref, found in fresh.items():
            people[self.person_of(ref)] += found.values()
        steps = [(refs, new, self._forward(refs, new)) for refs, new in people.items()]
        late: set[bytes] = set()
        for refs, new, step in steps:
            self._append(new)
            if step is None:
                late |= refs | {e.linked_ref for e in new if e.linked_ref is not None}
            else:
                self.forward += len(new)
                self.facts.setdefault(refs, Kept()).take(step)
        if late:
            self._fold_whole(late)

    def _forward(self, refs: frozenset[bytes], new: Sequence[Recorded]) -> Step | None:
        found = [self.standings[ref] for ref in sorted(refs) if ref in self.standings]
        before = reduce(Standing.merged, found) if found else None
        assert len(refs) == 1 or (before is not None and before.marks & LINKED)
        ahead = plan(before, new, controller=CONTROLLER, version_at=version_at, key_of=key_of)
        if ahead is None:
            return None
        opened = [
            event
            for ref in refs
            for event in self.events[ref].values()
            if event.key in ahead.reads.events
            or (ahead.reads.unseen and event.data.event_type() in UNSEEN_TYPES)
        ]
        self.opened += len(opened)
        # A store that has appended the new events may read them back with the others.
        stored = AskedFor(self.facts.get(refs, Kept()), ahead)
        return ahead.step(stored, [*opened, *new])

    def _append(self, new: Iterable[Recorded]) -> None:
        for event in new:
            self.events[event.ref][event.key] = event
            self._stand(event.ref, standing_of([event], key_of=key_of))
            if event.linked_ref is not None:
                self._stand(event.linked_ref, LINKED_TO)

    def _stand(self, ref: bytes, more: Standing) -> None:
        before = self.standings.get(ref)
        self.standings[ref] = more if before is None else before.merged(more)

    def _fold_whole(self, touched: set[bytes]) -> None:
        """Fold everybody that these are or were linked with."""
        concerned: set[bytes] = set()
        while touched:
            concerned |= touched
            near = set().union(*(self.person_of(ref) for ref in touched))
            near |= {
                e.linked_ref
                for ref in concerned
                for e in self.events[ref].values()
                if e.linked_ref is not None
            }
            near |= {
                ref
                for ref, found in self.events.items()
                if any(e.linked_ref in concerned for e in found.values())
            }
            touched = near - concerned
        for refs in [refs for refs in self.facts if refs & concerned]:
            del self.facts[refs]
        everything = [e for ref in concerned for e in self.events[ref].values()]
        self.opened += len(everything)
        for refs in people_of(concerned, effective_events(everything)):
            own = [e for ref in refs for e in self.events[ref].values()]
            self.facts[refs] = kept(whole(own))


def people_of(refs: Iterable[bytes], events: Iterable[Recorded]) -> set[frozenset[bytes]]:
    """The refs by person, as links among the events say."""
    person = {ref: frozenset({ref}) for ref in refs}
    for event in events:
        other = event.linked_ref
        if other is not None:
            joined = person[event.ref] | person.get(other, frozenset({other}))
            person |= dict.fromkeys(joined, joined)
    return set(person.values())
