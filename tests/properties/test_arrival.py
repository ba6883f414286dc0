"""The facts of a person do not depend on when, how often and with what else its events arrive."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.tracker import Tracker
from tests.properties.stores import (
    emptied,
    facts_dump,
    holdings_dump,
    opened,
    raw_dump,
    record_in,
)
from tests.properties.streams import (
    DAYS,
    HOLDS,
    PEOPLE,
    REQUESTS,
    Sketch,
    Wire,
    moment,
    streams,
    wires,
)
from tests.support.places import StorePlace

PREFIXES = count()
"""New people for each example: one pair of stores serves them all."""

sizes = st.lists(st.integers(1, 4), max_size=12)


@pytest.fixture(scope="module")
def pair(shared_place: StorePlace) -> Iterator[tuple[Tracker, Tracker]]:
    """Two stores with the same keys."""
    with opened(shared_place) as one, opened(shared_place.another()) as other:
        yield one, other


@pytest.fixture(scope="module")
def single(shared_place: StorePlace) -> Iterator[Tracker]:
    """A store that each example empties first."""
    with opened(shared_place.another()) as tracker:
        yield tracker


def subjects(prefix: str) -> list[str]:
    """The ids of an example."""
    return [f"{prefix}-p{person}" for person in range(PEOPLE)]


@given(drawn=streams(HOLDS), in_order=sizes, shuffled=sizes, choice=st.data())
def test_facts_are_the_same_in_any_order_of_arrival(
    pair: tuple[Tracker, Tracker],
    drawn: list[Sketch],
    in_order: list[int],
    shuffled: list[int],
    choice: st.DataObject,
) -> None:
    """Events in order of time, in small batches, fold to the same bytes as shuffled ones with
    duplicates in other batches: edges, erasures, changes, links and holdings.
    """
    one, other = pair
    prefix = f"a{next(PREFIXES)}"
    events = wires(drawn, prefix)
    again = [e for i, e in enumerate(events) if choice.draw(st.booleans(), label=f"twice {i}")]
    mixed: list[Wire] = choice.draw(st.permutations([*events, *again]))
    record_in(one, sorted(events, key=lambda e: e["time"]), in_order)
    record_in(other, mixed, shuffled)
    assert facts_dump(one, prefix=prefix) == facts_dump(other, prefix=prefix)
    assert holdings_dump(one, subjects(prefix)) == holdings_dump(other, subjects(prefix))


@given(drawn=streams(HOLDS, REQUESTS), batches=sizes, by_time=st.booleans())
def test_what_is_stored_is_what_a_whole_fold_of_the_ledger_gives(
    single: Tracker, drawn: list[Sketch], batches: list[int], by_time: bool
) -> None:
    """A rebuild changes no byte of the facts, with requests, notices and acts among them."""
    prefix = f"b{next(PREFIXES)}"
    events = wires(drawn, prefix)
    if by_time:
        events.sort(key=lambda e: e["time"])
    emptied(single)
    record_in(single, events, batches)
    before = raw_dump(single)
    single.rebuild()
    assert raw_dump(single) == before
    assert single.verify().ok


@given(drawn=streams(HOLDS), batches=sizes)
def test_the_last_moment_is_now(
    pair: tuple[Tracker, Tracker], drawn: list[Sketch], batches: list[int]
) -> None:
    """As of the last moment on record, read from the ledger, the answer is that of the facts."""
    tracker, _ = pair
    prefix = f"c{next(PREFIXES)}"
    record_in(tracker, wires(drawn, prefix), batches)
    people = subjects(prefix)
    assert holdings_dump(tracker, people) == holdings_dump(tracker, people, as_of=moment(DAYS - 1))


@given(drawn=streams(HOLDS), day=st.integers(0, DAYS - 1))
def test_an_earlier_moment_is_what_was_on_record_up_to_it(
    pair: tuple[Tracker, Tracker], drawn: list[Sketch], day: int
) -> None:
    """As of a moment, the answer is that of a store that got the events up to it, and all links
    and retractions, for what is wrong never happened and who somebody is has no date.
    """
    one, other = pair
    prefix = f"d{next(PREFIXES)}"
    events = wires(drawn, prefix)
    timeless = ("lineage.identity_linked.v1", "lineage.event_retracted.v1")
    end = moment(day).isoformat().replace("+00:00", "Z")
    record_in(one, events, [3, 3])
    record_in(other, [e for e in events if e["time"] <= end or e["type"] in timeless], [])
    people = subjects(prefix)
    assert holdings_dump(one, people, as_of=moment(day)) == holdings_dump(other, people)
