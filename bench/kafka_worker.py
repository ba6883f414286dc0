"""python -m bench.kafka_worker: a worker as `lineage work` runs it, that says what it took.

When it is stopped it prints the most memory it ever had and, where that was asked for, the time
of each stage.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from signal import SIGCONT, SIGSTOP, SIGTERM
from types import TracebackType
from typing import Any, Self

from bench.harness import BATCH
from bench.profiling import STAGES, Spent, timed
from bench.stores import Place
from bench.topics import PARTITIONS, Stream
from bench.worker import ROOT, bytes_max
from lineage.service.lanes import LaneBatch, Written
from lineage.tracker import Tracker
from streams.metrics import Metrics
from streams.settings import Settings
from streams.sink import Sink
from streams.worker import run_worker

_numbers = count(1)

LOOK_SECONDS = 0.01
SESSION_MS = 6_000
"""The least that brokers take: of two that join, the one that was there hears of it sooner."""

READING = "read: fetch, put together, hand over"


class Working:
    """A worker for a block. What it logs is in a file, so that no pipe is ever full."""

    def __init__(
        self, place: Place, stream: Stream, folder: Path, *, profiled: bool = False
    ) -> None:
        told = {
            "servers": stream.servers,
            "prefix": stream.topics.prefix,
            "store": place.url,
            "keys": str(place.keys),
            "profiled": profiled,
        }
        self._logged = folder / f"worker-{next(_numbers)}.log"
        with self._logged.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.kafka_worker", json.dumps(told)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._process:
            self._process.kill()

    def check(self) -> None:
        """It still runs."""
        assert self._process.poll() is None, self._logged.read_text()

    def freeze(self) -> None:
        self._process.send_signal(SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(SIGCONT)

    def stop(self) -> dict[str, Any]:
        """End it in good order; gives what it says of itself."""
        self._process.send_signal(SIGTERM)
        said, _ = self._process.communicate()
        assert self._process.returncode == 0, self._logged.read_text()
        found: dict[str, Any] = json.loads(said)
        return found


def until_shared(stream: Stream, working: Sequence[Working]) -> None:
    """Wait until each has its part of the partitions."""
    parts = [PARTITIONS // len(working)] * len(working)
    while stream.shared_by(f"{stream.name}-workers") != parts:
        for worker in working:
            worker.check()
        time.sleep(LOOK_SECONDS)


def until_durable(tracker: Tracker, ends: Mapping[str, int], working: Sequence[Working]) -> float:
    """Wait until the lanes stand there, as another connection sees it; gives when that was."""
    while not ends.items() <= {each.lane: each.next for each in tracker.lanes.on_record()}.items():
        for worker in working:
            worker.check()
        time.sleep(LOOK_SECONDS)
    return time.perf_counter()


def _reading(spent: Spent) -> None:
    """The processor time of the event loop, from the first batch that it hands over to the last."""
    plain = Sink.put
    before: list[float] = []

    async def put(self: Sink, batch: LaneBatch) -> asyncio.Future[Written]:
        now = time.thread_time()
        if before:
            took = now - before.pop()
            spent.add(took, took)
        before.append(now)
        return await plain(self, batch)

    Sink.put = put  # type: ignore[method-assign]


def main() -> None:
    told = json.loads(sys.argv[1])
    profiled, keys = told.pop("profiled"), Path(told.pop("keys"))
    spent = {READING: Spent(), **{name: Spent() for *_, name in STAGES}}
    with ExitStack() as stack:
        if profiled:
            _reading(spent[READING])
            stack.enter_context(timed(spent))
        try:
            settings = Settings(**told, keys=keys, batch=BATCH, session_timeout_ms=SESSION_MS)
            run_worker(settings, Metrics())
        finally:
            stages = {n: (one.calls, one.wall, one.thread) for n, one in spent.items()}
            print(json.dumps({"bytes_max": bytes_max(), "stages": stages}), flush=True)


if __name__ == "__main__":
    main()
