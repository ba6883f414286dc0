"""Reply topics that are made while workers run are read by them, and none of them has to end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineage.tracker import Tracker
from streams.choosing import later
from streams.settings import Settings
from streams.topics import Topics
from tests.properties.worlds import world
from tests.streams.shipping import Shipping
from tests.streams.whole import assert_whole
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace


@pytest.fixture
def shipping(kafka: Kafka, postgres_place: StorePlace) -> Shipping:
    """Topics and a PostgreSQL store of the test's own."""
    return Shipping(kafka, postgres_place, partitions=2)


@pytest.fixture
def tracker(shipping: Shipping) -> Iterator[Tracker]:
    """Looks at the store that the workers fill."""
    with shipping.place.open() as tracker:
        yield tracker


@pytest.mark.kafka
@pytest.mark.postgres
def test_reply_topic_that_is_made_later_is_read(shipping: Shipping, tracker: Tracker) -> None:
    """By a worker that ran before, and by one that joins it and has known the topic all along:
    every answer is recorded once.
    """
    events, generated = world(40, 800, 13)
    names = shipping.topics
    answers = [event for event in events if names.is_answers(shipping.topic_of(event))]
    rest = [event for event in events if event not in answers]
    half = len(answers) // 2
    assert half > 1
    with shipping.worker(alone=False) as first:
        shipping.send_events(rest[::2])
        shipping.wait_until_read(tracker, first)
        shipping.send_events(answers[:half])
        shipping.wait_until_read(tracker, first)
        with shipping.worker(alone=False) as second:
            shipping.send_events([*rest[1::2], *answers[half:]])
            shipping.wait_until_read(tracker, first, second)
            assert shipping.stop(second) == 0
        assert shipping.stop(first) == 0
    assert_whole(tracker, events, generated)


def test_only_reply_topics_of_ours_are_taken_up() -> None:
    """Not those that are read, not those of another tracker; and none where topics were named."""
    ours, theirs = Topics("lineage"), Topics("other")
    known = {ours.answers("Bike").name}
    there = frozenset(
        {
            ours.events.name,
            ours.dead_letters,
            *known,
            theirs.answers("Cart").name,
            "lineage.answers",
        }
        | {ours.answers("Cart").name}
    )
    assert later(Settings(), there, known) == [ours.answers("Cart")]
    assert later(Settings(topics=(ours.events.name,)), there, known) == []
