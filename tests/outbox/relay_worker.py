"""A relay in a process of its own, to be killed; or it kills itself at a point where it hurts.

Run with -m: DATABASE, LEASE_SECONDS, POINT, COUNT, SINK.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from lineage.client import Publisher
from lineage.kafka.binding import Record
from lineage.outbox import run_relay
from tests.outbox.sinks import sink_of

POINTS = ("before a send", "before a flush", "after a flush")
NEVER = "never"


class Dying:
    """A publisher whose process ends by ``kill -9`` at the given passage of a point."""

    def __init__(self, publisher: Publisher, point: str, count: int) -> None:
        """``count`` passages of ``point`` are survived, the next is not."""
        self._publisher = publisher
        self._point = point
        self._left = count

    def send(self, topic: str, record: Record) -> None:
        """Send, if it lives."""
        self._pass("before a send")
        self._publisher.send(topic, record)

    def flush(self, *, timeout: float = 30.0) -> None:
        """Flush, if it lives."""
        self._pass("before a flush")
        self._publisher.flush(timeout=timeout)
        self._pass("after a flush")

    def close(self) -> None:
        """Close."""
        self._publisher.close()

    def _pass(self, point: str) -> None:
        if point == self._point:
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self._left -= 1


def main(database: str, lease_seconds: str, point: str, count: str, *words: str) -> None:
    """Publish until killed; in small batches, so that a kill meets one half done."""
    sink = sink_of(*words)

    def connect() -> Publisher:
        publisher = sink.connect()
        print("connected", flush=True)
        return Dying(publisher, point, int(count))

    stop = threading.Event()
    run_relay(database, connect, batch=20, lease_seconds=float(lease_seconds), stop=stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
