"""The sink: batches of lanes, recorded one after the other in a thread of its own.

The loop that reads from Kafka puts batches in and never waits for the database in its own thread.
One batch is written while the next is checked and sealed and one more waits: no more, so that a
slow database slows the reading.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import NoReturn

from lineage.service.lanes import LaneBatch, Lanes, Written
from streams.ending import die

WAITING_MAX = 3


class Sink:
    """Takes batches from one event loop; all methods are called in it."""

    def __init__(
        self,
        lanes: Lanes,
        *,
        told: Callable[[Written], None],
        fail: Callable[[str, BaseException], NoReturn] = die,
    ) -> None:
        """``told`` hears in the loop of each batch written; ``fail`` ends the process."""
        self._lanes = lanes
        self._told = told
        self._fail = fail
        self._queue: SimpleQueue[LaneBatch | None] = SimpleQueue()
        self._waiting: deque[asyncio.Future[Written]] = deque()
        self._room = asyncio.Semaphore(WAITING_MAX)
        self._thread = Thread(target=self._run, name="sink", daemon=True)

    def start(self) -> None:
        """Begin; called in the loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def put(self, batch: LaneBatch) -> asyncio.Future[Written]:
        """Hand a batch over when there is room; the future is done when it is committed."""
        await self._room.acquire()
        done: asyncio.Future[Written] = self._loop.create_future()
        self._waiting.append(done)
        self._queue.put(batch)
        return done

    async def close(self) -> None:
        """Wait until all that was put in is written."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            self._lanes.record(iter(self._queue.get, None), self._written)
        except BaseException as error:  # noqa: BLE001 - whatever it is, nothing may go on
            self._fail("recording", error)

    def _written(self, written: Written) -> None:
        self._loop.call_soon_threadsafe(self._done, written)

    def _done(self, written: Written) -> None:
        self._room.release()
        self._told(written)
        done = self._waiting.popleft()
        if not done.cancelled():
            done.set_result(written)
