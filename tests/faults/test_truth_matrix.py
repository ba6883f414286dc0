"""The long form of the truth test: 2,000 people by every batch size, in two orders of arrival."""

from __future__ import annotations

import pytest

from tests.properties.stores import events_on_record, facts_dump, opened, raw_dump
from tests.properties.worlds import compare_at_ten_moments, shuffled, world
from tests.support.places import StorePlace

PEOPLE, LINES, SEED = 2_000, 40_000, 77


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch_size", [1, 7, 500, 5000])
@pytest.mark.parametrize("mixed", [False, True], ids=["as it arrives", "shuffled"])
def test_two_thousand_people_by_every_batch_size(
    store_place: StorePlace, batch_size: int, mixed: bool
) -> None:
    """Every holder set is that of the truth, now and at ten moments; a rebuild changes no byte."""
    events, generated = world(PEOPLE, LINES, SEED)
    sent = shuffled(events, batch_size) if mixed else events
    with opened(store_place) as tracker:
        tracker.record(sent, batch_size=batch_size)
        assert events_on_record(tracker) == generated.truth.counts.events
        compare_at_ten_moments(tracker, events, generated)
        tracker.rejudge()  # until then people are judged without a controller's late events
        before = raw_dump(tracker)
        tracker.rebuild()
        assert raw_dump(tracker) == before
        assert tracker.verify().ok


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_thousand_people_dump_the_same_in_two_orders_of_arrival(
    store_place: StorePlace,
) -> None:
    """The facts of two stores with the same keys are the same bytes."""
    events, _ = world(PEOPLE, LINES, SEED)
    with opened(store_place) as one, opened(store_place.another()) as other:
        one.record(events, batch_size=500)
        other.record(shuffled(events, SEED), batch_size=4999)
        for tracker in (one, other):
            tracker.rejudge()
        assert facts_dump(one) == facts_dump(other)
