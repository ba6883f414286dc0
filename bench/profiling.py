"""Where the time of recording goes: by stage of the program, and by statement of the database.

Two runs of the same stream, for each engine. In the first each stage is timed, wall and processor
time of its thread: what is wall and not processor is waiting, for the database or for the other
thread. In the second the drivers' statements are timed: their processor time is the client's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.crowd import whole_crowd
from bench.harness import BATCH, ENGINES, NAMES, say, seconds
from bench.recording import shop_round
from bench.stores import Stores
from bench.streams import disturbed
from bench.watching import Clock, Sent, watched
from lineage.service.recording import Recorder
from lineage.storage import applying
from lineage.storage.store import Store
from lineage.tracker import Tracker

STAGES: tuple[tuple[Any, str, str], ...] = (
    (Recorder, "check", "ahead: parse, validate, check"),
    (Store, "prepare", "ahead: find persons, seal, hash"),
    (Recorder, "apply", "write: all of it"),
    (applying, "lock_log", "write: lock the log"),
    (applying.Applying, "_insert_subjects", "write: new subjects"),
    (applying.Applying, "_lock_persons", "write: lock persons"),
    (applying.Applying, "_split", "write: look for duplicates"),
    (applying.Applying, "_people", "write: group by person"),
    (applying.Applying, "_append", "write: events, tiles, head"),
    (applying.Applying, "_fold", "write: fold whole"),
    (applying, "write_stands", "write: versions and standings"),
)
STATEMENTS_SHOWN = 16


@dataclass
class Spent:
    """Calls, wall seconds and processor seconds."""

    calls: int = 0
    wall: float = 0.0
    thread: float = 0.0

    def add(self, wall: float, thread: float) -> None:
        self.calls += 1
        self.wall += wall
        self.thread += thread


def profile(stores: Stores) -> str:
    """The tables, for both engines."""
    made = whole_crowd(stores)
    parts = []
    for number, engine in enumerate(ENGINES):
        tracker = made[engine].tracker
        first, second = (disturbed(shop_round(stores.size, 50 + 2 * number + n)) for n in range(2))
        stages, took = _stages(tracker, first)
        parts.append(table_of(f"{NAMES[engine]}, by stage", "stage", stages, took, len(first)))
        spent, took = _statements(tracker, second)
        shown = dict(sorted(spent.items(), key=lambda one: -one[1].wall)[:STATEMENTS_SHOWN])
        parts.append(
            table_of(f"{NAMES[engine]}, by statement", "statement", shown, took, len(second))
        )
        say(f"profile of recording, {NAMES[engine]}")
    return "\n\n".join(parts)


def table_of(title: str, what: str, spent: dict[str, Spent], took: float, events: int) -> str:
    lines = [
        f"**{title}**: {took / events * 1e6:,.0f} µs an event in all",
        "",
        f"| {what} | calls | µs an event | of it processor time here |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, one in spent.items():
        each = (f"{value / events * 1e6:,.1f}" for value in (one.wall, one.thread))
        lines.append(f"| {name} | {one.calls:,} | {' | '.join(each)} |")
    return "\n".join(lines)


def _stages(tracker: Tracker, events: Sequence[bytes]) -> tuple[dict[str, Spent], float]:
    spent = {name: Spent() for *_, name in STAGES}
    with timed(spent):
        took = seconds(lambda: tracker.record(events, batch_size=BATCH))
    return {name: one for name, one in spent.items() if one.calls}, took


@contextmanager
def timed(spent: dict[str, Spent]) -> Iterator[None]:
    plain: list[tuple[Any, str, Any]] = []
    for owner, attribute, name in STAGES:
        found = getattr(owner, attribute, None)
        if found is None:  # it has another name by now: the others still say where the time goes
            continue
        plain.append((owner, attribute, found))
        setattr(owner, attribute, _timing(found, spent[name]))
    try:
        yield
    finally:
        for owner, attribute, found in plain:
            setattr(owner, attribute, found)


def _timing(call: Callable[..., Any], spent: Spent) -> Callable[..., Any]:
    def timed(*args: Any, **options: Any) -> Any:
        clock = Clock()
        try:
            return call(*args, **options)
        finally:
            spent.add(*clock.passed())

    return timed


def _statements(tracker: Tracker, events: Sequence[bytes]) -> tuple[dict[str, Spent], float]:
    with watched(tracker.store.engine) as watch:
        watch.on = True
        took = seconds(lambda: tracker.record(events, batch_size=BATCH))
        watch.on = False
    spent: dict[str, Spent] = defaultdict(Spent)
    for one in watch.sent:
        spent[_named(one)].add(one.seconds, one.thread_seconds)
    return spent, took


def _named(one: Sent) -> str:
    """A statement by its verb, its table and by what it finds rows."""
    sql = str(one.sql)
    verb = sql.split(maxsplit=1)[0].rstrip(";")
    found = re.search(r'(?:FROM|INTO|UPDATE|COPY)\s+"?(\w+)"?', sql)
    table = f" {found[1]}" if found else ""
    by = re.search(r"WHERE t\.\"?(\w+)|ON t\.\"?(\w+)", sql)
    name = f"{verb}{table}" + (f" by {by[1] or by[2]}" if by else "")
    name += ", locking" if " FOR UPDATE" in sql else ""
    name += ", merging" if "ON CONFLICT" in sql else ""
    return f"`{name}`"
