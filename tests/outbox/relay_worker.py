"""A relay in a process of its own, to be killed. Run with -m: DATABASE, LEASE_SECONDS, SINK."""

from __future__ import annotations

import sys
import threading

from lineage.client import Publisher
from lineage.outbox import run_relay, to_file


def main(database: str, lease_seconds: str, sink: str) -> None:
    """Publish into a file until killed; small batches, so that a kill meets one half done."""

    def connect() -> Publisher:
        print("connected", flush=True)
        return to_file(sink)()

    run_relay(
        database, connect, batch=20, lease_seconds=float(lease_seconds), stop=threading.Event()
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
