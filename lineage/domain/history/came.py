"""What came to which recipient and what it has erased since, as of any moment. Pure.

The holdings of section 4.0 of the contract, for recipients and one moment of the past; what holds
now is derived from edges (``lineage.domain.holdings``), and a property holds the two equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from lineage.domain.facts import Moment, Recorded
from lineage.events import (
    CrossBorderTransfer,
    DataCollected,
    DataDeidentified,
    DataInboundReceived,
    DataOnwardShared,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    LogRecorded,
    OrderCompleted,
    PublicDisclosed,
    RecipientDeleted,
    ReidentificationDetected,
)

CAME_BY = (
    CrossBorderTransfer,
    DataCollected,
    DataDeidentified,
    DataInboundReceived,
    DataOnwardShared,
    DataShared,
    DataSold,
    DataStored,
    DataTransferred,
    LogRecorded,
    OrderCompleted,
    PublicDisclosed,
    RecipientDeleted,
    ReidentificationDetected,
)
"""All that puts a category on record, which is what a transfer of everything takes"""


class Arrival(NamedTuple):
    """Some categories came to a recipient."""

    at: Moment
    event: Recorded
    recipient: str
    categories: frozenset[str]
    deidentified: bool


class Came:
    """Arrivals and erasures at recipients, in canonical order."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        """Take the person's events of the types ``CAME_BY`` in canonical order."""
        self._in: dict[str, list[Arrival]] = defaultdict(list)
        self._out: dict[str, list[tuple[Moment, frozenset[str]]]] = defaultdict(list)
        on_record: set[str] = set()
        for event in events:
            for arrival in _arrivals(event, on_record):
                self._in[arrival.recipient].append(arrival)
            on_record.update(getattr(event.data, "categories", None) or ())
            self._note_out(event)

    def _note_out(self, event: Recorded) -> None:
        data = event.data
        if isinstance(data, RecipientDeleted):
            self._out[data.recipient].append((event.moment, frozenset(data.categories)))
        elif isinstance(data, DataDeidentified) and not data.reversible:
            self._out[data.holder].append((event.moment, frozenset(data.categories)))

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


def _arrivals(event: Recorded, on_record: set[str]) -> Iterable[Arrival]:
    data, at = event.data, event.moment
    if isinstance(data, DataShared):
        hidden = data.deidentified and not data.reidentifiable
        yield Arrival(at, event, data.recipient, frozenset(data.categories), hidden)
    elif isinstance(data, DataOnwardShared | DataSold):
        yield Arrival(at, event, data.recipient, frozenset(data.categories), deidentified=False)
    elif isinstance(data, DataTransferred):
        everything = on_record if data.categories is None else data.categories
        yield Arrival(at, event, data.recipient, frozenset(everything), deidentified=False)
    elif isinstance(data, CrossBorderTransfer | DataStored):
        for holder in {getattr(data, "recipient", None), data.host}:
            if holder is not None:
                yield Arrival(at, event, holder, frozenset(data.categories), deidentified=False)
    elif isinstance(data, ReidentificationDetected):
        yield Arrival(at, event, data.holder, frozenset(data.categories), deidentified=False)
    elif isinstance(data, PublicDisclosed):
        for holder in data.copies_uncontrolled or ():
            yield Arrival(at, event, holder, frozenset(data.categories), deidentified=False)
