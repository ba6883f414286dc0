"""Folding stored people: read their events, fold, and write their facts. SQL around a pure fold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from lineage.domain.facts import Facts, Recorded
from lineage.domain.fold import VersionAt, fold
from lineage.domain.fold.effective import effective_events
from lineage.domain.fold.onward import Plan, plan
from lineage.domain.fold.standing import UNSEEN_TYPES, KeyOf, Standing
from lineage.events import IdentityLinked
from lineage.storage import tables as t
from lineage.storage.bulk import send_before
from lineage.storage.drafts import Drafter
from lineage.storage.engines import Connection
from lineage.storage.facts import write_facts, write_steps
from lineage.storage.keyring import Keyring
from lineage.storage.ledger import events_at, events_of
from lineage.storage.persons import Link, components, linked_refs
from lineage.storage.standings import UNKNOWN
from lineage.storage.stored_facts import StoredRows

Versions = Callable[[str], VersionAt]
"""Gives, for a controller, the policy version in force at a time."""


@dataclass(frozen=True, slots=True)
class FoldedPerson:
    """One person (its linked refs, sorted) with its events in no order and what they fold to."""

    controller: str
    refs: tuple[bytes, ...]
    events: tuple[Recorded, ...]
    facts: Facts


@dataclass(frozen=True, slots=True)
class SplitPerson:
    """One person (its linked refs, sorted) with its events in no order and the links they make."""

    refs: tuple[bytes, ...]
    events: tuple[Recorded, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class NewEvents:
    """What a batch brings of one person: all its linked refs, their standing so far, the events."""

    controller: str
    refs: frozenset[bytes]
    before: Standing | None
    events: list[Recorded]


class Folder:
    """Folds people of one store."""

    def __init__(
        self, keyring: Keyring, drafter: Drafter, versions: Versions, key_of: KeyOf
    ) -> None:
        """Take what opening and folding need."""
        self._key_of = key_of
        self._keyring = keyring
        self._drafter = drafter
        self._versions = versions

    def read(
        self, conn: Connection, controller: str, refs: Iterable[bytes], *, known_at: int | None
    ) -> list[Recorded]:
        """The recorded events of these refs, opened."""
        found = sorted(refs)
        ciphers = self._keyring.ciphers(conn, found)
        rows = events_of(conn, found, known_at=known_at)
        return self._drafter.recorded(conn, rows, controller, ciphers)

    def read_at(
        self, conn: Connection, controller: str, keys: Sequence[tuple[bytes, bytes]]
    ) -> list[Recorded]:
        """The recorded events under these (ref, event key), opened."""
        rows = events_at(conn, keys)
        ciphers = self._keyring.ciphers(conn, {row.subject_ref for row in rows})
        return self._drafter.recorded(conn, rows, controller, ciphers)

    def read_types(
        self, conn: Connection, controller: str, refs: Iterable[bytes], types: Iterable[str]
    ) -> list[Recorded]:
        """The recorded events of these refs and types, opened."""
        send_before(conn, t.events.name)  # some of them may wait to be written
        c = t.events.c
        what = sa.select(t.events).where(c.subject_ref.in_(sorted(refs)), c.type.in_(sorted(types)))
        rows = conn.execute(what).all()
        ciphers = self._keyring.ciphers(conn, {row.subject_ref for row in rows})
        return self._drafter.recorded(conn, rows, controller, ciphers)

    def fold_refs(
        self, conn: Connection, touched: dict[bytes, str]
    ) -> tuple[list[FoldedPerson], dict[bytes, str]]:
        """Fold everybody these refs belong to, from the ledger as this transaction sees it.

        ``touched`` gives each ref's controller. People may have been joined or parted by what was
        just appended, so all refs that were or are linked are read, then split anew. Also gives
        all refs concerned, with their controller.
        """
        by_controller: dict[str, set[bytes]] = defaultdict(set)
        for ref, controller in touched.items():
            by_controller[controller].add(ref)
        people: list[FoldedPerson] = []
        concerned: dict[bytes, str] = {}
        for controller, refs in sorted(by_controller.items()):
            events = self.read_connected(conn, controller, refs)
            concerned |= dict.fromkeys([*refs, *events], controller)
            people += self.fold_events(controller, events)
        return people, concerned

    def read_connected(
        self, conn: Connection, controller: str, refs: set[bytes], *, known_at: int | None = None
    ) -> dict[bytes, list[Recorded]]:
        """Events by ref, of these refs and of all that stored or fresh links connect."""
        events: dict[bytes, list[Recorded]] = {}
        waiting = refs
        while waiting:
            connected, _ = linked_refs(conn, waiting)
            fresh = connected - set(events)
            events.update({ref: [] for ref in fresh})
            for event in self.read(conn, controller, fresh, known_at=known_at):
                events[event.ref].append(event)
            waiting = {
                event.linked_ref
                for ref in fresh
                for event in events[ref]
                if event.linked_ref is not None and event.linked_ref not in events
            }
        return events

    def links_on_record(
        self,
        conn: Connection,
        controller: str,
        *,
        known_at: int | None = None,
        after: int | None = None,
    ) -> list[Link]:
        """Every link ever recorded of the controller (up to ``known_at``, or only ``after`` a time
        of recording), retracted ones too.

        Links are few and have an index of their own.
        """
        c = t.events.c
        what = (
            sa.select(t.events)
            .join(t.subjects, t.subjects.c.subject_ref == c.subject_ref)
            .where(
                c.type == IdentityLinked.event_type(),
                t.subjects.c.controller == controller,
            )
        )
        if known_at is not None:
            what = what.where(c.recorded_at <= known_at)
        if after is not None:
            what = what.where(c.recorded_at > after)
        rows = conn.execute(what).all()
        ciphers = self._keyring.ciphers(conn, [row.subject_ref for row in rows])
        found = self._drafter.recorded(conn, rows, controller, ciphers)
        return [(e.ref, e.linked_ref) for e in found if e.linked_ref is not None]

    def fold_events(
        self, controller: str, events: dict[bytes, list[Recorded]]
    ) -> list[FoldedPerson]:
        """Fold each person among these refs; links among the events say who is one person."""
        return [
            FoldedPerson(controller, p.refs, p.events, self.facts_of(controller, p.events))
            for p in self.split(events)
        ]

    def facts_of(self, controller: str, events: Sequence[Recorded]) -> Facts:
        """What these fold to, which are all events of one person."""
        return fold(events, controller=controller, version_at=self._versions(controller))

    def split(self, events: dict[bytes, list[Recorded]]) -> list[SplitPerson]:
        """The people among these refs, by the links among their events; nothing is folded."""
        everything = [event for found in events.values() for event in found]
        links = [
            (event.ref, event.linked_ref)
            for event in (
                effective_events(everything)
                if any(event.linked_ref is not None for event in everything)
                else ()
            )
            if event.linked_ref is not None
        ]
        people = []
        for group in components(events, links):
            own = [event for ref in group for event in events.get(ref, ())]
            mine = [link for link in links if link[0] != link[1] and link[0] in group]
            people.append(SplitPerson(tuple(group), tuple(own), tuple(mine)))
        return people

    def go_forward(
        self, conn: Connection, people: Sequence[NewEvents]
    ) -> tuple[list[NewEvents], list[NewEvents]]:
        """Fold onto stored facts whoever can be, and write that.

        Gives those who must be folded whole, and of the others those from whose facts acts may
        follow. Nothing of the new events is in the ledger yet.
        """
        plans: list[tuple[NewEvents, Plan]] = []
        whole: list[NewEvents] = []
        for person in people:
            ahead = None
            if person.before is None or not person.before.marks & UNKNOWN:
                ahead = plan(
                    person.before,
                    person.events,
                    controller=person.controller,
                    version_at=self._versions(person.controller),
                    key_of=self._key_of,
                )
            if ahead is None:
                whole.append(person)
            else:
                plans.append((person, ahead))
        known = [(person, ahead) for person, ahead in plans if person.before is not None]
        stored = StoredRows(conn, [(person.refs, ahead.reads) for person, ahead in known])
        opened = self._opened(conn, known)
        steps, acting = [], []
        for person, ahead in plans:
            facts = None if person.before is None else stored.of(person.refs)
            step = ahead.step(facts, opened.get(person.refs, ()))
            if step is None:
                whole.append(person)
                continue
            steps.append((person.controller, step))
            if ahead.acting:
                acting.append(person)
        write_steps(conn, steps, stored.edges)
        return whole, acting

    def _opened(
        self, conn: Connection, plans: Sequence[tuple[NewEvents, Plan]]
    ) -> dict[frozenset[bytes], list[Recorded]]:
        """The events of the ledger that plans ask for, by the refs of the person."""
        of_key: dict[tuple[bytes, bytes], NewEvents] = {}
        of_ref: dict[bytes, NewEvents] = {}
        for person, ahead in plans:
            of_key |= {(ref, key): person for ref in person.refs for key in ahead.reads.events}
            if ahead.reads.unseen:
                of_ref |= dict.fromkeys(person.refs, person)
        rows = events_at(conn, list(of_key))
        rows += [row for row in events_of(conn, of_ref) if row.type in UNSEEN_TYPES]
        found: dict[frozenset[bytes], list[Recorded]] = defaultdict(list)
        ciphers = self._keyring.ciphers(conn, {row.subject_ref for row in rows})
        for row in rows:
            person = of_key.get((row.subject_ref, row.event_key)) or of_ref[row.subject_ref]
            found[person.refs] += self._drafter.recorded(conn, [row], person.controller, ciphers)
        return found

    def write(
        self, conn: Connection, concerned: Iterable[bytes], people: Iterable[FoldedPerson]
    ) -> None:
        """Replace the stored facts of everybody concerned."""
        write_facts(conn, concerned, [(person.controller, person.facts) for person in people])
