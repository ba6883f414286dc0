"""What is on a topic, read back by a plain consumer of kafka-python."""

from __future__ import annotations

from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition


class Message(NamedTuple):
    """One message as it lies on the topic."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def read_all(servers: str, topic: str) -> list[Message]:
    """All messages of a topic, each partition in its order."""
    consumer = KafkaConsumer(bootstrap_servers=servers, group_id=None)
    try:
        lanes = [TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(lanes)
        consumer.seek_to_beginning(*lanes)
        ends = consumer.end_offsets(lanes)
        found: list[Message] = []
        while any(consumer.position(lane) < ends[lane] for lane in lanes):
            for lane, records in consumer.poll(timeout_ms=500).items():
                found.extend(
                    Message(lane.partition, record.key, record.value, tuple(record.headers))
                    for record in records
                )
        return found
    finally:
        consumer.close()
