"""Topics for measuring, made as the product makes them and filled before anybody reads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from zlib import crc32

from aiokafka import AIOKafkaProducer
from kafka.errors import CoordinatorNotAvailableError

from lineage.kafka.security import Security
from streams.admin import connected
from streams.lanes import LaneName
from streams.making import create_topics
from streams.topics import Topics
from tests.support.kafka_topics import Kafka

PARTITIONS = 4
PRODUCER_BYTES = 256 << 10
"""Of a batch, as large as those of ``lineage.kafka.producer``: small ones slow every reader."""


class Stream:
    """The topics of one tracker; that of the events is the one to be filled."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self.servers = kafka.servers
        self.topics = Topics(kafka.name())
        self.name = self.topics.events.name
        with connected(self.servers, Security()) as admin:
            create_topics(admin, self.topics, partitions=PARTITIONS)

    def fill(self, events: Iterable[bytes]) -> int:
        """Put events there, all of a person into one partition; gives how many the broker took."""
        before = sum(self.ends().values())
        sent = asyncio.run(self._fill(events))
        assert sum(self.ends().values()) - before == sent
        return sent

    async def _fill(self, events: Iterable[bytes]) -> int:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.servers, acks="all", max_batch_size=PRODUCER_BYTES
        )
        await producer.start()
        try:
            open_ = [producer.create_batch() for _ in range(PARTITIONS)]
            on_their_way = []
            sent = 0
            for event in events:
                key = str(json.loads(event)["subject"]).encode()
                at = crc32(key) % PARTITIONS
                while open_[at].append(key=key, value=event, timestamp=None) is None:
                    on_their_way.append(
                        await producer.send_batch(open_[at], self.name, partition=at)
                    )
                    open_[at] = producer.create_batch()
                sent += 1
            for at, last in enumerate(open_):
                if last.record_count():
                    on_their_way.append(await producer.send_batch(last, self.name, partition=at))
            await asyncio.gather(*on_their_way)
        finally:
            await producer.stop()
        return sent

    def ends(self) -> dict[str, int]:
        """Each lane of the events, and where the broker says that it ends."""
        with connected(self.servers, Security()) as admin:
            state = admin.state([self.name])
        topic = state.topics[self.name]
        lanes = {}
        for each in topic.partitions:
            assert each.end is not None
            lane = LaneName(state.cluster, topic.name, topic.topic_id, each.number)
            lanes[str(lane)] = each.end
        return lanes

    def shared_by(self, group: str) -> list[int]:
        """How many partitions of the events each member of a group has, as soon as they agree."""
        try:
            found = self._kafka.admin.describe_groups([group])[group]
        except CoordinatorNotAvailableError:  # the first group of a new broker
            return []
        if found["group_state"] != "Stable":
            return []
        return sorted(
            sum(
                len(each["partitions"])
                for each in member["member_assignment"]["assigned_partitions"]
            )
            for member in found["members"]
        )
