"""The worker against a real broker: what is sent is recorded, once, whatever it is killed at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineage.tracker import Tracker
from tests.properties.worlds import world
from tests.streams.shipping import Shipping, copies
from tests.streams.whole import assert_whole
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = pytest.mark.kafka


@pytest.fixture
def shipping(kafka: Kafka, store_place: StorePlace) -> Shipping:
    """Topics and a store of the test's own."""
    return Shipping(kafka, store_place)


@pytest.fixture
def tracker(shipping: Shipping) -> Iterator[Tracker]:
    """Looks at the store that the workers fill."""
    with shipping.place.open() as tracker:
        yield tracker


def test_what_is_sent_is_recorded(shipping: Shipping, tracker: Tracker) -> None:
    """A worker records what services and officers have sent, and stops when it is told to."""
    events, generated = world(30, 400, 1)
    shipping.send_events(copies(events, 1))
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        assert shipping.stop(worker) == 0
    assert_whole(tracker, events, generated)
