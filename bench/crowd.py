"""A crowd that is in the store before anything is measured: a million people, one event each.

Their rows are what recording would have left, sealed and findable, and are made by the product's
own functions; what is left out is the asking (nobody of them is on record yet) and the tree. So
they are made in parallel, and inserted in the order of their refs, which is no order at all.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def floor(self) -> Floor:
        """The floor beside it, made by the first who asks."""
        return Floor(self.tracker.store.engine)


def crowds(stores: Stores, people: int) -> dict[Engine, Crowd]:
    """The stores with a crowd of this size, made once for each run; the same rows in each."""
    kept: dict[int, dict[Engine, Crowd]] = stores.kept
    if people in kept:
        return kept[people]
    made = kept[people] = {}
    keys = stores.folder / f"crowd-{people}.keys"
    for engine in ENGINES:
        place = stores.lasting(engine, keys=keys)
        made[engine] = Crowd(place, stores.opened(place), people)
    done = 0
    for rows in _all_rows(keys, people):
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


def _all_rows(keys: Path, people: int) -> Iterator[Rows]:
    starts = [(start, min(start + CHUNK, people)) for start in range(0, people, CHUNK)]
    if len(starts) == 1:
        maker = Maker(keys)
        with maker.tracker:
            yield maker.rows(*starts[0])
        return
    # Fresh processes: this one has threads and open stores.
    context = get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, initializer=_init, initargs=(keys,)) as pool:
        waiting = []
        for start in starts:
            waiting.append(pool.submit(_make, *start))
            if len(waiting) > 4:  # no more than that in memory
                yield waiting.pop(0).result()
        for one in waiting:
            yield one.result()


def kinds() -> list[Event]:
    """The events of the crowd but for id and subject: half of the shares go to one recipient."""
    slugs = controllers()
    found = []
    for number in range(2 * RECIPIENTS * len(slugs)):
        which = number // len(slugs)
        recipient = "EveryParcel" if which < RECIPIENTS else f"Carrier {which:02d}"
        raw = {
            "specversion": "1.0",
            "id": f"kind-{number}",
            "source": "/services/fulfilment",
            "type": "lineage.data_shared.v1",
            "time": f"2025-{1 + which % 12:02d}-01T10:00:00Z",
            "subject": f"kind-{number}",
            "controller": slugs[number % len(slugs)],
            "data": {
                "recipient": recipient,
                "recipient_kind": "logistics",
                "categories": ["consignee_name", "shipping_address"],
                "purpose": "delivery",
            },
        }
        found.append(parse_event(raw))
    return found


class Maker:
    """Makes rows: what one person of each kind folds to is recorded for real, and then repeated."""

    def __init__(self, keys: Path) -> None:
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
        self._kinds = kinds()
        assert tracker.record(self._kinds).recorded == len(self._kinds)
        store = tracker.store
        self._persons, self._edges, self._findings = [], [], []
        self._recorded_at: list[int] = []
        with store.reading() as conn:
            edges = {row[0]: tuple(row[1:]) for row in conn.execute(t.edges.select())}
            persons = {row.subject_ref: row._asdict() for row in conn.execute(t.persons.select())}
            findings = defaultdict(list)
            for row in conn.execute(t.findings.select()):
                findings[row.subject_ref].append(tuple(row[2:]))
        drafts = store.prepare([(None, kind) for kind in self._kinds]).drafts
        for draft in drafts:
            ref = draft.row.subject_ref
            person = persons[ref] | {"log": LOG}
            self._recorded_at.append(person["recorded_at"])
            self._persons.append(tuple(person.values())[1:])
            self._edges.append(edges[ref])
            self._findings.append(findings[ref])

    def rows(self, start: int, stop: int) -> Rows:
        """The rows of these people, by table."""
        each = len(self._kinds)
        events: list[tuple[int | None, Event]] = []
        for number in range(start, stop):
            named = {"id": f"crowd-{number}", "subject": subject_of_crowd(number)}
            events.append((None, self._kinds[number % each].model_copy(update=named)))
        batch = self.tracker.store.prepare(events)
        assert len(batch.new) == stop - start
        found: Rows = {table.name: [] for table in TABLES}
        found["subjects"] = [subject.row for subject in batch.new.values()]
        for number, draft in zip(range(start, stop), batch.drafts, strict=True):
            ref, key, type_, at, digest, body, _ = draft.row
            kind = number % each
            row = (ref, key, LOG, number, type_, at, self._recorded_at[kind], digest, body)
            found["events"].append(row)
            found["persons"].append((ref, *self._persons[kind]))
            found["edges"].append((ref, *self._edges[kind]))
            found["findings"] += ((ref, key, *finding) for finding in self._findings[kind])
        for rows in found.values():
            rows.sort()
        return found


_MAKERS: list[Maker] = []


def _init(keys: Path) -> None:
    _MAKERS.append(Maker(keys))


def _make(start: int, stop: int) -> Rows:
    return _MAKERS[0].rows(start, stop)
