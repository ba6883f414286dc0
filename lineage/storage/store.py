"""The store: prepare a batch without a lock, apply it in one transaction, read in snapshots.

``Store.prepare`` and ``Store.apply`` are the seam between the core and an engine: what is above
them knows no SQL, what is below knows no business beyond the pure fold.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from lineage.domain.facts import Facts, Recorded
from lineage.domain.fold.forward import Standing
from lineage.domain.parties import parties_of, renamed
from lineage.events import Event
from lineage.storage import engines
from lineage.storage import tables as t
from lineage.storage.bulk import Upsert
from lineage.storage.dead_letters import DeadLetterBox
from lineage.storage.drafts import DeadLetter, Draft, Drafter, PreparedBatch
from lineage.storage.engines import Connection
from lineage.storage.errors import InTheWay, StorageError, VersionChanged
from lineage.storage.folding import FoldedPerson, Folder, Versions
from lineage.storage.freshness import note_sources
from lineage.storage.keyring import Keyring, Who
from lineage.storage.keys import Keys
from lineage.storage.ledger import (
    LOCAL_LANE,
    Head,
    append,
    known_events,
    last_recorded_at,
    lock_log,
)
from lineage.storage.persons import linked_refs, version_of
from lineage.storage.schema import check_schema
from lineage.storage.seal import Hasher
from lineage.storage.standings import add_events, lock_persons
from lineage.storage.tasks import Tasks

TRIES_MAX = 8
PAUSE_SECONDS = 0.02
"""Before the second try, at most; doubled before each further one, and drawn at random."""

_SUBJECTS = Upsert(t.subjects, by=["lookup"])

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PersonState:
    """What ``follow`` sees of one person after its new events: its facts, and its own id."""

    controller: str
    subject: str
    facts: Facts
    claimed: frozenset[str]
    """Notices whose body is frozen: an attempt was claimed, so they can no longer be widened."""

    recorded_at: int
    first_position: int
    """What is being recorded now: its time, and the position of its first event"""


Follow = Callable[[PersonState, int], Sequence[Event]]
"""Gives the acts (system events) that follow for a person, at a time (microseconds)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The version an officer saw; ``apply`` refuses when the person has changed since."""

    who: Who
    ver: int


@dataclass(slots=True)
class Applied:
    """What one transaction did, and when and from which position on.

    ``statuses``: item -> recorded, duplicate or id_reused.
    """

    batch: PreparedBatch
    now: int
    recorded_at: int
    first_position: int
    statuses: dict[int, str] = field(default_factory=dict)
    recorded: int = 0
    acts: int = 0


RawOf = Callable[[int], tuple[str, bytes]]
"""item -> (place, message)"""


class SubjectRace(StorageError):
    """Another writer made a subject that this batch was about to make: prepare it again."""

    def __init__(self) -> None:
        """Say so; ``apply`` never lets it out."""
        super().__init__("another writer has just recorded this person for the first time")


class Store:
    """One store, its keys and its engine."""

    def __init__(self, url: str, keys: Keys, versions: Versions) -> None:
        """Open the engine and check schema and keys. Raises ``StoreUnusable``, ``KeysUnusable``."""
        self.url = url
        self.engine = engines.open_engine(url)
        self.hasher = Hasher(keys)
        self.keyring = Keyring(keys, self.hasher)
        self.drafter = Drafter(self.keyring, self.hasher)
        self.folder = Folder(self.keyring, self.drafter, versions)
        self.dead_letters = DeadLetterBox(self.keyring, self.hasher)
        self.tasks = Tasks(self.keyring)
        check_schema(self.engine, self.hasher.check)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot."""
        with engines.reading(self.engine) as conn:
            yield conn

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A writing transaction."""
        with engines.writing(self.engine) as conn:
            yield conn

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Do ``work`` in a writing transaction, again as a whole where another writer was in the
        way. Raises ``InTheWay`` when that happens over and over.
        """
        for tried in range(TRIES_MAX - 1):
            try:
                with self.writing() as conn:
                    return work(conn)
            except InTheWay:
                time.sleep(random.random() * PAUSE_SECONDS * 2**tried)  # noqa: S311 - jitter
        with self.writing() as conn:
            return work(conn)

    def named(self, conn: Connection, facts: Facts) -> Facts:
        """Facts as the world outside the store knows its parties: natural persons by their id."""
        return renamed(facts, self.keyring.party_names(conn, parties_of(facts)))

    def prepare(
        self,
        events: Sequence[tuple[int | None, Event]],
        *,
        dead: Sequence[DeadLetter] = (),
        raw_of: RawOf | None = None,
        conn: Connection | None = None,
        after: PreparedBatch | None = None,
    ) -> PreparedBatch:
        """Resolve, seal and hash a batch; takes no lock.

        ``after`` is a batch that is being applied meanwhile: the people it makes are taken as made,
        so this one may only be applied if that one was, as it is.
        """
        batch = PreparedBatch(events, dead=list(dead), raw_of=raw_of, after=after)
        expected = {} if after is None else after.new
        if conn is not None:
            batch.drafts, batch.new = self.drafter.draft(conn, events)
        else:
            with self.reading() as snapshot:
                batch.drafts, batch.new = self.drafter.draft(snapshot, events, expected)
        return batch

    def apply(
        self,
        batch: PreparedBatch,
        *,
        now: Callable[[], int],
        follow: Follow | None = None,
        expected: Expected | None = None,
        lane: str = LOCAL_LANE,
    ) -> Applied:
        """Record a batch in one transaction: ledger, facts, acts that follow, dead letters."""
        for _ in range(TRIES_MAX):
            work = partial(
                self.apply_in, batch=batch, now=now, follow=follow, expected=expected, lane=lane
            )
            try:
                applied = self.run(work)
            except SubjectRace:
                batch = self.prepare(batch.events, dead=batch.dead, raw_of=batch.raw_of)
                continue
            self.keyring.committed(batch.new.values())
            batch.after = None
            return applied
        raise InTheWay

    def record_in(
        self,
        conn: Connection,
        events: Sequence[tuple[int | None, Event]],
        *,
        now: Callable[[], int],
        follow: Follow | None = None,
        raw_of: RawOf | None = None,
    ) -> Applied:
        """Prepare and apply inside a transaction that the caller ends."""
        for _ in range(TRIES_MAX):
            batch = self.prepare(events, raw_of=raw_of, conn=conn)
            # What is made in this transaction is found again by the next try.
            with suppress(SubjectRace):
                return self.apply_in(conn, batch, now=now, follow=follow)
        raise InTheWay

    def apply_in(
        self,
        conn: Connection,
        batch: PreparedBatch,
        *,
        now: Callable[[], int],
        follow: Follow | None = None,
        expected: Expected | None = None,
        lane: str = LOCAL_LANE,
    ) -> Applied:
        """``apply`` inside a transaction that the caller ends.

        Locks in the one order there is: the lane's log, new subjects, persons. Only then is
        anything read that what follows rests on.
        """
        head = lock_log(conn, self.hasher, lane)
        clock = now()
        # Along a lane the time of recording never goes back, whatever the machine's clock does.
        recorded_at = max(clock, last_recorded_at(conn, head))
        self._insert_subjects(conn, batch)
        standings = self._lock_persons(conn, batch.drafts)
        if expected is not None:
            self._check_version(conn, expected)
        applied = Applied(batch=batch, now=clock, recorded_at=recorded_at, first_position=head.size)
        fresh, reused = self._split(conn, batch.drafts, applied)
        applied.recorded = len(fresh)
        head = self._append(conn, head, fresh, recorded_at)
        late = self.folder.go_forward(conn, fresh, standings, recorded_at)
        people, concerned = self._fold(conn, late)
        if follow is not None:
            acted = self._act(conn, head, people, follow, applied)
            people = self._with_acts(conn, people, acted)
        self.folder.write(conn, concerned, people)
        letters = [*batch.dead, *(_reused_letter(batch, item) for item in reused)]
        self.dead_letters.keep(conn, letters, lane=lane, recorded_at=recorded_at)
        return applied

    def _check_version(self, conn: Connection, expected: Expected) -> None:
        person = self.keyring.find(conn, expected.who)
        refs, _ = linked_refs(conn, [] if person is None else [person.ref])
        ver = version_of(conn, sorted(refs))
        if ver != expected.ver:
            raise VersionChanged(ver)

    def _insert_subjects(self, conn: Connection, batch: PreparedBatch) -> None:
        """Insert new subjects; if a lookup is taken by now, the batch was sealed for nothing."""
        rows = [subject.row for subject in batch.new.values()]
        engines.made_here(conn).update(subject.lookup for subject in batch.new.values())
        if _SUBJECTS.run(conn, rows) < len(rows):
            raise SubjectRace

    def _lock_persons(self, conn: Connection, drafts: Sequence[Draft]) -> dict[bytes, Standing]:
        """Lock everybody the drafts are about, with all refs of theirs; gives their standings."""
        people = {draft.row.subject_ref: draft.controller for draft in drafts if draft.person}
        people |= {d.linked_ref: d.controller for d in drafts if d.linked_ref is not None}
        standings = lock_persons(conn, people)
        # Who is linked is not plain; and nobody changes its links without the lock we hold.
        joined: dict[str, list[bytes]] = defaultdict(list)
        for ref, standing in standings.items():
            if not standing.plain:
                joined[people[ref]].append(ref)
        others: dict[bytes, str] = {}
        for controller, refs in joined.items():
            connected, _ = linked_refs(conn, refs)
            others |= dict.fromkeys(connected - set(people), controller)
        lock_persons(conn, others)
        return standings

    def _split(
        self, conn: Connection, drafts: Sequence[Draft], applied: Applied
    ) -> tuple[list[Draft], list[int]]:
        """Keep what is new; the first under an id wins, in the batch as in the store."""
        keys = [(draft.row.subject_ref, draft.row.event_key) for draft in drafts]
        digests = {key: digest for key, (digest, _) in known_events(conn, keys).items()}
        fresh, reused = [], []
        for draft, key in zip(drafts, keys, strict=True):
            digest = digests.get(key)
            status = "recorded"
            if digest is None:
                digests[key] = draft.row.digest
                fresh.append(draft)
            elif digest == draft.row.digest:
                status = "duplicate"
            else:
                status = "id_reused"
                if draft.item is not None:
                    reused.append(draft.item)
            if draft.item is not None:
                applied.statuses[draft.item] = status
        return fresh, reused

    def _append(
        self, conn: Connection, head: Head, drafts: Sequence[Draft], recorded_at: int
    ) -> Head:
        rows = [draft.row for draft in drafts]
        head = append(conn, self.hasher, head, rows, recorded_at=recorded_at)
        note_sources(conn, head.log, drafts, recorded_at)
        own = [draft for draft in drafts if draft.person]
        controllers = {draft.row.subject_ref: draft.controller for draft in own}
        add_events(conn, [draft.recorded(recorded_at, 0) for draft in own], controllers)
        return head

    def _fold(
        self, conn: Connection, drafts: Sequence[Draft]
    ) -> tuple[list[FoldedPerson], set[bytes]]:
        touched = {d.row.subject_ref: d.controller for d in drafts if d.person}
        return self.folder.fold_refs(conn, touched)

    def _with_acts(
        self, conn: Connection, people: list[FoldedPerson], acted: Sequence[Draft]
    ) -> list[FoldedPerson]:
        """Fold those who got acts again; who belongs to whom is known, and not yet written."""
        refs = {draft.row.subject_ref for draft in acted}
        for place, person in enumerate(people):
            if refs.isdisjoint(person.refs):
                continue
            events = self.folder.read(conn, person.controller, person.refs, known_at=None)
            by_ref: dict[bytes, list[Recorded]] = {ref: [] for ref in person.refs}
            for event in events:
                by_ref[event.ref].append(event)
            (people[place],) = self.folder.fold_events(person.controller, by_ref)
        return people

    def _act(
        self,
        conn: Connection,
        head: Head,
        people: Sequence[FoldedPerson],
        follow: Follow,
        applied: Applied,
    ) -> list[Draft]:
        """Append what follows for people with requests, and make the tasks it calls for."""
        events: list[Event] = []
        for person in people:
            if not person.facts.requests:
                continue
            ref = person.facts.requests[0].ref
            state = PersonState(
                controller=person.controller,
                subject=self.keyring.names(conn, [ref])[ref],
                facts=self.named(conn, person.facts),
                claimed=self.tasks.claimed(conn, person.refs),
                recorded_at=applied.recorded_at,
                first_position=applied.first_position,
            )
            events += follow(state, applied.now)
        if not events:
            return []
        batch = self.prepare([(None, event) for event in events], conn=conn)
        fresh, _ = self._split(conn, batch.drafts, applied)
        self._append(conn, head, fresh, applied.recorded_at)
        self.tasks.plan(conn, fresh, applied.now)
        applied.acts = len(fresh)
        return fresh


def _reused_letter(batch: PreparedBatch, item: int) -> DeadLetter:
    assert batch.raw_of is not None
    place, message = batch.raw_of(item)
    problem = ("id", "id_reused", "an id that no other event of this source and person has")
    return DeadLetter(place, "id_reused", message, (problem,))
