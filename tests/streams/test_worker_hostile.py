"""A worker against who may write to its topics: nothing that Kafka takes may stop a partition."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaProducer

from lineage.tracker import Tracker
from tests.properties.worlds import world
from tests.streams.shipping import Shipping, Wire
from tests.streams.whole import assert_recorded
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]


class NoText(str):
    """A name that is no UTF-8 on its way to the broker."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        """Give what no decoder takes."""
        return b"\xff\xfe"


Headers = list[tuple[str, bytes | None]]
Sent = tuple[bytes, Headers]

HEADERS: list[Headers] = [
    [],
    [(NoText("name"), b"value")],
    [("empty", None)],
    [("ce_type", None), ("", b"")],
    [("content-type", b"\xff\xfe")],
    [("x" * 10_000, b"x" * 10_000)] * 3,
]
MESSAGES = 60
SAYS_WHAT_IT_IS = {3, 4}
"""Those that say what the message is; under all others it says so itself."""


@pytest.fixture
def shipping(kafka: Kafka, postgres_place: StorePlace) -> Shipping:
    """Topics and a PostgreSQL store of the test's own."""
    return Shipping(kafka, postgres_place, partitions=1)


@pytest.fixture
def tracker(shipping: Shipping) -> Iterator[Tracker]:
    """Looks at the store that the workers fill."""
    with shipping.place.open() as tracker:
        yield tracker


def sent(servers: str, topic: str, messages: Iterable[Sent], compression: str | None) -> list[int]:
    """Send messages in one batch if possible; gives their offsets."""
    producer = KafkaProducer(
        bootstrap_servers=servers, acks="all", linger_ms=500, compression_type=compression
    )
    futures = [producer.send(topic, value, headers=headers) for value, headers in messages]
    producer.flush()
    offsets = [future.get(10).offset for future in futures]
    producer.close()
    return offsets


async def sent_with_none(
    servers: str, topic: str, messages: Iterable[Sent], compression: str | None
) -> list[int]:
    """As above, by a client that takes a header without a value."""
    async with AIOKafkaProducer(
        bootstrap_servers=servers, acks="all", linger_ms=500, compression_type=compression
    ) as producer:
        futures = [
            await producer.send(topic, value, headers=headers) for value, headers in messages
        ]
        return [(await future).offset for future in futures]


def with_poison(events: Sequence[Wire]) -> tuple[list[Sent], list[Sent]]:
    """Events, as many as there are, and poison, under headers of every kind; then what is bad."""
    messages, bad = list[Sent](), list[Sent]()
    for number in range(MESSAGES):
        kind = number % len(HEADERS)
        own = [(json.dumps(event).encode(), HEADERS[kind]) for event in events[number : number + 1]]
        poison = b"{%d" % number, HEADERS[kind]
        messages += [*own, poison]
        bad += [*own, poison] if kind in SAYS_WHAT_IT_IS else [poison]
    return messages, bad


@pytest.mark.parametrize("compression", [None, "gzip"])
def test_no_header_stops_a_partition(
    shipping: Shipping, tracker: Tracker, compression: str | None
) -> None:
    """Names that are no text, values that are none: the events are recorded and the poison kept."""
    events, _ = world(10, 300, 11)
    by_topic = {
        topic: [event for event in events if shipping.topic_of(event) == topic][:MESSAGES]
        for topic in (shipping.topics.events.name, shipping.topics.control.name)
    }
    dead, good = list[str](), list[Wire]()
    for topic, some in by_topic.items():
        messages, bad = with_poison(some)
        nones = [m for m in messages if None in {value for _, value in m[1]}]
        rest = [m for m in messages if m not in nones]
        servers = shipping.kafka.servers
        offsets = sent(servers, topic, rest, compression)
        offsets += asyncio.run(sent_with_none(servers, topic, nones, compression))
        shipping.sent[topic, 0] = len(offsets)
        pairs = zip(rest + nones, offsets, strict=True)
        dead += [f"{topic}[0]@{offset}" for message, offset in pairs if message in bad]
        good += [e for n, e in enumerate(some) if n % len(HEADERS) not in SAYS_WHAT_IT_IS]
    with shipping.worker() as worker:
        shipping.wait_until_read(tracker, worker)
        assert shipping.stop(worker) == 0
    assert_recorded(tracker, good, dead=dead)
    assert tracker.replay_dead_letters().refused == len(dead)
    assert tracker.dead_letters().total == len(dead)
