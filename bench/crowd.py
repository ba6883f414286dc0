"""A crowd, in the store before anything is measured: a million people, an event or ten about each.

Their rows are what recording would have left, sealed and findable, and are made by the product's
own functions; what is left out is the asking (nobody of them is on record yet) and the tree. So
they are made in parallel, and inserted in the order of their refs, which is no order at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import lineage
from bench.floors import Floor
from bench.harness import ENGINES, Engine, say
from bench.stores import Place, Stores
from bench.streams import controllers, subject_of_crowd
from lineage.events import Event, parse_event
from lineage.storage import tables as t
from lineage.storage.bulk import Insert
from lineage.tracker import Tracker

CHUNK = 10_000
RECIPIENTS = 40
LOG = 9_999
"""Far from those of the lanes that record."""

TABLES = (t.subjects, t.events, t.persons, t.edges, t.findings)
_INSERT = {table.name: Insert(table) for table in TABLES}

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Crowd:
    """The store with the crowd in it, on one engine."""

    place: Place
    tracker: Tracker
    people: int
    each: int
    """events about every one of them"""

    @cached_property
    def floor(self) -> Floor:
        """The floor beside it, made by the first who asks."""
        return Floor(self.tracker.store.engine)


def whole_crowd(stores: Stores) -> dict[Engine, Crowd]:
    """The stores with the crowd of this run's size."""
    return crowds(stores, stores.size.crowd, stores.size.each)


def crowds(stores: Stores, people: int, each: int = 1) -> dict[Engine, Crowd]:
    """The stores with so many people and so many events about each of them, made once for each
    run; the same rows in each.
    """
    kept: dict[tuple[int, int], dict[Engine, Crowd]] = stores.kept
    if (people, each) in kept:
        return kept[people, each]
    made = kept[people, each] = {}
    keys = stores.folder / f"crowd-{people}-{each}.keys"
    for engine in ENGINES:
        place = stores.lasting(engine, keys=keys)
        made[engine] = Crowd(place, stores.opened(place), people, each)
    done = 0
    for rows in _all_rows(keys, people, each):
        for engine in ENGINES:
            store = made[engine].tracker.store
            with store.writing() as conn:
                for table in TABLES:
                    _INSERT[table.name].run(conn, rows[table.name])
        done += len(rows["subjects"])
        if done % 100_000 == 0:
            say(f"crowd: {done:,} of {people:,} people in the stores")
    for engine in ENGINES:
        _settle(made[engine].tracker)
    return made


def _settle(tracker: Tracker) -> None:
    """Statistics, and the pages written: as after a night."""
    with tracker.store.engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("VACUUM ANALYZE")
            conn.exec_driver_sql("CHECKPOINT")
        else:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _all_rows(keys: Path, people: int, each: int) -> Iterator[Rows]:
    chunk = CHUNK // each
    starts = [(start, min(start + chunk, people)) for start in range(0, people, chunk)]
    if len(starts) == 1:
        maker = Maker(keys, each)
        with maker.tracker:
            yield maker.rows(*starts[0])
        return
    # Fresh processes: this one has threads and open stores.
    context = get_context("spawn")
    given = (keys, each)
    with ProcessPoolExecutor(2, mp_context=context, initializer=_init, initargs=given) as pool:
        waiting = []
        for start in starts:
            waiting.append(pool.submit(_make, *start))
            if len(waiting) > 4:  # no more than that in memory
                yield waiting.pop(0).result()
        for one in waiting:
            yield one.result()


def kinds(each: int) -> list[list[Event]]:
    """The people of the crowd but for their names, as the events about each of them: who came
    more than once was sent a parcel every other day. Half of the shares go to one recipient.
    """
    slugs = controllers()
    found = []
    for number in range(2 * RECIPIENTS * len(slugs)):
        which = number // len(slugs)
        recipient = "EveryParcel" if which < RECIPIENTS else f"Carrier {which:02d}"
        raw = {
            "specversion": "1.0",
            "source": "/services/fulfilment",
            "type": "lineage.data_shared.v1",
            "subject": f"kind-{number}",
            "controller": slugs[number % len(slugs)],
            "data": {
                "recipient": recipient,
                "recipient_kind": "logistics",
                "categories": ["consignee_name", "shipping_address"],
                "purpose": "delivery",
            },
        }
        month = f"2025-{1 + which % 12:02d}"
        times = [f"{month}-{1 + 2 * time:02d}T10:00:00Z" for time in range(each)]
        found.append(
            [
                parse_event(raw | {"id": f"kind-{number}-{time}", "time": at})
                for time, at in enumerate(times)
            ]
        )
    return found


