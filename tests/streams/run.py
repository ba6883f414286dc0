"""A worker for tests to kill: the real one, with places where it kills itself. Run with -m."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from signal import SIGKILL, SIGSTOP, pthread_kill
from threading import get_ident
from typing import Any

from lineage.service.recording import Recorder
from lineage.storage import applying
from lineage.storage.store import Store
from streams import worker
from streams.forwarding import Forwarder
from streams.metrics import Metrics
from streams.reader import Reader
from streams.settings import Settings
from streams.sink import Sink
from streams.worker import Worker

BEFORE = {
    "before the write": (Recorder, "apply"),
    "before the append": (applying, "append"),
    "before the hint": (Reader, "_hint"),
}
AFTER = {
    "after the append": (applying, "append"),
    "before the commit": (Store, "apply_in"),
    "after the commit": (Recorder, "apply"),
    "after a batch was read": (Sink, "put"),
}
FAILPOINTS = (*BEFORE, *AFTER)
BEFORE_FORWARD = {"before a dead letter is sent on": (Forwarder, "_send")}
AFTER_FORWARD = {"after a dead letter was sent on": (Forwarder, "_send")}


def stops_at(failpoint: str, count: int, *, frozen: bool) -> None:
    """Let the process kill or freeze itself the ``count``-th time it comes to a place."""
    before, after = BEFORE | BEFORE_FORWARD, AFTER | AFTER_FORWARD
    owner, name = (before | after)[failpoint]
    plain: Callable[..., Any] = getattr(owner, name)
    left = [count]

    def reached() -> None:
        left[0] -= 1
        if not left[0]:
            # To this very thread: a signal to the process lets it run on until another takes it.
            pthread_kill(get_ident(), SIGSTOP if frozen else SIGKILL)

    def dying(*args: Any, **options: Any) -> Any:
        if failpoint in before:
            reached()
        done = plain(*args, **options)
        if failpoint in after:
            reached()
        return done

    setattr(owner, name, dying)


def main(told: dict[str, Any]) -> None:
    """Run a worker; with a ``group`` of its own it has all partitions at once, whoever died."""
    if told["failpoint"]:
        stops_at(*told["failpoint"], frozen=told["frozen"])
    group, still = told["group"] or Worker.group, told["still_seconds"]
    made = partial(Worker, group=group, still_seconds=still, find_seconds=1.0)
    worker.Worker = made  # type: ignore[assignment, misc]
    settings = Settings(**told["settings"], keys=Path(told["keys"]))
    worker.run_worker(settings, Metrics())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
