"""Tests of the ways by which data came to a recipient."""

import time
from heapq import heappop
from itertools import pairwise
from typing import Any

import pytest

from lineage.domain import paths as searched
from lineage.domain.facts import Recorded
from lineage.domain.paths import PATHS_MAX
from tests.properties.people import erased, held, passed_on, row, rows_of, shared, told

C = "sesiiduo"


def paths(name: str, *events: Recorded, category: str = "name") -> tuple[tuple[str, ...], ...]:
    """The paths of one row."""
    return row(name, category, *events).paths


def test_a_chain_of_depth_five_is_followed_to_its_end() -> None:
    """Each recipient of a chain is a holder, with the whole way as its path."""
    parties = ["A", "B", "C", "D", "E"]
    hops = [passed_on(i, a, b, "name") for i, (a, b) in enumerate(pairwise(parties), 2)]
    events = [shared(1, "A", "name"), *hops]
    assert len(held(events)) == 5
    for depth in range(1, 6):
        assert paths(parties[depth - 1], *events) == ((C, *parties[:depth]),)


def test_a_cycle_has_no_endless_path() -> None:
    """A path names no party twice, though data was passed round in a ring and back."""
    ring = [passed_on(2, "A", "B", "name"), passed_on(3, "B", "A", "name")]
    events = [shared(1, "A", "name"), *ring, passed_on(4, "B", "B", "name")]
    assert paths("A", *events) == ((C, "A"),)
    assert paths("B", *events) == ((C, "A", "B"),)
    assert paths("End", *events, passed_on(5, "A", "End", "name")) == ((C, "A", "End"),)


DIAMOND = [
    shared(1, "Left", "name"),
    shared(1, "Right", "name"),
    passed_on(2, "Left", "End", "name"),
    passed_on(2, "Right", "End", "name"),
]


def test_a_diamond_has_both_its_paths() -> None:
    """Two ways to one recipient are both named, in order."""
    assert paths("End", *DIAMOND) == ((C, "Left", "End"), (C, "Right", "End"))


def test_erasing_at_the_source_leaves_every_recipient_in_scope() -> None:
    """What we delete ourselves is still held by all who got it."""
    collected = told("data_collected", 0, categories=["name"])
    deleted = told("data_deleted", 5, categories=["name"], store="live", method="erase")
    events = [collected, *DIAMOND]
    after = held([*events, deleted])
    assert after == held(events) - {("system", "/services/shop", "name")}


def test_erasing_in_the_middle_ends_the_middle_alone() -> None:
    """A recipient that erases has not erased at those it passed the data on to."""
    events = [*DIAMOND, erased(5, "Left", "name")]
    assert held(events) == {("recipient", "Right", "name"), ("recipient", "End", "name")}
    assert paths("End", *events) == ((C, "Left", "End"), (C, "Right", "End"))


def test_the_other_path_keeps_a_holder_in_scope() -> None:
    """Erased and received again by the second way, the end of a diamond holds the data."""
    events = [*DIAMOND, erased(3, "End", "name")]
    assert ("recipient", "End", "name") not in held(events)
    again = passed_on(4, "Right", "End", "name")
    assert ("recipient", "End", "name") in held([*events, again])


def test_the_shortest_path_comes_first() -> None:
    """Paths are sorted by length, then by name."""
    events = [
        shared(1, "A", "name"),
        passed_on(2, "A", "B", "name"),
        passed_on(2, "B", "End", "name"),
        passed_on(2, "A", "End", "name"),
        shared(3, "End", "name"),
    ]
    assert paths("End", *events) == ((C, "End"), (C, "A", "End"), (C, "A", "B", "End"))


def test_a_path_carries_the_category_on_every_hop_where_there_is_one() -> None:
    """A hop that carried only other data is no way of this category."""
    events = [
        shared(1, "A", "name"),
        shared(1, "B", "phone"),
        passed_on(2, "A", "End", "name"),
        passed_on(2, "B", "End", "name"),
    ]
    assert paths("End", *events) == ((C, "A", "End"),)


def test_where_no_path_carried_the_category_any_path_is_shown() -> None:
    """A recipient may pass a category on under another word."""
    events = [shared(1, "A", "phone"), passed_on(2, "A", "End", "name")]
    assert paths("End", *events) == ((C, "A", "End"),)


def test_a_hop_that_nothing_leads_to_has_no_path() -> None:
    """Who got data from a party that is not on record as a holder is a holder without a path."""
    assert paths("End", passed_on(1, "Stranger", "End", "name")) == ()


def test_a_collection_is_no_hop_of_a_path() -> None:
    """Where a third party gave us data, no path leads through it."""
    events = [
        told("data_inbound_received", 1, sender="Plaza", categories=["name"]),
        shared(2, "Plaza", "name"),
        passed_on(3, "Plaza", "End", "name"),
    ]
    assert paths("End", *events) == ((C, "Plaza", "End"),)


def test_at_most_ten_paths_are_shown_the_shortest_of_all() -> None:
    """Of more ways than anybody can read, the ten shortest are kept."""
    middle = [f"M{i:02}" for i in range(15)]
    events = [shared(1, m, "name") for m in middle]
    events += [passed_on(2, m, "End", "name") for m in middle]
    assert paths("End", *events) == tuple((C, m, "End") for m in middle[:PATHS_MAX])


def test_a_dense_graph_is_answered_in_bounded_time() -> None:
    """Thirty parties that all pass data to one another still have ten shortest paths each, soon."""
    parties = [f"P{i:02}" for i in range(30)]
    events = [shared(1, "P00", "name")]
    events += [passed_on(2, a, b, "name") for a in parties for b in parties if a != b]
    started = time.process_time()
    found = rows_of(*events)
    assert time.process_time() - started < 10
    assert len(found) == 30
    for holding in found:
        expected = 1 if holding.holder.name == "P00" else PATHS_MAX
        assert len(holding.paths) == expected


def test_categories_that_went_the_same_hops_share_their_searches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many categories went round a dense graph, it is searched as often as for one."""
    taken: list[object] = []

    def counting(waiting: list[Any]) -> Any:
        taken.append(None)
        return heappop(waiting)

    monkeypatch.setattr(searched, "heappop", counting)
    parties = [f"P{i:02}" for i in range(8)]
    counts = []
    for categories in (("name",), ("name", "phone", "email")):
        taken.clear()
        events = [shared(1, "P00", *categories)]
        events += [passed_on(2, a, b, *categories) for a in parties for b in parties if a != b]
        found = rows_of(*events)
        assert len(found) == len(parties) * len(categories)
        assert len({row.paths for row in found}) == len(parties)
        counts.append(len(taken))
    assert counts[0] == counts[1] > len(parties)


def test_behind_a_dense_graph_the_one_long_path_is_found() -> None:
    """However many ways lead nowhere, a holder with a path on record is shown with it."""
    crowd = [f"P{i:02}" for i in range(16)]
    events = [shared(1, a, "name") for a in crowd]
    events += [passed_on(2, a, b, "name") for a in crowd for b in crowd if a != b]
    tail = ["P00", "X", "Y", "Z", "End"]
    events += [passed_on(3, a, b, "name") for a, b in pairwise(tail)]
    found = paths("End", *events)
    assert found[0] == (C, *tail)
    assert len(found) == PATHS_MAX
