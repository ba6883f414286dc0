"""Messages that a producer or the broker has compressed are read, in whichever way Kafka knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

from lineage.tracker import Tracker
from tests.properties.worlds import world
from tests.streams.shipping import Shipping, Wire
from tests.streams.whole import assert_whole
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

WAYS = ("gzip", "snappy", "lz4", "zstd")
BY_ITS_PRODUCER = "producer"


@pytest.fixture
def shipping(kafka: Kafka, postgres_place: StorePlace) -> Shipping:
    """Topics and a PostgreSQL store of the test's own."""
    return Shipping(kafka, postgres_place)


@pytest.fixture
def tracker(shipping: Shipping) -> Iterator[Tracker]:
    """Looks at the store that the workers fill."""
    with shipping.place.open() as tracker:
        yield tracker


async def sent(shipping: Shipping, events: Sequence[Wire], way: str) -> None:
    """Send events, compressed by who sends them."""
    async with AIOKafkaProducer(
        bootstrap_servers=shipping.kafka.servers, acks="all", linger_ms=50, compression_type=way
    ) as producer:
        messages = map(shipping.message_of, events)
        futures = [await producer.send(topic, value, key=key) for topic, key, value in messages]
        for made in await asyncio.gather(*futures):
            shipping.goes_to(made.topic, made.partition, made.offset + 1)


def compressed_by_the_broker(shipping: Shipping, topics: Sequence[str], way: str) -> None:
    """Let the broker compress what it is sent from now on: its Java does it, not our library."""
    changed = [
        ConfigResource(ConfigResourceType.TOPIC, topic, {"compression.type": way})
        for topic in topics
    ]
    shipping.kafka.admin.alter_configs(changed)


@pytest.mark.parametrize("by", ["producer", "broker"])
def test_every_compression_is_read(shipping: Shipping, tracker: Tracker, by: str) -> None:
    """A worker records what was sent with each of them, from the topic of events and from those of
    agents.
    """
    events, generated = world(40, 800, 12)
    topics = sorted({shipping.topic_of(event) for event in events})
    shipping.make(*topics)
    size = len(events) // len(WAYS) + 1
    for number, way in enumerate(WAYS):
        part = events[number * size : (number + 1) * size]
        assert {*map(shipping.topic_of, part)} > {shipping.topics.events.name}
        if by == BY_ITS_PRODUCER:
            asyncio.run(sent(shipping, part, way))
        else:
            compressed_by_the_broker(shipping, topics, way)
            shipping.send_events(part)
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        assert shipping.stop(worker) == 0
    assert_whole(tracker, events, generated)
