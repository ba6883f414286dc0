"""One batch in one transaction: locked, appended, folded, followed by its acts. SQL in order.

Locks are taken in the one order there is: the lane's log, new subjects, persons. Only then is
anything read that what follows rests on (``docs/adr/0012``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from types import MappingProxyType
from typing import Protocol

from lineage.domain.facts import Recorded
from lineage.domain.fold.standing import LINKED_TO, Standing, standing_of
from lineage.domain.parties import parties_of, renamed
from lineage.domain.verdicts import Verdicts, Wide
from lineage.events import Event
from lineage.storage import tables as t
from lineage.storage.accounts import note_accounts
from lineage.storage.bulk import Upsert
from lineage.storage.dead_letters import DeadLetterBox
from lineage.storage.drafts import DeadLetter, Draft, Drafter, PreparedBatch
from lineage.storage.engines import Connection, made_here
from lineage.storage.errors import LaneMoved, SubjectRace, Untold, VersionChanged
from lineage.storage.facts import read_facts
from lineage.storage.folding import FoldedPerson, Folder, NewEvents
from lineage.storage.following import Acting, Follow, PersonState
from lineage.storage.freshness import note_sources
from lineage.storage.joining import joined_writes
from lineage.storage.judged import Judging
from lineage.storage.keyring import Keyring, Who
from lineage.storage.ledger import (
    LOCAL_LANE,
    KeptTiles,
    Stretch,
    append,
    known_events,
    lock_log,
    move_on,
)
from lineage.storage.persons import linked_refs, version_of
from lineage.storage.policies_used import DigestOf, note_policies
from lineage.storage.rejudging import begin_rejudging
from lineage.storage.seal import Hasher
from lineage.storage.standings import Locked, Stand, lock_persons, write_stands
from lineage.storage.tasks import Tasks
from lineage.storage.timers import Timer, set_timers

_SUBJECTS = Upsert(t.subjects, by=["lookup"])


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
    noted: set[str] = field(default_factory=set)
    """controllers of whom it was noted by which policies they are folded"""


class Parts(Protocol):
    """The parts of a store that recording works with."""

    hasher: Hasher
    keyring: Keyring
    drafter: Drafter
    folder: Folder
    dead_letters: DeadLetterBox
    tasks: Tasks
    kept_tiles: KeptTiles
    verdicts: Verdicts | None
    kept_wide: dict[str, Wide]
    digest_of: DigestOf
    noted: set[str]


class Applying:
    """A batch being applied: what is locked, and how everybody stands by now."""

    def __init__(
        self,
        parts: Parts,
        conn: Connection,
        batch: PreparedBatch,
        *,
        now: Callable[[], int],
        stretch: Stretch | None,
        woken: Mapping[bytes, str] = MappingProxyType({}),
    ) -> None:
        """Lock the lane's log, the batch's new subjects and its persons. Raises ``LaneMoved``.

        ``woken`` are people (ref -> controller) for whom acts may follow though nothing new is
        recorded of them.
        """
        self._woken = woken
        self._parts = parts
        self._conn = conn
        self._batch = batch
        self._lane = LOCAL_LANE if stretch is None else stretch.lane
        self._told = None if stretch is None else stretch.told
        self._head = lock_log(conn, parts.hasher, self._lane)
        if stretch is not None:
            self._move_on(stretch)
        clock = now()
        self._new = frozenset(subject.person.ref for subject in batch.new.values())
        self._insert_subjects()
        self._locked = self._lock_persons()
        self._stands = dict(self._locked.stands)
        self._changed: set[bytes] = set()
        self._applied = Applied(batch, clock, self._recorded_at(clock), self._head.size)
        self._judging = (
            None
            if parts.verdicts is None
            else Judging(parts, parts.verdicts, conn, self._applied.recorded_at)
        )

    def _move_on(self, stretch: Stretch) -> None:
        """The fence: who writes for a lane that stands elsewhere by now writes nothing."""
        head = self._head
        if (head.next or head.size) and head.next != stretch.at:
            raise LaneMoved(head.next)
        self._head = move_on(self._conn, self._parts.hasher, head, stretch.next)

    def run(self, follow: Follow | None, expected: Expected | None) -> Applied:
        """Record it, fold, and let acts follow. Raises ``Untold`` before anything is written."""
        conn, folder = self._conn, self._parts.folder
        if expected is not None:
            self._check_version(expected)
        with joined_writes(conn):
            fresh, reused = self._split(self._batch.drafts)
            if self._told is not None and (untold := sorted(set(reused) - self._told)):
                raise Untold(untold)
            self._applied.recorded = len(fresh)
            people = self._people(fresh)
            whole, acting = folder.go_forward(conn, people)
            self._append(fresh)
            folded = self._fold(whole)
            self._judge_controllers(fresh)
            self._judge(people, folded)
            acting += self._asleep(people)
            if follow is not None and (found := self._with_requests(folded, acting)):
                self._act(found, follow)
            write_stands(conn, [self._stands[ref] for ref in sorted(self._changed)])
            letters = [*self._batch.dead, *(_reused_letter(self._batch, item) for item in reused)]
            recorded_at = self._applied.recorded_at
            self._parts.dead_letters.keep(conn, letters, lane=self._lane, recorded_at=recorded_at)
        return self._applied

    def _asleep(self, people: Sequence[NewEvents]) -> list[NewEvents]:
        """Those who were woken, and of whom nothing is new."""
        busy = {ref for person in people for ref in person.refs}
        found: dict[frozenset[bytes], NewEvents] = {}
        for ref, controller in self._woken.items():
            refs = self._locked.person_of(ref)
            if busy.isdisjoint(refs):
                found[refs] = NewEvents(controller, refs, None, [])
        return list(found.values())

    def _with_requests(
        self, folded: Sequence[FoldedPerson], acting: Sequence[NewEvents]
    ) -> list[Acting]:
        """Those for whom acts may follow."""
        found = [Acting(p.controller, p.refs, p.facts, p.events) for p in folded]
        # A link of this batch may have joined them to somebody who was folded whole.
        joined = {ref for person in folded for ref in person.refs}
        found += [
            Acting(p.controller, tuple(sorted(p.refs)), read_facts(self._conn, sorted(p.refs)))
            for p in acting
            if p.refs.isdisjoint(joined)
        ]
        return [person for person in found if person.facts.requests]

    def _insert_subjects(self) -> None:
        """Insert new subjects; if a lookup is taken by now, the batch was sealed for nothing."""
        new = self._batch.new.values()
        made_here(self._conn).update(subject.lookup for subject in new)
        if _SUBJECTS.count(self._conn, [subject.row for subject in new]) < len(new):
            raise SubjectRace

    def _lock_persons(self) -> Locked:
        people: dict[bytes, str] = dict(self._woken)
        for draft in self._batch.drafts:
            if draft.person:
                people[draft.row.subject_ref] = draft.controller
                if draft.event.linked_ref is not None:
                    people[draft.event.linked_ref] = draft.controller
        return lock_persons(self._conn, people, new=self._new)

    def _recorded_at(self, clock: int) -> int:
        """The time of recording: along a lane it never goes back, whatever the machine's clock
        does; and for a person it grows from lane to lane, so that it says what came after what.
        """
        stands = self._locked.stands.values()
        earlier = (stand.recorded_at + (stand.log != self._head.log) for stand in stands)
        return max(clock, self._head.recorded_at, *earlier)

    def _check_version(self, expected: Expected) -> None:
        person = self._parts.keyring.find(self._conn, expected.who)
        refs, _ = linked_refs(self._conn, [] if person is None else [person.ref])
        ver = version_of(self._conn, sorted(refs))
        if ver != expected.ver:
            raise VersionChanged(ver)

    def _split(self, drafts: Sequence[Draft]) -> tuple[list[Draft], list[int]]:
        """Keep what is new; the first under an id wins, in the batch as in the store."""
        keys = [draft.row[:2] for draft in drafts]
        digests = known_events(self._conn, [key for key in keys if key[0] not in self._new])
        statuses = self._applied.statuses
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
                statuses[draft.item] = status
        return fresh, reused

    def _people(self, drafts: Iterable[Draft]) -> list[NewEvents]:
        """The new events by person, each with the standing of all its refs."""
        found: dict[frozenset[bytes], NewEvents] = {}
        person_of = self._locked.person_of
        for draft in drafts:
            if draft.person:
                refs = person_of(draft.row.subject_ref)
                person = found.get(refs)
                if person is None:
                    person = NewEvents(draft.controller, refs, self._standing(refs), [])
                    found[refs] = person
                person.events.append(draft.event)
        return list(found.values())

    def _standing(self, refs: frozenset[bytes]) -> Standing | None:
        if len(refs) == 1:
            (ref,) = refs
            return self._stands[ref].standing
        known = [self._stands[ref].standing for ref in sorted(refs) if ref in self._stands]
        standings = [standing for standing in known if standing is not None]
        return reduce(Standing.merged, standings) if standings else None

    def _append(self, drafts: Sequence[Draft]) -> None:
        """Append to the ledger, and let everybody stand as with these events."""
        applied, parts = self._applied, self._parts
        rows = [draft.row for draft in drafts]
        recorded_at = applied.recorded_at
        self._head = append(
            self._conn,
            parts.hasher,
            self._head,
            rows,
            recorded_at=recorded_at,
            kept=parts.kept_tiles,
        )
        note_sources(self._conn, self._head.log, drafts, recorded_at)
        self._note_policies({draft.controller for draft in drafts})
        note_accounts(self._conn, (draft.event for draft in drafts if draft.person))
        own: dict[bytes, list[Draft]] = {}
        for draft in drafts:
            if draft.person:
                own.setdefault(draft.row.subject_ref, []).append(draft)
                if draft.event.linked_ref is not None:
                    self._stand(draft.event.linked_ref, LINKED_TO)
        for ref, found in own.items():
            new = standing_of([draft.event for draft in found], key_of=parts.hasher.event_key)
            self._stand(ref, new, len(found))

    def _note_policies(self, controllers: set[str]) -> None:
        """Once for each controller; again where the transaction that did it came to nothing."""
        if unknown := controllers - self._parts.noted - self._applied.noted:
            note_policies(self._conn, unknown, self._parts.digest_of)
            self._applied.noted |= unknown

    def _stand(self, ref: bytes, new: Standing, count: int = 0) -> None:
        stand = self._stands[ref]
        merged = new if stand.standing is None else stand.standing.merged(new)
        self._changed.add(ref)
        at, log = stand.recorded_at, stand.log
        if count:
            at, log = self._applied.recorded_at, self._head.log
        ver = stand.ver + count
        self._stands[ref] = Stand(
            ref, stand.controller, ver, merged, at, log, stand.there, stand.looked_at
        )

    def _fold(self, people: Iterable[NewEvents]) -> list[FoldedPerson]:
        """Fold these from the ledger, and write what they fold to."""
        touched = {ref: person.controller for person in people for ref in person.refs}
        folded, concerned = self._parts.folder.fold_refs(self._conn, touched)
        while unlocked := {r: name for r, name in concerned.items() if r not in self._stands}:
            # Somebody they were linked with before: what is written of it needs its lock as well.
            self._stands = lock_persons(self._conn, unlocked).stands | self._stands
            folded, concerned = self._parts.folder.fold_refs(self._conn, touched)
        self._parts.folder.write(self._conn, concerned, folded)
        return folded

    def _judge(self, people: Sequence[NewEvents], folded: Sequence[FoldedPerson]) -> None:
        """Judge what is new of these people; their stands still say what was there before."""
        if self._judging is None:
            return
        self._judging.new_events(people, folded, self._locked.stands)
        for ref, looked_at in self._judging.looked_at.items():
            stand = self._stands[ref]
            if stand.standing is not None and looked_at & ~stand.looked_at:
                self._stands[ref] = replace(stand, looked_at=stand.looked_at | looked_at)
                self._changed.add(ref)

    def _judge_controllers(self, drafts: Iterable[Draft]) -> None:
        """Judge what controllers did themselves; by it, people are judged anew later."""
        if self._judging is None:
            return
        for controller in sorted({d.controller for d in drafts if not d.person}):
            self._judging.controller(controller)
            begin_rejudging(self._conn, controller, since=self._applied.recorded_at)

    def _act(self, people: Sequence[Acting], follow: Follow) -> None:
        """Append what follows for these people with requests, and make the tasks it calls for."""
        conn, parts, applied = self._conn, self._parts, self._applied
        events: list[Event] = []
        timers: list[Timer] = []
        for person in people:
            acts, again_at = follow(self._state(person), applied.now)
            events += acts
            if again_at is not None:
                timers.append(Timer(person.refs[0], person.controller, again_at))
        set_timers(conn, (ref for person in people for ref in person.refs), timers)
        if not events:
            return
        drafts, new = parts.drafter.draft(
            lambda work: work(conn), [(None, event) for event in events]
        )
        assert not new, "acts are about people on record"
        fresh, _ = self._split(drafts)
        self._append(fresh)
        parts.tasks.plan(conn, fresh, applied.now)
        applied.acts = len(fresh)
        concerned = self._people(fresh)
        self._judge(concerned, self._fold(concerned))

    def _state(self, person: Acting) -> PersonState:
        conn, parts, applied, facts = self._conn, self._parts, self._applied, person.facts
        ref = facts.requests[0].ref
        names = parts.keyring.party_names(conn, parties_of(facts))
        return PersonState(
            controller=person.controller,
            subject=parts.keyring.names(conn, [ref])[ref],
            facts=renamed(facts, names),
            events=lambda: self._events_of(person),
            names=names,
            claimed=parts.tasks.claimed(conn, person.refs),
            recorded_at=applied.recorded_at,
            first_position=applied.first_position,
        )

    def _events_of(self, person: Acting) -> Sequence[Recorded]:
        if person.events is not None:
            return person.events
        folder = self._parts.folder
        return folder.read(self._conn, person.controller, person.refs, known_at=None)


def _reused_letter(batch: PreparedBatch, item: int) -> DeadLetter:
    assert batch.raw_of is not None
    place, message, origin = batch.raw_of(item)
    problem = ("id", "id_reused", "an id that no other event of this source and person has")
    return DeadLetter(place, "id_reused", message, (problem,), origin)
