"""An answer that comes later, over a real broker: it is on the reply topic, and is recorded."""

from __future__ import annotations

import pytest

from lineage.client import Emitter
from lineage.client.orders import answer_later, erased, parse_order, reply_topic
from lineage.events import EventClass, parse_event
from lineage.kafka.binding import to_structured
from streams.topics import Topics
from tests.client.orders.sending import written
from tests.kafka.reading import read_all
from tests.support.kafka_topics import Kafka

pytestmark = pytest.mark.kafka


def test_an_answer_is_on_the_reply_topic_when_it_was_said(kafka: Kafka) -> None:
    """Where the workers look for this recipient's answers, and before the emitter is closed."""
    prefix = kafka.name()
    topic = reply_topic("Fast Parcel", prefix=prefix)
    assert Topics(prefix).answers("Fast Parcel").name == topic
    kafka.admin.create_topics(
        {topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True
    )
    with Emitter.to_kafka(
        kafka.servers,
        source="/services/parcels",
        controller="senro",
        topic=topic,
        says=EventClass.ANSWER,
    ) as emitter:
        event = answer_later(emitter, parse_order(written(recipient="Fast Parcel")), erased())
        messages = read_all(kafka.servers, topic)
    found = [parse_event(to_structured(message.value, message.headers)) for message in messages]
    assert found == [event]
