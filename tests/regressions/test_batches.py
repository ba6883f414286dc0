"""Links, requests, decisions and shares in the same batches: stored, folded and known alike."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.tracker import Tracker
from tests.properties.stores import NOW, emptied, raw_dump
from tests.properties.streams import (
    CONTROLLER,
    INS,
    PEOPLE,
    REQUESTS,
    Sketch,
    links_and_retractions,
    sketches,
    wires,
)
from tests.storage.shop import Clock
from tests.support.places import StorePlace

PREFIXES = count()
NAMES = ("data_shared", "data_onward_shared", "data_transferred", "data_collected")
SHARES = {name: INS[name] for name in NAMES}
batch = st.lists(
    st.one_of(sketches(SHARES), sketches(SHARES), sketches(REQUESTS), links_and_retractions()),
    min_size=1,
    max_size=6,
)


def _answers(tracker: Tracker, prefix: str, **view: Any) -> dict[str, Any]:
    """What is answered of everybody: holders, plan, and whom each recipient has."""
    found: dict[str, Any] = {}
    for subject in (f"{prefix}-p{n}" for n in range(PEOPLE)):
        found[subject] = tracker.holders(subject, controller=CONTROLLER, **view).holders
        plan = tracker.plan(subject=subject, controller=CONTROLLER, **view)
        found[f"plan {subject}"] = (plan.state, plan.notify, plan.exclude, plan.erase)
    for recipient in ("Cart", "Bike", "Vault", f"person:{prefix}-p0"):
        # Pages follow the refs that are there now; whom they list is what must be the same.
        rows = tracker.recipient_subjects(recipient, controller=CONTROLLER, **view).rows
        found[recipient] = sorted((row.subject, row.category, row.since) for row in rows)
    return found


# Each asks everything about everybody after each batch, and again later.
@settings(max_examples=max(10, settings().max_examples // 4))
@given(batches=st.lists(batch, min_size=1, max_size=5))
def test_batches_that_join_people_and_decide_about_them(
    shared_place: StorePlace, batches: list[list[Sketch]]
) -> None:
    """What is stored after the last batch is what a rebuild gives, and what was answered after
    each is answered again when asked later what was known then.
    """
    prefix, clock = f"j{next(PREFIXES)}", Clock(NOW)
    events = iter(wires([sketch for drawn in batches for sketch in drawn], prefix))
    with shared_place.open(clock=clock) as tracker:
        emptied(tracker)
        then = []
        for drawn in batches:
            receipt = tracker.record([next(events) for _ in drawn])
            assert receipt.refused == 0, receipt.problems
            then.append((clock.now, _answers(tracker, prefix)))
            clock.now += timedelta(minutes=1)
        for known_at, answered in then:
            assert _answers(tracker, prefix, known_at=known_at) == answered
        before = raw_dump(tracker)
        tracker.rebuild()
        assert raw_dump(tracker) == before
        assert tracker.verify().faults == []
