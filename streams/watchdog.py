"""A thread that ends a worker which no longer moves. Faust may stop without an error."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import NoReturn

from streams.ending import die
from streams.progress import Progress

STILL_SECONDS_MAX = 60.0
LOOK_SECONDS = 2.0
LATE_SECONDS = 1.0
"""Who looks later than this was not running, nor was what it looks at: so much does not count."""

GAPS_MAX = 100


class StoodStill(Exception):
    """The worker does not move although there is something to do."""

    do = "if this comes back, look at the database: who holds locks for so long?"


class Watchdog:
    """Looks at the progress of a worker's topics now and then."""

    def __init__(
        self,
        watched: Sequence[Progress],
        *,
        still_seconds: float = STILL_SECONDS_MAX,
        fail: Callable[[str, BaseException], NoReturn] = die,
    ) -> None:
        """Watch these."""
        self._watched = watched
        self._still_seconds = still_seconds
        self._fail = fail
        self._gaps: deque[tuple[float, float]] = deque(maxlen=GAPS_MAX)
        self._stop = Event()
        self._thread = Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more: the worker is being stopped."""
        self._stop.set()

    def look(self) -> None:
        """Raise ``StoodStill`` where something stands still."""
        for progress in self._watched:
            if self._is_still(progress.seen):
                raise StoodStill(f"nothing was heard of the reader of {progress.topic}")
            for partition, at in progress.partitions.items():
                if at.waits and self._is_still(at.moved):
                    raise StoodStill(
                        f"{progress.topic}[{partition}] stands at {at.written},"
                        f" and it goes to {at.end}"
                    )

    def _is_still(self, since: float) -> bool:
        lost = sum(seconds for ended, seconds in self._gaps if ended > since)
        return time.monotonic() - since - lost > self._still_seconds

    def _run(self) -> None:
        pause = min(LOOK_SECONDS, self._still_seconds / 4)
        looked = time.monotonic()
        while not self._stop.wait(pause):
            now = time.monotonic()
            late = now - looked - pause
            if late > LATE_SECONDS:  # a process that was frozen did not stand still
                self._gaps.append((now, late))
            looked = now
            try:
                self.look()
            except StoodStill as error:
                self._fail("moving_on", error)
