"""A relay in a process of its own, to be killed. Run with -m: DATABASE, LEASE_SECONDS, SINK."""

from __future__ import annotations

import sys
import threading

from lineage.client import Publisher
from lineage.outbox import run_relay
from tests.outbox.sinks import sink_of


def main(database: str, lease_seconds: str, *words: str) -> None:
    """Publish until killed; in small batches, so that a kill meets one half done."""
    sink = sink_of(*words)

    def connect() -> Publisher:
        publisher = sink.connect()
        print("connected", flush=True)
        return publisher

    stop = threading.Event()
    run_relay(database, connect, batch=20, lease_seconds=float(lease_seconds), stop=stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
