"""What came to which recipient and what it has erased since, as of any moment. Pure.

The handlers of the fold say what an event brings and takes; here only recipients are noted, each
arrival by itself. What is held now is derived from edges (``lineage.domain.holdings``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lineage.domain.facts import Holder, HolderKind, Hop, Moment, Recorded
from lineage.domain.fold.book import Book
from lineage.domain.fold.ins import IN_HANDLERS, first_times
from lineage.domain.fold.outs import OUT_HANDLERS
from lineage.events import DataDeidentified, RecipientDeleted

_HANDLERS = IN_HANDLERS | {
    model: OUT_HANDLERS[model] for model in (DataDeidentified, RecipientDeleted)
}
CAME_BY = tuple(_HANDLERS)
"""All that puts a category on record, which is what a transfer of everything takes, and all by
which a recipient erases
"""


class Arrival(NamedTuple):
    """Some categories came to a recipient."""

    at: Moment
    event: Recorded
    recipient: str
    categories: frozenset[str]
    deidentified: bool


class Came(Book):
    """Arrivals and erasures at recipients, in canonical order."""

    def __init__(self, controller: str, events: Sequence[Recorded]) -> None:
        """Take the person's events of the types ``CAME_BY`` in canonical order."""
        super().__init__(controller, version_at=lambda _: "")
        self._in: dict[str, list[Arrival]] = defaultdict(list)
        self._out: dict[str, list[tuple[Moment, frozenset[str]]]] = defaultdict(list)
        self.first_on_record = first_times(events)
        for event in events:
            _HANDLERS[type(event.data)](self, event)

    def came_in(self, event: Recorded, hop: Hop, categories: Iterable[str]) -> None:
        """Note what came to a recipient."""
        if hop.to.kind is HolderKind.RECIPIENT:
            what = frozenset(categories)
            arrival = Arrival(event.moment, event, hop.to.name, what, hop.deidentified)
            self._in[hop.to.name].append(arrival)

    def went_out(self, event: Recorded, holder: Holder, categories: Iterable[str]) -> None:
        """Note what a recipient erased."""
        if holder.kind is HolderKind.RECIPIENT:
            self._out[holder.name].append((event.moment, frozenset(categories)))

    def arrivals(self, recipient: str) -> list[Arrival]:
        """Everything that ever came to a recipient."""
        return self._in.get(recipient, [])

    def held_by(self, recipient: str, at: Moment) -> frozenset[str]:
        """What a recipient held in a form that can be told to be this person's, up to a moment.

        What comes at the very moment counts.
        """
        held: set[str] = set()
        outs = [out for out in self._out.get(recipient, ()) if out[0] <= at]
        for arrival in self.arrivals(recipient):
            if arrival.at > at or arrival.deidentified:
                continue
            for category in arrival.categories:
                if not any(when > arrival.at and category in gone for when, gone in outs):
                    held.add(category)
        return frozenset(held)
