"""Holders of generated people equal the truth that the generator kept in its own books."""

from __future__ import annotations

import pytest

from tests.properties.stores import (
    events_on_record,
    facts_dump,
    holdings_dump,
    opened,
    raw_dump,
)
from tests.properties.worlds import CONTROLLERS, compare_at_ten_moments, shuffled, world
from tests.support.places import StorePlace


def test_five_hundred_people_are_as_the_truth_says_at_ten_moments(store_place: StorePlace) -> None:
    """500 people and 10,000 events, with duplicates, late and shuffled ones among them: every
    holder set is that of the truth, now and at ten moments; each event is on record once.
    """
    events, generated = world(500, 10_000, 2026)
    with opened(store_place) as tracker:
        receipt = tracker.record(events)
        counts = generated.truth.counts
        assert (receipt.recorded, receipt.duplicates, receipt.refused) == (
            counts.events,
            counts.duplicates,
            0,
        )
        assert events_on_record(tracker) == counts.events
        compare_at_ten_moments(tracker, events, generated)


@pytest.mark.parametrize("batch_size", [1, 7, 500, 5000])
@pytest.mark.parametrize("mixed", [False, True], ids=["as it arrives", "shuffled"])
def test_the_truth_does_not_depend_on_batches(
    store_place: StorePlace, batch_size: int, mixed: bool
) -> None:
    """However a stream is split and shuffled, the holder sets are those of the truth, and the tree
    verifies.
    """
    events, generated = world(40, 400, 7)
    sent = shuffled(events, batch_size) if mixed else events
    with opened(store_place) as tracker:
        tracker.record(sent, batch_size=batch_size)
        assert events_on_record(tracker) == generated.truth.counts.events
        compare_at_ten_moments(tracker, events, generated)
        assert tracker.verify().ok


def test_dumps_are_byte_equal_between_orders_of_arrival_and_after_a_rebuild(
    store_place: StorePlace,
) -> None:
    """Facts and holdings of two stores that got the same events in another order and in other
    batches are the same bytes; a rebuild changes none.
    """
    events, generated = world(200, 4_000, 11)
    with opened(store_place) as one, opened(store_place.another()) as other:
        one.record(events, batch_size=333)
        other.record(shuffled(events, 3), batch_size=1999)
        assert facts_dump(one) == facts_dump(other)
        for controller in CONTROLLERS:
            people = [p.internal for p in generated.truth.people if p.controller == controller]
            assert holdings_dump(one, people, controller=controller) == holdings_dump(
                other, people, controller=controller
            )
        for tracker in (one, other):
            before = raw_dump(tracker)
            tracker.rebuild()
            assert raw_dump(tracker) == before
