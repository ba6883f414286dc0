"""Several processes that record one stream into a store that takes several writers.

Each has a tracker of its own. A person's events go to one of them, so that they seldom wait for one
another; which one is a guess from the bytes, and any guess is right: locks see to the rest.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from lineage.service.answers import RecordReceipt
from lineage.service.incoming import joined
from lineage.service.messages import Message, MessageReader
from lineage.storage.errors import StorageError
from lineage.tracker import Tracker, open_tracker

SUBJECT = re.compile(rb'"subject"\s*:\s*"([^"]*)"')
AGAIN = "record the same input again: what is recorded already is skipped"

WAITING_MAX = 2
"""Batches that wait for a writer, so that it never does."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where every writer finds store, keys, policies and recipients (see ``open_tracker``)."""

    url: str
    keys: Path | None = None
    policies: Path | None = None
    recipients: Path | None = None


_Answer = RecordReceipt | tuple[str, str]
"""A receipt; or what went wrong, and what to do."""


class Writers:
    """The processes, each with the batch it gathers and those it has been given."""

    def __init__(self, place: Place, count: int, batch_size: int) -> None:
        """Start nothing yet: a process starts with its first batch."""
        self._batch_size = batch_size
        self._gathered: list[list[Message]] = [[] for _ in range(count)]
        self._given: list[deque[Future[_Answer]]] = [deque() for _ in range(count)]
        self._receipt = joined([], 0.0)
        self._stack = ExitStack()
        # Spawned: a forked child would share the parent's connections and threads.
        context = multiprocessing.get_context("spawn")
        self._pools = [
            self._stack.enter_context(
                ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(place,))
            )
            for _ in range(count)
        ]

    def record(self, messages: Iterable[Message], tell: Callable[[], None]) -> RecordReceipt:
        """Record everything. Raises ``StorageError``; whole batches are on record then."""
        with self._stack:
            try:
                for message in messages:
                    who = self._who(message.raw)
                    self._gathered[who].append(message)
                    if len(self._gathered[who]) >= self._batch_size:
                        self._give(who)
                        tell()
                for who in range(len(self._pools)):
                    self._give(who)
                while any(self._given):
                    for who, given in enumerate(self._given):
                        if given:
                            self._take(who)
                            tell()
            except BaseException:
                for pool in self._pools:
                    pool.shutdown(wait=False, cancel_futures=True)
                raise
        return self._receipt

    def _who(self, raw: bytes) -> int:
        found = SUBJECT.search(raw)
        return 0 if found is None else crc32(found[1]) % len(self._pools)

    def _give(self, who: int) -> None:
        batch, self._gathered[who] = self._gathered[who], []
        if batch:
            while len(self._given[who]) >= WAITING_MAX:
                self._take(who)
            self._given[who].append(self._pools[who].submit(_record, batch))

    def _take(self, who: int) -> None:
        try:
            answer = self._given[who].popleft().result()
        except BrokenProcessPool:
            answer = ("one of the writers has died", AGAIN)
        if isinstance(answer, tuple):
            says, do = answer
            raise StorageError(says, do=do)
        self._receipt = joined([self._receipt, answer], 0.0)


def record_with_writers(
    place: Place,
    stream: BinaryIO,
    *,
    writers: int,
    batch_size: int,
    progress: Callable[[int], None] | None = None,
) -> RecordReceipt:
    """Record a stream of CloudEvents by several processes; ``progress`` is told the bytes read."""
    started = time.monotonic()
    reader = MessageReader(stream)
    tell = (lambda: None) if progress is None else (lambda: progress(reader.bytes_read))
    receipt = Writers(place, writers, batch_size).record(reader, tell)
    seconds = time.monotonic() - started
    return receipt.model_copy(update={"seconds": seconds})


_place: Place | None = None
_tracker: Tracker | None = None


def _begin(place: Place) -> None:
    """In a writer: the terminal's interrupt is the parent's to handle."""
    global _place  # noqa: PLW0603 - a process pool keeps its state in the module
    _place = place
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    """In a writer: nobody tells it when the parent is killed, and it would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _record(batch: list[Message]) -> _Answer:
    """In a writer: record a batch; the store is opened for the first."""
    global _tracker  # noqa: PLW0603 - as above
    assert _place is not None
    try:
        if _tracker is None:
            _tracker = open_tracker(
                _place.url,
                keys=_place.keys,
                policies=_place.policies,
                recipients=_place.recipients,
            )
        return _tracker.record_messages(batch, batch_size=len(batch))
    except StorageError as error:
        return str(error), error.do
