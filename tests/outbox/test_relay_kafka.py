"""The relay with a real broker, and with one that goes away."""

from __future__ import annotations

import threading
import time
from collections import defaultdict

import pytest
import sqlalchemy as sa

from lineage.events import Event, OrderCreated, parse_event
from lineage.outbox import OutboxEmitter, Relay, to_kafka, waiting
from tests.kafka.reading import read_all
from tests.support.engines import on_sqlite
from tests.support.kafka_topics import Kafka, OwnKafka

pytestmark = pytest.mark.kafka


def emitter_to(topic: str) -> OutboxEmitter:
    """What the service emits with."""
    return OutboxEmitter(source="/services/checkout", controller="senro", topic=topic)


def enqueued(service: sa.Engine, emitter: OutboxEmitter, count: int) -> list[Event]:
    """Events of a few people in the outbox."""
    with service.begin() as connection:
        return [
            emitter.emit(connection, OrderCreated(order_id=f"o{n}"), subject=f"m{n % 5}")
            for n in range(count)
        ]


def first_arrivals(kafka: Kafka, topic: str) -> dict[str, list[str]]:
    """The ids of the events under each key, in the order they first arrived in."""
    found: dict[str, list[str]] = defaultdict(list)
    for message in read_all(kafka.servers, topic):
        event = parse_event(message.value or b"")
        assert message.key == event.ordering_key.encode()
        if event.id not in found[event.ordering_key]:
            found[event.ordering_key].append(event.id)
    return dict(found)


def ids_by_key(events: list[Event]) -> dict[str, list[str]]:
    """What should have arrived."""
    keys = {event.ordering_key for event in events}
    return {key: [event.id for event in events if event.ordering_key == key] for key in keys}


def test_an_outbox_is_published(service: sa.Engine, kafka: Kafka) -> None:
    """Every event is on the topic once, each person's in order."""
    topic = kafka.topic(partitions=3)
    events = enqueued(service, emitter_to(topic), 40)
    relay = Relay(service, to_kafka(kafka.servers))
    assert relay.drain() == 40
    relay.close()
    assert len(read_all(kafka.servers, topic)) == 40
    assert first_arrivals(kafka, topic) == ids_by_key(events)


@on_sqlite
def test_a_missing_topic_holds_up_no_other(service: sa.Engine, kafka: Kafka) -> None:
    """What is meant for it waits and says why; the rest is published."""
    topic, missing = kafka.topic(), kafka.name()
    with service.begin() as connection:
        emitter_to(missing).emit(connection, OrderCreated(order_id="o0"), subject="m9")
    events = enqueued(service, emitter_to(topic), 5)
    relay = Relay(service, to_kafka(kafka.servers, max_block_ms=500))
    assert relay.drain() == 5
    relay.close()
    assert first_arrivals(kafka, topic) == ids_by_key(events)
    with service.connect() as connection:
        (stuck,) = waiting(connection).stuck
    assert stuck.attempts == 1
    assert missing in stuck.last_error


@on_sqlite
def test_a_broker_that_is_killed_loses_nothing(service: sa.Engine, own_kafka: OwnKafka) -> None:
    """While it is away events wait; when it is back, all are there, each person's in order."""
    topic = own_kafka.topic(partitions=2)
    emitter = emitter_to(topic)
    stop = threading.Event()
    relay = Relay(service, to_kafka(own_kafka.servers), batch=20, lease_seconds=6)
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        events = enqueued(service, emitter, 60)
        own_kafka.kill()
        events += enqueued(service, emitter, 60)
        time.sleep(5)
        with service.connect() as connection:
            assert waiting(connection).events >= 60
        own_kafka.start()
        ends_at = time.monotonic() + 90
        while time.monotonic() < ends_at:
            with service.connect() as connection:
                if waiting(connection).events == 0:
                    break
            time.sleep(0.2)
    finally:
        stop.set()
        thread.join()
        relay.close()
    assert first_arrivals(own_kafka, topic) == ids_by_key(events)
