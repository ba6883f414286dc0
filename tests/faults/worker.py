"""What a fault test kills: records, rebuilds or dispatches, and says how far it is. Run with -m."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path

from lineage import open_tracker, writers
from lineage.storage import rebuilding
from tests.faults.storm import storm


def record(url: str, keys: str, path: str, batch_size: str) -> None:
    """Record a file, with a line for each batch that is durable."""
    with open_tracker(url, keys=keys) as tracker:
        tracker.record_file(
            Path(path), batch_size=int(batch_size), progress=lambda *_: print("batch", flush=True)
        )


def write(url: str, keys: str, path: str, batch_size: str) -> None:
    """Record a file by two processes, with a line for each batch that is given: who there is."""

    def tell(_read: int) -> None:
        found = multiprocessing.active_children()
        print("batch", *(process.pid for process in found), flush=True)

    place = writers.Place(url, Path(keys))
    with Path(path).open("rb") as stream:
        writers.record_with_writers(
            place, stream, writers=2, batch_size=int(batch_size), progress=tell
        )


def dispatch(url: str, keys: str, recipients: str, lease_seconds: str) -> None:
    """Dispatch what is due, then say how many notices are left."""
    with open_tracker(url, keys=keys, recipients=recipients) as tracker:
        print("ready", flush=True)
        report = tracker.dispatch(limit=8, concurrency=4, lease_seconds=float(lease_seconds))
        print("left", report.left, flush=True)


def rebuild(url: str, keys: str, chunk: str) -> None:
    """Rebuild, with a line for each chunk that is durable."""
    rebuilding.CHUNK_PEOPLE = int(chunk)
    with open_tracker(url, keys=keys) as tracker:
        tracker.rebuild(progress=lambda *_: print("chunk", flush=True))


if __name__ == "__main__":
    work: dict[str, Callable[..., None]] = {
        "record": record,
        "write": write,
        "rebuild": rebuild,
        "dispatch": dispatch,
        "storm": storm,
    }
    work[sys.argv[1]](*sys.argv[2:])
