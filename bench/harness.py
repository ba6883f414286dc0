"""What every measurement shares: rows of the report, stores on disk, streams of events, a clock."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import lineage
from lineage.generator import generate
from lineage.policy.loader import load_library
from lineage.tracker import Tracker

BATCH = 2000


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    events: int
    singles: int
    rounds: int
    graphs: tuple[int, ...]
    asked: int
    people_told: int


REAL = Size(20_000, 500, 3, (10_000, 100_000), 400, 60)
SMALL = Size(600, 20, 1, (600,), 10, 2)


@dataclass(frozen=True)
class Row:
    """One line of the report. ``ratio`` is ours to the floor's, ``target`` what order 2 asks."""

    what: str
    ours: str
    floor: str
    ratio: float | None = None
    target: float | None = None
    at_most: bool = False

    @property
    def verdict(self) -> str:
        if self.target is None or self.ratio is None:
            return ""
        met = self.ratio <= self.target if self.at_most else self.ratio >= self.target
        return "met" if met else "not met"


def seconds(call: Callable[[], Any]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def rate(count: float, took: float) -> str:
    return f"{count / took:,.0f}/s"


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lineage-bench-") as name:
        yield Path(name)


@contextmanager
def fresh_tracker(**options: Any) -> Iterator[Tracker]:
    with (
        folder() as place,
        lineage.open_tracker(f"sqlite:///{place / 'lineage.db'}", **options) as tracker,
    ):
        yield tracker


def stream(events: int) -> list[bytes]:
    """A shop's events in the order they happened, each once, about one person per twenty events."""
    slugs = load_library().controllers
    made = generate(max(1, events // 20), events + events // 10, 7, controllers=slugs)
    once = {(e["source"], e["id"], e.get("subject")): e for e in made}
    ordered = sorted(once.values(), key=lambda e: str(e["time"]))[:events]
    assert len(ordered) == events
    return [json.dumps(event).encode() for event in ordered]


def disturbed(events: Sequence[bytes], *, copies: float = 0.02, late: float = 0.05) -> list[bytes]:
    """The same events with second copies, and some that arrive up to a fifth of the stream late."""
    rng = Random(11)
    placed = []
    for place, event in enumerate(events):
        arrives = place + rng.random() * len(events) / 5 if rng.random() < late else float(place)
        placed.append((arrives, event))
        if rng.random() < copies:
            placed.append((arrives + rng.random() * len(events) / 5, event))
    placed.sort(key=lambda one: one[0])
    return [event for _, event in placed]
