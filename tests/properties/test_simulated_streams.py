"""A simulation over histories that nobody would think of: links, retractions, late decisions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.policy.loader import load_library
from lineage.tracker import Tracker
from lineage.tracker.policy_face import simulated_rows
from tests.properties.simulated import carried_out, said_of
from tests.properties.stores import NOW, emptied, record_in
from tests.properties.streams import (
    CONTROLLER,
    PEOPLE,
    REQUESTS,
    Sketch,
    streams,
    wires,
)
from tests.support.places import StorePlace

LIBRARY: Final = load_library()
OTHER: Final = LIBRARY.versions("seestar")[-1]
PREFIXES = itertools.count()
LOOKS = itertools.count(1)
sizes = st.lists(st.integers(1, 5), max_size=12)


def ticking() -> datetime:
    """A clock that never shows the same time twice."""
    return NOW + timedelta(microseconds=next(LOOKS))


@pytest.fixture(scope="module")
def both(shared_place: StorePlace) -> Iterator[tuple[Tracker, Tracker]]:
    """One under the policies in use, one under those with another in the place of its own."""
    other = LIBRARY.with_policy(OTHER, controller=CONTROLLER, since=None)
    with (
        shared_place.another().open(clock=ticking) as one,
        shared_place.another().open(clock=ticking, policies=other) as again,
    ):
        yield one, again


@settings(max_examples=max(10, settings().max_examples // 8))
@given(drawn=streams(REQUESTS, REQUESTS), batches=sizes)
def test_a_simulation_is_recording_again(
    both: tuple[Tracker, Tracker],
    drawn: list[Sketch],
    batches: list[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What is said under the other policy is what would be said had it been in force; and under
    the same nothing changes, what was planned for people who were linked meanwhile included.
    """
    one, again = both
    prefix = f"s{next(PREFIXES)}"
    folder = tmp_path_factory.mktemp("rows")
    for tracker in both:
        emptied(tracker)
        record_in(tracker, wires(drawn, prefix), batches)
    at = ticking()
    for number in range(PEOPLE):
        person = f"{prefix}-p{number}"
        to = folder / f"{number}.jsonl"
        one.simulate(OTHER, to=to, controller=CONTROLLER, subject=person, as_of=at)
        before = said_of(one, CONTROLLER, person, [], at)
        after = said_of(again, CONTROLLER, person, [], at)
        rows = [r for r in simulated_rows(to) if r.what not in {"request_dates", "right"}]
        assert carried_out(before, rows) == after
    [same] = LIBRARY.versions(CONTROLLER)
    assert one.simulate(same, to=folder / "same.jsonl", as_of=at).counts == {}
