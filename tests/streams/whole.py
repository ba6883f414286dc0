"""What must be true of a store that workers have filled, whatever happened to them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.generator import Generated
from lineage.tracker import Tracker
from tests.concurrency.soundness import assert_sound
from tests.properties.stores import NOW
from tests.properties.worlds import differences, live
from tests.streams.shipping import Wire


def different(events: Iterable[Wire]) -> int:
    """How many events these are: a generated world tells some twice."""
    return len({(e["source"], e["id"], e.get("subject")) for e in events})


def assert_recorded(tracker: Tracker, events: Iterable[Wire], *, dead: Iterable[str] = ()) -> None:
    """Each event is recorded once, no lane has a gap, the tree verifies, facts are what the ledger
    folds to; ``dead`` are the places of all dead letters.
    """
    found = tracker.dead_letters(limit=1000)
    assert sorted(row.place for row in found.rows) == sorted(dead), found.reasons
    assert tracker.verify().events == different(events)
    assert_sound(tracker)


def assert_whole(
    tracker: Tracker,
    events: Iterable[Wire],
    generated: Generated,
    *,
    dead: Iterable[str] = (),
) -> None:
    """As above for all events of a world: who holds what is the generator's truth."""
    assert_recorded(tracker, events, dead=dead)
    assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
