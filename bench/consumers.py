"""python -m bench.consumers: reads a topic to its end and does nothing with it, in several ways.

Each runs in a process of its own and prints how many messages a second it took: from the first
batch, which is not counted, to the last.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from bench.harness import BATCH
from bench.topics import Stream
from lineage.service.incoming import Tally
from lineage.service.lanes import LaneBatch, Written
from streams.lanes import LaneName
from streams.metrics import Metrics
from streams.progress import Progress
from streams.reader import FETCH_BYTES, POLL_MS, Reader
from streams.topics import Topics

ROOT = Path(__file__).parents[1]
TAKE = 100


class Count:
    """Counts up to a total and keeps the times."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._first = self._seen = 0
        self._began = self._ended = 0.0

    def add(self, count: int) -> None:
        self._seen += count
        self._ended = time.perf_counter()
        if not self._began:
            self._began, self._first = self._ended, self._seen

    @property
    def complete(self) -> bool:
        assert self._seen <= self._total
        return self._seen == self._total

    def told(self) -> str:
        """For the process that waits for it."""
        rate = (self._total - self._first) / (self._ended - self._began)
        return json.dumps({"read": self._seen, "rate": rate})


async def plain(servers: str, prefix: str, count: Count) -> None:
    """The consumer of aiokafka, asked to fetch by the product's reader."""
    consumer = AIOKafkaConsumer(
        Topics(prefix).events.name,
        bootstrap_servers=servers,
        group_id=f"{prefix}-plain",
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    await consumer.start()
    try:
        while not count.complete:
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
            if found:
                count.add(sum(map(len, found.values())))
    finally:
        await consumer.stop()


class Nowhere:
    """In the place of lanes and of the sink: nothing is on record, and nothing is recorded."""

    def __init__(self, count: Count) -> None:
        self._count = count

    def next_of(self, _lane: str) -> None:
        return None

    async def put(self, batch: LaneBatch) -> asyncio.Future[Written]:
        self._count.add(len(batch.incoming))
        done: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        done.set_result(Written(batch.lane, batch.next, Tally(), 0.0))
        return done


async def reader(servers: str, prefix: str, count: Count) -> None:
    """The product's reader, with a sink that does nothing."""
    nowhere: Any = Nowhere(count)
    topic = Topics(prefix).events
    found = Reader(
        topic,
        lane_of=lambda partition: LaneName("c", topic.name, "t", partition),
        lanes=nowhere,
        sink=nowhere,
        progress=Progress(topic.name, Metrics()),
        group=f"{prefix}-reader",
        batch=BATCH,
        options={"bootstrap_servers": servers},
    )
    await found.run(lambda: count.complete)


def agent(servers: str, prefix: str, count: Count, *, takes: bool) -> None:
    """A stock Faust agent that does nothing with what it is given but to count it."""
    import faust  # it takes a while to load, and the others need none of it

    app = faust.App(
        f"{prefix}-{sys.argv[1]}",  # which is its group: what it has read counts as read
        broker=f"kafka://{servers}",
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        topic_disable_leader=True,
        web_enabled=False,
        datadir=sys.argv[-1],
        worker_redirect_stdouts=False,
    )

    async def one_by_one(stream: Any) -> None:
        async for _ in stream:
            count.add(1)
            if count.complete:
                print(count.told(), flush=True)

    async def some_at_once(stream: Any) -> None:
        async for events in stream.take(TAKE, within=0.1):
            count.add(len(events))
            if count.complete:
                print(count.told(), flush=True)

    topic = app.topic(Topics(prefix).events.name, value_type=bytes)
    app.agent(topic)(some_at_once if takes else one_by_one)
    worker = faust.Worker(app, loglevel="error", quiet=True)
    worker.spinner = None
    worker.execute_from_commandline()


def rate_of(verb: str, stream: Stream, total: int, folder: Path) -> float:
    """Messages a second of one of them, which has to read so many."""
    command = [sys.executable, "-m", "bench.consumers", verb, stream.servers]
    command += [stream.topics.prefix, str(total), str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = json.loads(process.stdout.readline())
        finally:
            process.kill()  # a Faust worker goes on waiting for more
    assert found["read"] == total
    return float(found["rate"])


def main() -> None:
    verb, servers, prefix, total, _folder = sys.argv[1:]
    count = Count(int(total))
    if verb in {"agent", "taking-agent"}:
        agent(servers, prefix, count, takes=verb == "taking-agent")
    else:
        asyncio.run({"plain": plain, "reader": reader}[verb](servers, prefix, count))
        print(count.told(), flush=True)


if __name__ == "__main__":
    main()
