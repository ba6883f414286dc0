"""Faust agents for the topics with little on them: what officers decide, what recipients answer.

Faust says that there is something. What it is we read from where our lane stands, and put it behind
the same fence as everything else: Faust's own offset is not trusted, and it gives what a producer
has taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, NoReturn

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition

from lineage.service.lanes import Lanes
from streams.ending import die
from streams.lanes import LaneName
from streams.messages import Message, Origins, TellOf, batch_of
from streams.reader import Unread
from streams.sink import Sink
from streams.topics import Topic

TAKE_MAX = 100
TAKE_SECONDS = 0.1
EMPTY_MS = 1000
EMPTY_MAX = 10
"""How often a broker may have nothing to give before it counts as away."""


class NothingGiven(TimeoutError):
    """The broker does not give what it has."""

    do = "look at the broker, and for a producer that leaves a transaction open"

    def __init__(self, where: TopicPartition, end: int) -> None:
        """Say of what."""
        super().__init__(f"the broker does not give {where.topic}[{where.partition}] up to {end}")


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
        tell_of: TellOf | None = None,
        fail: Callable[[str, BaseException], NoReturn] = die,
    ) -> None:
        """``options`` are the connection of the consumer that reads; ``tell_of`` gives who is told
        of dead letters.
        """
        self._topic = topic
        self._lane_of = lane_of
        self._lanes = lanes
        self._sink = sink
        self._options = options
        self._tell_of = tell_of
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
                self._fail("taking", error)
            for event in events:
                await stream.ack(event)

    async def take(self, messages: Sequence[Any]) -> None:
        """Record up to these messages, of any partitions; all is committed when this returns."""
        ends: dict[int, int] = {}
        for message in messages:
            ends[message.partition] = max(ends.get(message.partition, 0), message.offset + 1)
        for partition, end in sorted(ends.items()):
            await self.take_up_to(partition, end)

    async def take_up_to(self, partition: int, end: int) -> int:
        """Record what the topic has from where the lane stands up to this offset, and what has come
        since; of a transaction that is open, nothing yet. Gives where the lane stands then.
        """
        stands = await asyncio.to_thread(self._lanes.next_of, str(self._lane_of(partition)))
        if stands is not None and stands >= end:
            return stands
        where = TopicPartition(self._topic.name, partition)
        async with AIOKafkaConsumer(
            enable_auto_commit=False, isolation_level="read_committed", **self._options
        ) as consumer:
            consumer.assign([where])
            begins = (await consumer.beginning_offsets([where]))[where]
            ends = (await consumer.end_offsets([where]))[where]
            if stands is not None and begins > stands:
                raise Unread(self._lane_of(partition), stands, begins)
            at = begins if stands is None else stands
            async for records in read_between(consumer, where, at, ends):
                at = await self._put(partition, at, records)
            return at

    async def _put(self, partition: int, at: int, messages: Sequence[Message]) -> int:
        """Have messages recorded that follow on ``at``; gives what follows on them."""
        if not messages:
            return at
        lane = self._lane_of(partition)
        place = f"{self._topic.name}[{partition}]"
        batch = batch_of(
            str(lane),
            place,
            at=at,
            messages=messages,
            origins=self._origins,
            tell_of=self._tell_of,
        )
        await (await self._sink.put(batch))
        return batch.next


async def read_between(
    consumer: AIOKafkaConsumer, where: TopicPartition, at: int, end: int
) -> AsyncIterator[list[Message]]:
    """Messages from ``at`` up to ``end``, some at a time; there may be none where markers are.

    Raises ``NothingGiven`` where the broker does not come to the end: whether there is something
    before it nobody knows then.
    """
    consumer.seek(where, at)
    empty = 0
    while await consumer.position(where) < end:
        if empty == EMPTY_MAX:
            raise NothingGiven(where, end)
        found = await consumer.getmany(where, timeout_ms=EMPTY_MS, max_records=TAKE_MAX)
        records = [record for each in found.values() for record in each if record.offset < end]
        empty = 0 if records else empty + 1
        yield records
