"""What every measurement shares: sizes, rows of the report, a clock, a voice for progress."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Engine = Literal["sqlite", "postgresql"]
ENGINES: tuple[Engine, ...] = ("postgresql", "sqlite")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

BATCH = 2000


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    name: str
    events: int  # of a stream, in one round
    rounds: int
    crowd: int  # people in the store before anything is measured
    each: int  # events about each of them
    shoppers: int  # of whom this many appear in the streams
    singles: int
    together: int  # events of many callers of one event each
    peer_events: int
    peer_singles: int
    graphs: tuple[int, ...]  # events in the store, below those of the crowd's store
    asked: int
    upkeep: int
    during: int  # events recorded while a rebuild goes on
    memory: tuple[int, int]
    memory_engines: tuple[Engine, ...]
    people_told: int
    consumed: int  # messages of a topic that are read and no more
    backlog: tuple[int, int]  # events of topics that a worker finds full
    agents: tuple[str, ...] = ("agent", "taking-agent")  # ways of a stock Faust agent


SMALL = Size(
    name="small",
    events=500,
    rounds=1,
    crowd=400,
    each=1,
    shoppers=60,
    singles=10,
    together=100,
    peer_events=200,
    peer_singles=10,
    graphs=(200,),
    asked=10,
    upkeep=500,
    during=600,
    memory=(300, 600),
    memory_engines=("sqlite",),
    people_told=2,
    consumed=6_000,
    backlog=(300, 1_200),
    agents=("taking-agent",),
)
REAL = Size(
    name="real",
    events=30_000,
    rounds=3,
    crowd=1_000_000,
    each=1,
    shoppers=20_000,
    singles=400,
    together=6_400,
    peer_events=4_000,
    peer_singles=300,
    graphs=(10_000, 100_000),
    asked=400,
    upkeep=20_000,
    during=20_000,
    memory=(60_000, 240_000),
    memory_engines=ENGINES,
    people_told=60,
    consumed=600_000,
    backlog=(60_000, 240_000),
)
LONG = Size(
    name="long",
    events=100_000,
    rounds=5,
    crowd=1_000_000,
    each=10,
    shoppers=20_000,
    singles=2_000,
    together=25_600,
    peer_events=20_000,
    peer_singles=2_000,
    graphs=(10_000, 100_000, 1_000_000),
    asked=1_000,
    upkeep=100_000,
    during=100_000,
    memory=(250_000, 1_000_000),
    memory_engines=ENGINES,
    people_told=200,
    consumed=2_000_000,
    backlog=(500_000, 2_000_000),
)


@dataclass(frozen=True)
class Row:
    """One line of the report. ``ratio`` is ours to the floor's; targets are ratios too, but where
    ``unit`` names something else, of which ``ratio`` is an amount.
    """

    what: str
    ours: str
    floor: str = ""
    ratio: float | None = None
    target: float | None = None
    moonshot: float | None = None
    at_most: bool = False
    unit: str = ""
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.ratio is None or self.target is None:
            return ""
        if self._meets(self.moonshot):
            return "moonshot"
        return "met" if self._meets(self.target) else "not met"

    def _meets(self, wanted: float | None) -> bool:
        if wanted is None or self.ratio is None:
            return False
        return self.ratio <= wanted if self.at_most else self.ratio >= wanted


def seconds(call: Callable[[], Any]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def rate(count: float, took: float) -> str:
    return f"{count / took:,.0f}/s"


def ms(value: float) -> str:
    return f"{value * 1000:.2f} ms"


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def say(what: str) -> None:
    """A line of progress, so that nobody takes a long measurement for a hanging one."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def growth(what: str, where: str, events: tuple[int, int], taken: tuple[int, int]) -> Row:
    """The row of the most bytes that a process had resident, for few and for many events."""
    (small, large), (less, more) = events, taken
    return Row(
        f"{what} {large:,} events / {small:,}, {where}",
        f"{more >> 20} MiB",
        f"{less >> 20} MiB",
        more / less,
        1.1,
        at_most=True,
        note=f"growth; {large / small:g} times the events",
    )
