"""Emitting to a real broker: what is emitted arrives, and what does not is raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage import open_tracker
from lineage.client import DeliveryFailed, Emitter
from lineage.events import DataShared, parse_event
from lineage.kafka.binding import to_structured
from tests.kafka.reading import read_all
from tests.support.kafka_topics import Kafka

pytestmark = pytest.mark.kafka

SHARE = DataShared(
    recipient="FastParcel", recipient_kind="logistics", categories=("consignee_name",)
)


def test_what_is_emitted_is_on_the_topic(kafka: Kafka, tmp_path: Path) -> None:
    """Under the key of its person, as an event that the tracker takes."""
    topic = kafka.topic()
    with Emitter.to_kafka(
        kafka.servers, source="/services/checkout", controller="senro", topic=topic
    ) as emitter:
        events = [emitter.emit(SHARE, subject=f"m{number % 3}") for number in range(9)]
        emitter.flush()
        messages = read_all(kafka.servers, topic)
    raw = [to_structured(message.value, message.headers) for message in messages]
    assert [parse_event(value) for value in raw] == events
    assert [message.key for message in messages] == [
        event.ordering_key.encode() for event in events
    ]
    with open_tracker(f"sqlite:///{tmp_path / 'shop.db'}") as tracker:
        assert tracker.record(raw).recorded == 9


def test_what_cannot_be_delivered_is_raised(kafka: Kafka) -> None:
    """By the emitter, at the latest when it is closed; the message names the topic and nobody."""
    missing = kafka.name()
    emitter = Emitter.to_kafka(
        kafka.servers,
        source="/services/checkout",
        controller="senro",
        topic=missing,
        max_block_ms=500,
    )

    def emit_and_close() -> None:
        with emitter:
            emitter.emit(SHARE, subject="ada@shop.example")

    with pytest.raises(DeliveryFailed) as error:
        emit_and_close()
    assert missing in str(error.value)
    assert "ada" not in str(error.value)
