"""The reader of the events' topic when partitions are taken up anew in mid-batch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from streams.metrics import Metrics
from streams.sink import Sink
from streams.worker import Worker, ready
from tests.properties.worlds import world
from tests.streams.shipping import Shipping
from tests.support.kafka_topics import Kafka
from tests.support.places import StorePlace

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

MESSAGES = 40


@pytest.fixture
def worker(kafka: Kafka, postgres_place: StorePlace) -> Iterator[Worker]:
    """A worker that nobody runs, and some events on the only partition of its topic."""
    shipping = Shipping(kafka, postgres_place, partitions=1)
    events, _ = world(10, 100, 6)
    facts = [e for e in events if shipping.topic_of(e) == shipping.topics.events.name]
    shipping.send_events(facts[:MESSAGES])
    worker = ready(shipping.settings, Metrics())
    with worker.tracker:
        yield worker


@pytest.mark.parametrize("meanwhile", ["taken up anew", "given up"])
def test_what_was_fetched_before_is_not_taken(
    worker: Worker, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records that were fetched before the partition was sent back to where its lane stands come
    again, and nobody says that the broker has lost them.
    """
    topic = worker.settings.names.events
    partition = TopicPartition(topic.name, 0)

    async def run() -> None:
        sink = Sink(worker.tracker.lanes, told=lambda _: None)
        sink.start()
        reader = worker._reader(topic, sink)

        async def fetched() -> list[ConsumerRecord]:
            while True:
                found = await reader._consumer.getmany(timeout_ms=200, max_records=10)
                if found:
                    return list(found[partition])

        async def given_up(_: TopicPartition) -> int:
            reader.on_partitions_revoked([partition])
            return 0

        await reader._consumer.start()
        try:
            records = await fetched()
            await reader.on_partitions_assigned([partition])
            if meanwhile == "given up":  # while it is found out whether the first is a hole
                with monkeypatch.context() as patched:
                    patched.setattr(reader, "_begins", given_up)
                    reader._sought.add((partition, 0))
                    reader._consumer.seek(partition, len(records))
                    await reader._take(partition, records[1:])
            else:
                await reader._take(partition, records)
            await reader._listen()
            assert worker.tracker.verify().events == 0
            await reader.on_partitions_assigned([partition])
            while reader._expected[partition] < MESSAGES:
                await reader._take(partition, await fetched())
                await reader._listen()
        finally:
            await reader._consumer.stop()
            await sink.close()

    asyncio.run(run())
    assert [stand.next for stand in worker.tracker.lanes.on_record()] == [MESSAGES]
