"""python -m bench.worker: one piece of work in a process of its own, begun when it is told to.

It says `ready`, waits for a line, works, and prints what came of it as JSON: seconds, counts, and
the most memory it ever had (of the process, its imports included).
"""

from __future__ import annotations

import json
import platform
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness import BATCH
from bench.stores import Place
from lineage.tracker import Tracker

ROOT = Path(__file__).parents[1]
TRIED = "easydser"
"""Whose policy is tried on everybody: the one with the most rules."""


class Work:
    """A piece of work in a process; ``ready`` when made."""

    def __init__(self, verb: str, place: Place, file: Path | None = None) -> None:
        command = [sys.executable, "-m", "bench.worker", verb, place.engine, place.url]
        command += [str(place.keys), *([str(file)] if file else [])]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout
        assert self._out.readline() == "ready\n"

    def go(self) -> None:
        """Begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, Any]:
        """What came of it; a closed input also ends what would go on for ever."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        line = self._out.readline()
        self._out.close()
        assert self._process.wait() == 0
        found: dict[str, Any] = json.loads(line)
        return found


def record(tracker: Tracker, file: str) -> dict[str, Any]:
    receipt = tracker.record_file(file, batch_size=BATCH)
    return {
        "recorded": receipt.recorded,
        "duplicates": receipt.duplicates,
        "refused": receipt.refused,
    }


def rebuild(tracker: Tracker, _file: str) -> dict[str, Any]:
    report = tracker.rebuild()
    return {"events": report.events, "people": report.people}


def verify(tracker: Tracker, _file: str) -> dict[str, Any]:
    report = tracker.verify()
    return {"events": report.events, "ok": report.ok}


def simulate(tracker: Tracker, _file: str) -> dict[str, Any]:
    """Try one policy on the record of every controller."""
    policy = tracker.library.versions(TRIED)[-1]
    events = people = rows = 0
    with TemporaryDirectory() as folder:
        for name in tracker.controllers:
            found = tracker.simulate(policy, to=Path(folder, name), controller=name)
            events, people = events + found.events, people + found.people
            rows += sum(sum(counts.values()) for counts in found.counts.values())
    return {"events": events, "people": people, "rows": rows}


def rebuild_on(tracker: Tracker, flag: str) -> dict[str, Any]:
    """Rebuild over and over while the flag is there; the last one is finished."""
    times = 0
    while Path(flag).exists() or not times:
        tracker.rebuild()
        times += 1
    return {"times": times}


VERBS = {
    "record": record,
    "rebuild": rebuild,
    "verify": verify,
    "simulate": simulate,
    "rebuild_on": rebuild_on,
}


def bytes_max() -> int:
    """The most memory this process had resident. Linux counts what the parent had when it forked
    us into `ru_maxrss`, so there the kernel's own mark of our memory is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        marks = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        assert marks is not None
        return int(marks[1]) * 1024
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    verb, engine, url, keys, *rest = sys.argv[1:]
    assert engine in {"sqlite", "postgresql"}
    with Place(engine, url, Path(keys)).open() as tracker:  # type: ignore[arg-type]
        print("ready", flush=True)
        sys.stdin.readline()
        began, started = time.time(), time.perf_counter()
        found = VERBS[verb](tracker, rest[0] if rest else "")
        found["seconds"] = time.perf_counter() - started
        found["began"], found["ended"] = began, time.time()
    found["bytes_max"] = bytes_max()
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
