"""Looking after all partitions of a worker's topics from outside what reads them.

Clients of Kafka may stop without an error: Faust's agents, and members of a group that are left
without partitions after a broker was away. What no agent has brought for some seconds is read from
the topic and put behind the same fence; a partition of the events' topic that stands still before
its end ends the worker, and the next one joins anew. The time in which nobody looked does not
count: a process that was frozen has not stood still. A reply topic that is made later has no agent
in this process, so it is read from here alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from lineage.service.lanes import Lanes
from streams.agents import Taker, read_between
from streams.lanes import LaneName
from streams.reader import Truncated
from streams.watchdog import STILL_SECONDS_MAX, StoodStill

LOOK_SECONDS = 5.0
FIND_SECONDS = 20.0
"""Seldom: the broker names every topic it has."""


@dataclass(frozen=True, slots=True)
class Overseen:
    """``partitions`` with their lanes; ``takers`` of those topics that are not the events'."""

    partitions: Mapping[TopicPartition, LaneName]
    takers: Mapping[str, Taker]

    def __or__(self, other: Overseen) -> Overseen:
        """Both."""
        return Overseen({**self.partitions, **other.partitions}, {**self.takers, **other.takers})


Find = Callable[[frozenset[str]], Awaitable[Overseen]]


class Overseer:
    """Looks at the partitions now and then."""

    def __init__(
        self,
        overseen: Overseen,
        *,
        lanes: Lanes,
        find: Find,
        options: dict[str, Any],
        look_seconds: float = LOOK_SECONDS,
        find_seconds: float = FIND_SECONDS,
        still_seconds: float = STILL_SECONDS_MAX,
    ) -> None:
        """``find`` gives what is to be overseen as well, of the topics that there are now."""
        self._overseen = overseen
        self._lanes = lanes
        self._find = find
        self._find_seconds = find_seconds
        self._found = time.monotonic()
        self._options = options
        self._look_seconds = look_seconds
        self._still_seconds = still_seconds
        self._since: dict[TopicPartition, tuple[int, float]] = {}
        self._swept: dict[TopicPartition, int] = {}
        self._looked = time.monotonic()
        self._awake = self._answered = 0.0

    async def run(self, should_stop: Callable[[], bool]) -> None:
        """Look until it shall stop. Raises ``StoodStill``, ``Truncated``."""
        consumer = AIOKafkaConsumer(
            enable_auto_commit=False, isolation_level="read_committed", **self._options
        )
        await consumer.start()
        try:
            while not should_stop():
                await asyncio.sleep(self._look_seconds)
                await self._look_or_wait(consumer)
        finally:
            await consumer.stop()

    async def _look_or_wait(self, consumer: AIOKafkaConsumer) -> None:
        """Look, if the broker answers. Where it is away for long we end too: its clients may not
        find it again, and a new process waits for it.
        """
        try:
            async with asyncio.timeout(self._look_seconds):
                ends = await consumer.end_offsets(list(self._overseen.partitions))
            self._tick()
            self._answered = self._awake
            await self._look(consumer, ends)
            await self._find_more(consumer)
        except (KafkaError, TimeoutError) as error:
            self._tick()
            self._since = {}
            if self._awake - self._answered > self._still_seconds:
                raise StoodStill("the broker has not answered") from error

    def _tick(self) -> None:
        """Count the seconds since the last look, and no more of them than a look may take."""
        now = time.monotonic()
        self._awake += min(now - self._looked, 2 * self._look_seconds)
        self._looked = now

    async def _find_more(self, consumer: AIOKafkaConsumer) -> None:
        if time.monotonic() - self._found > self._find_seconds:
            self._found = time.monotonic()
            self._overseen |= await self._find(frozenset(await consumer.topics()))

    async def _look(self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> None:
        on_record = await asyncio.to_thread(self._lanes.on_record)
        stands = {stand.lane: stand.next for stand in on_record}
        for partition, lane in self._overseen.partitions.items():
            await self._look_at(consumer, partition, stands.get(str(lane), 0), ends[partition])

    async def _look_at(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, stands: int, end: int
    ) -> None:
        if stands > end:
            await self._look_at_end(partition, stands)
        stood, since = self._since.get(partition, (-1, 0.0))
        if stands >= end or stood != stands:
            self._since[partition] = stands, self._awake
            return
        taker = self._overseen.takers.get(partition.topic)
        if taker is not None:
            if self._swept.get(partition) != end:  # else there is nothing but markers
                await taker.take_up_to(partition.partition, end)
                self._swept[partition] = end
        elif self._awake - since > self._still_seconds:
            if await _has_messages(consumer, partition, stands, end):
                raise StoodStill(
                    f"{partition.topic}[{partition.partition}] stands at {stands},"
                    f" and it goes to {end}"
                )
            self._since[partition] = stands, self._awake

    async def _look_at_end(self, partition: TopicPartition, stands: int) -> None:
        """Raise ``Truncated`` where the partition really ends before what is recorded: in a
        transaction that is open, and since we have asked, there may be more.
        """
        async with AIOKafkaConsumer(enable_auto_commit=False, **self._options) as consumer:
            ends = await consumer.end_offsets([partition])
        if stands > ends[partition]:
            raise Truncated(self._overseen.partitions[partition], stands)


async def _has_messages(
    consumer: AIOKafkaConsumer, partition: TopicPartition, stands: int, end: int
) -> bool:
    """Whether there is more than markers of transactions."""
    consumer.assign([partition])
    begins = (await consumer.beginning_offsets([partition]))[partition]
    found: Sequence[Any]
    async for found in read_between(consumer, partition, max(stands, begins), end):
        if found:
            return True
    return False
