"""One of several writers that work on the same people until their time is up; see ``worker``."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from lineage import open_tracker
from lineage.service.errors import InvalidInput, NotFound, PlanChanged
from lineage.storage.errors import InTheWay, SubjectRace
from lineage.tracker import Tracker
from tests.properties.stores import NOW
from tests.properties.worlds import world

WRITERS = 4
PEOPLE, LINES = 60, 1_500
BATCHES = (1, 3, 10, 40)
TOLD_TWICE = 0.1
"""Share of the events that come by two writers."""

REQUESTS, DECISIONS = 0.3, 0.4
"""How often, after a batch, somebody asks and an officer decides."""


def rising_clock() -> Callable[[], datetime]:
    """A clock that begins where the generated worlds have ended, and runs."""
    started = time.monotonic()
    return lambda: NOW + timedelta(seconds=time.monotonic() - started)


def worlds(seed: int, number: int) -> Iterator[tuple[int, list[dict[str, Any]], list[Any]]]:
    """World after world: its seed, the events that come by this writer, and everybody in it."""
    while True:
        dealing = Random(seed)  # all writers deal the same cards
        mine = []
        events, generated = world(PEOPLE, LINES, seed)
        for event in events:
            first, second = dealing.randrange(WRITERS), dealing.randrange(WRITERS)
            if number == first or (number == second and dealing.random() < TOLD_TWICE):
                mine.append(event)
        yield seed, mine, [(p.controller, p.internal) for p in generated.truth.people]
        seed += 1


class Writer:
    """Records its share, opens requests and decides them, and counts what it met."""

    def __init__(self, tracker: Tracker, rng: Random) -> None:
        """Begin with nothing counted."""
        self.met: Counter[str] = Counter()
        self._tracker = tracker
        self._rng = rng
        self._open: list[tuple[str, str]] = []

    def write(self, events: list[dict[str, Any]], everybody: list[Any], ends_at: float) -> None:
        """Record these in batches, with requests between them, until the time is up."""
        while events and time.monotonic() < ends_at:
            size = self._rng.choice(BATCHES)
            receipt = self._tracker.record(events[:size])
            assert receipt.refused == 0, receipt.problems
            del events[:size]
            self.met["recorded"] += receipt.recorded
            self.met["duplicates"] += receipt.duplicates
            if self._rng.random() < REQUESTS:
                self._ask(*self._rng.choice(everybody))
            if self._open and self._rng.random() < DECISIONS:
                self._decide(*self._open.pop(self._rng.randrange(len(self._open))))

    def _ask(self, controller: str, subject: str) -> None:
        try:
            asked = self._tracker.open_request(subject, controller=controller)
        except NotFound:  # nobody has recorded anything of that person yet
            self.met["unknown"] += 1
            return
        self.met["requests"] += 1
        self._open.append((asked.request, controller))

    def _decide(self, request: str, controller: str) -> None:
        while True:
            ver = self._tracker.plan(request, controller=controller).ver
            try:
                self._tracker.decide_request(
                    request, outcome="accepted", controller=controller, ver=ver
                )
            except PlanChanged:
                self.met["plans changed"] += 1
            except InvalidInput:
                self.met["refused"] += 1
                return
            else:
                self.met["decisions"] += 1
                return


def count(met: Counter[str], error: type[Exception], name: str) -> None:
    """Count how often an error is made, whoever then goes on from it."""
    made = error.__init__

    def counted(self: Exception, *args: Any, **options: Any) -> None:
        met[name] += 1
        made(self, *args, **options)

    error.__init__ = counted  # type: ignore[assignment]


def storm(url: str, keys: str, seed: str, number: str, seconds: str) -> None:
    """Write from the line that says go until the time is up; then say what was met."""
    print(f"writer {number}: seed {seed}", flush=True)
    with open_tracker(url, keys=keys, clock=rising_clock()) as tracker:
        writer = Writer(tracker, Random(int(seed) * WRITERS + int(number)))
        count(writer.met, InTheWay, "retries")
        count(writer.met, SubjectRace, "races")
        print("ready", flush=True)
        input()
        ends_at = time.monotonic() + float(seconds)
        for begun, mine, everybody in worlds(int(seed), int(number)):
            writer.write(mine, everybody, ends_at)
            writer.met["worlds"] = begun - int(seed) + 1
            if time.monotonic() >= ends_at:
                break
    print(json.dumps(writer.met), flush=True)
