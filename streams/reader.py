"""Reading one topic with a consumer of our own, partition by partition, from where lanes stand.

The database says where each lane stands. What Kafka knows of the group's offsets is a hint for who
watches it, and is never read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from lineage.service.lanes import Lanes, Written
from streams.ending import die
from streams.lanes import LaneName
from streams.messages import Origins, TellOf, batch_of
from streams.progress import Progress
from streams.sink import Sink
from streams.topics import Topic

POLL_MS = 200
FETCH_BYTES = 4 << 20
"""Of one partition at a time: some thousands of events, so that batches are full."""

HINT_SECONDS = 0.5


class Unread(Exception):
    """The topic no longer has what was not read yet."""

    def __init__(self, lane: LaneName, next_: int, begins: int) -> None:
        """Say which offsets are gone."""
        super().__init__(
            f"offsets {next_} to {begins - 1} of {lane.topic}[{lane.partition}] were deleted before"
            " they were read"
        )
        self.do = (
            "keep messages for longer; then let their service send them again, or take note of the"
            f" loss with: lineage topics skip {lane} --to {begins}"
        )


class Truncated(Exception):
    """The topic ends before what was read of it: new messages get offsets that count as read."""

    do = (
        "make the topic anew, so that it is a lane of its own; then let services send again what"
        " they have sent since the broker lost its end"
    )

    def __init__(self, lane: LaneName, next_: int) -> None:
        """Say where the lane stands."""
        super().__init__(
            f"{lane.topic}[{lane.partition}] is recorded up to offset {next_} and ends before: the"
            " broker has lost what it had acknowledged"
        )


class Reader(ConsumerRebalanceListener):  # type: ignore[misc]  # it comes without types
    """Reads a topic as a member of a group and puts what it reads into the sink."""

    def __init__(
        self,
        topic: Topic,
        *,
        lane_of: Callable[[int], LaneName],
        lanes: Lanes,
        sink: Sink,
        progress: Progress,
        group: str,
        batch: int,
        options: dict[str, Any],
        tell_of: TellOf | None = None,
        fail: Callable[[str, BaseException], NoReturn] = die,
    ) -> None:
        """``lane_of`` gives the lane of a partition; ``options`` are the consumer's connection;
        ``tell_of`` gives who is told of dead letters.
        """
        self._topic = topic
        self._lane_of = lane_of
        self._lanes = lanes
        self._sink = sink
        self._progress = progress
        self._batch = batch
        self._tell_of = tell_of
        self._fail = fail
        self._origins = Origins(topic)
        self._expected: dict[TopicPartition, int] = {}
        self._sought: set[tuple[TopicPartition, int]] = set()
        self._written: dict[TopicPartition, int] = {}
        self._hinted = time.monotonic()
        self._consumer = AIOKafkaConsumer(
            group_id=group,
            enable_auto_commit=False,
            isolation_level="read_committed",  # what was taken back never happened
            auto_offset_reset="earliest",  # only until the lane says where it stands
            max_partition_fetch_bytes=FETCH_BYTES,
            **options,
        )
        self._consumer.subscribe([topic.name], listener=self)

    async def run(self, should_stop: Callable[[], bool]) -> None:
        """Read until it shall stop; what was read is written then. Raises what fails."""
        await self._consumer.start()
        try:
            while not should_stop():
                found = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=self._batch)
                self._progress.alive()
                await self._listen()
                for partition, records in found.items():
                    await self._take(partition, records)
                await self._hint()
        finally:
            await self._consumer.stop()

    async def _listen(self) -> None:
        """Note how far the topic goes, partition by partition."""
        for partition in list(self._expected):
            end = self._consumer.highwater(partition)
            if end is not None:
                with suppress(IllegalStateError):  # given up at this moment
                    fetched = await self._consumer.position(partition)
                    if fetched < self._expected.get(partition, 0):  # sent back to the beginning
                        lane = self._lane_of(partition.partition)
                        raise Truncated(lane, self._expected[partition])
                    self._progress.heard(partition.partition, fetched=fetched, end=end)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Go to where the lanes stand. An exception in here would only be logged, so it ends us."""
        try:
            for partition in assigned:
                stands = await self._stands(partition)
                self._consumer.seek(partition, stands)
                self._expected[partition] = stands
                self._progress.began(partition.partition, stands)
        except Exception as error:  # noqa: BLE001 - nothing may be read from anywhere else
            self._fail("taking_up_a_partition", error)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Forget them: what is still to be written of them is fenced off by their lanes' rows."""
        for partition in revoked:
            self._expected.pop(partition, None)
            self._written.pop(partition, None)
            self._progress.ended(partition.partition)

    async def _stands(self, partition: TopicPartition) -> int:
        lane = self._lane_of(partition.partition)
        stands = await asyncio.to_thread(self._lanes.next_of, str(lane))
        begins = await self._begins(partition)
        if stands is None:
            return begins
        if begins > stands:
            raise Unread(lane, stands, begins)
        return stands

    async def _begins(self, partition: TopicPartition) -> int:
        begins = await self._consumer.beginning_offsets([partition])
        return int(begins[partition])

    async def _take(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """Put records in that follow on what was put in before; drop what does not."""
        at = self._expected.get(partition)
        if at is None:  # fetched before we knew where to begin (aiokafka issue 738)
            return
        if records[0].offset < at:
            records = [record for record in records if record.offset >= at]
            if not records:
                return
        if records[0].offset > at and not await self._is_hole(partition, at):
            return
        sent_back = await self._sent_back(partition, records[-1].offset)
        if sent_back or self._expected.get(partition) != at:
            return
        lane = self._lane_of(partition.partition)
        place = f"{partition.topic}[{partition.partition}]"
        batch = batch_of(
            str(lane),
            place,
            at=at,
            messages=records,
            origins=self._origins,
            tell_of=self._tell_of,
        )
        self._expected[partition] = batch.next
        first_at, last_at = records[0].timestamp, records[-1].timestamp
        self._progress.took(partition.partition, batch.next, first_at=first_at, last_at=last_at)
        done = await self._sink.put(batch)
        done.add_done_callback(lambda future: self._note(partition, future.result()))

    async def _sent_back(self, partition: TopicPartition, offset: int) -> bool:
        """Whether the partition was sent back since this was fetched, or is not ours any more: this
        comes again then, and if it were taken, the topic would seem to have lost it.
        """
        try:
            return bool(await self._consumer.position(partition) <= offset)
        except IllegalStateError:
            return True

    async def _is_hole(self, partition: TopicPartition, at: int) -> bool:
        """Whether the topic really has nothing at an offset, as after a transaction's marker.

        The first time we go back and look again; what was deleted unread ends us.
        """
        if (partition, at) not in self._sought:
            self._sought.add((partition, at))
            self._consumer.seek(partition, at)
            return False
        self._sought.discard((partition, at))
        begins = await self._begins(partition)
        if begins > at:
            raise Unread(self._lane_of(partition.partition), at, begins)
        return True

    def _note(self, partition: TopicPartition, written: Written) -> None:
        if partition in self._expected:
            self._written[partition] = written.next
            self._progress.wrote(partition.partition, written.next)

    async def _hint(self) -> None:
        """Tell Kafka now and then how far we are. What it says to that is of no concern."""
        if not self._written or time.monotonic() - self._hinted < HINT_SECONDS:
            return
        self._hinted = time.monotonic()
        hints, self._written = self._written, {}
        with suppress(KafkaError):
            await self._consumer.commit(hints)
