"""Faust agents for the topics with little on them: what officers decide, what recipients answer.

Faust's own offset is not trusted. What it gives is put behind the same fence as everything else;
where it begins after our lane stands, what is between is read from the topic first.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition

from lineage.service.lanes import Lanes
from streams.ending import die
from streams.lanes import LaneName
from streams.messages import Message, Origins, batch_of
from streams.reader import Unread
from streams.sink import Sink
from streams.topics import Topic

TAKE_MAX = 100
TAKE_SECONDS = 0.1


class Taker:
    """Takes the messages of one such topic."""

    def __init__(
        self,
        topic: Topic,
        *,
        lane_of: Callable[[int], LaneName],
        lanes: Lanes,
        sink: Sink,
        options: dict[str, Any],
        fail: Callable[[str, BaseException], NoReturn] = die,
    ) -> None:
        """``options`` are the connection of a consumer that reads what Faust has passed over."""
        self._topic = topic
        self._lane_of = lane_of
        self._lanes = lanes
        self._sink = sink
        self._options = options
        self._fail = fail
        self._origins = Origins(topic)

    def add_to(self, app: faust.App) -> None:
        """Make the agent."""
        channel = app.topic(self._topic.name, value_type=bytes, value_serializer="raw")
        app.agent(channel, name=self._topic.name, concurrency=1)(self._agent)

    async def _agent(self, stream: Any) -> None:
        async for events in stream.noack_take(TAKE_MAX, within=TAKE_SECONDS):
            try:
                await self.take([event.message for event in events])
            except Exception as error:  # noqa: BLE001 - an exception here would acknowledge
                self._fail(f"taking from {self._topic.name}", error)
            for event in events:
                await stream.ack(event)

    async def take(self, messages: Sequence[Any]) -> None:
        """Record messages of any partitions; they are committed when this returns."""
        found: dict[int, list[Any]] = defaultdict(list)
        for message in messages:
            found[message.partition].append(message)
        for partition, own in sorted(found.items()):
            await self._record(partition, own)

    async def _record(self, partition: int, messages: Sequence[Message]) -> None:
        lane = self._lane_of(partition)
        stands = await asyncio.to_thread(self._lanes.next_of, str(lane))
        at, missing = await self._passed_over(partition, stands, messages[0].offset)
        messages = [m for m in [*missing, *messages] if m.offset >= at]
        if messages:
            place = f"{self._topic.name}[{partition}]"
            origins = self._origins
            batch = batch_of(str(lane), place, at=at, messages=messages, origins=origins)
            await (await self._sink.put(batch))

    async def _passed_over(
        self, partition: int, stands: int | None, first: int
    ) -> tuple[int, list[Message]]:
        """Where the lane goes on, and what the topic has from there up to the first message."""
        if stands is not None and stands >= first:
            return stands, []
        where = TopicPartition(self._topic.name, partition)
        consumer = AIOKafkaConsumer(
            enable_auto_commit=False, isolation_level="read_committed", **self._options
        )
        await consumer.start()
        try:
            consumer.assign([where])
            begins = (await consumer.beginning_offsets([where]))[where]
            if stands is not None and begins > stands:
                raise Unread(self._lane_of(partition), stands, begins)
            at = begins if stands is None else stands
            return at, await _read_up_to(consumer, where, at, first)
        finally:
            await consumer.stop()


async def _read_up_to(
    consumer: AIOKafkaConsumer, where: TopicPartition, at: int, stop: int
) -> list[Message]:
    found: list[Message] = []
    consumer.seek(where, at)
    while await consumer.position(where) < stop:
        for records in (await consumer.getmany(where, timeout_ms=1000)).values():
            found += [record for record in records if record.offset < stop]
    return found