class Maker:
    """Makes rows: what one person of each kind folds to is recorded for real, and then repeated."""

    def __init__(self, keys: Path, each: int) -> None:
        self._kinds = kinds(each)
        # Beside the keys, and gone with them.
        folder = Path(mkdtemp(dir=keys.parent))
        copy = folder / "keys"
        shutil.copytree(keys, copy)
        url = f"sqlite:///{folder / 'kinds.db'}"
        with lineage.open_tracker(url, keys=copy) as tracker:
            self._learn(tracker)
        # Nobody of the crowd is on record in this one, so all are made.
        self.tracker = lineage.open_tracker(f"sqlite:///{folder / 'empty.db'}", keys=copy)

    def _learn(self, tracker: Tracker) -> None:
        events = [event for kind in self._kinds for event in kind]
        assert tracker.record(events, batch_size=len(events)).recorded == len(events)
        store = tracker.store
        with store.reading() as conn:
            edges = {row[0]: tuple(row[1:]) for row in conn.execute(t.edges.select())}
            persons = {row.subject_ref: row._asdict() for row in conn.execute(t.persons.select())}
            findings = conn.execute(t.findings.select()).all()
        self._edges, self._persons, self._recorded_at = [], [], []
        self._findings: list[list[tuple[int, tuple[Any, ...]]]] = []
        """of each kind: about which of its events, and the rest of the row"""
        for kind in self._kinds:
            drafts = store.prepare([(None, event) for event in kind]).drafts
            ref = drafts[0].row.subject_ref
            person = persons[ref] | {"log": LOG}
            self._recorded_at.append(person["recorded_at"])
            self._persons.append(tuple(person.values())[1:])
            self._edges.append(edges[ref])
            which = {draft.row.event_key: time for time, draft in enumerate(drafts)}
            self._findings.append(
                [(which[row.event_key], tuple(row[2:])) for row in findings if row[0] == ref]
            )

    def rows(self, start: int, stop: int) -> Rows:
        """The rows of these people, by table."""
        each = len(self._kinds[0])
        events: list[tuple[int | None, Event]] = []
        for number in range(start, stop):
            for time, event in enumerate(self._kind(number)):
                named = {"id": f"crowd-{number}-{time}", "subject": subject_of_crowd(number)}
                events.append((None, event.model_copy(update=named)))
        batch = self.tracker.store.prepare(events)
        assert len(batch.new) == stop - start
        found: Rows = {table.name: [] for table in TABLES}
        found["subjects"] = [subject.row for subject in batch.new.values()]
        drafts = iter(batch.drafts)
        for number in range(start, stop):
            kind = number % len(self._kinds)
            about = list(islice(drafts, each))
            ref = about[0].row.subject_ref
            for time, draft in enumerate(about):
                _, key, type_, at, digest, body, _ = draft.row
                where = (LOG, number * each + time)
                row = (ref, key, *where, type_, at, self._recorded_at[kind], digest, body)
                found["events"].append(row)
            found["persons"].append((ref, *self._persons[kind]))
            found["edges"].append((ref, *self._edges[kind]))
            found["findings"] += (
                (ref, about[time].row.event_key, *rest) for time, rest in self._findings[kind]
            )
        for rows in found.values():
            rows.sort()
        return found

    def _kind(self, number: int) -> list[Event]:
        return self._kinds[number % len(self._kinds)]


_MAKERS: list[Maker] = []


def _init(keys: Path, each: int) -> None:
    _MAKERS.append(Maker(keys, each))


def _make(start: int, stop: int) -> Rows:
    return _MAKERS[0].rows(start, stop)
