"""Folding stored people: read their events, fold, and write their facts. SQL around a pure fold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from lineage.domain.facts import Facts, Recorded
from lineage.domain.fold import VersionAt, fold
from lineage.domain.fold.effective import effective_events
from lineage.domain.fold.forward import Standing, can_go_forward, fold_forward
from lineage.events import IdentityLinked
from lineage.storage import tables as t
from lineage.storage.drafts import Draft, Drafter
from lineage.storage.engines import Connection
from lineage.storage.facts import NO_EDGES, read_edges, write_facts, write_steps
from lineage.storage.keyring import Keyring
from lineage.storage.ledger import events_of
from lineage.storage.persons import Link, components, linked_refs

Versions = Callable[[str], VersionAt]
"""Gives, for a controller, the policy version in force at a time."""


@dataclass(frozen=True, slots=True)
class FoldedPerson:
    """One person (its linked refs, sorted) with its events in no order and what they fold to."""

    controller: str
    refs: tuple[bytes, ...]
    events: tuple[Recorded, ...]
    facts: Facts


class Folder:
    """Folds people of one store."""

    def __init__(self, keyring: Keyring, drafter: Drafter, versions: Versions) -> None:
        """Take what opening and folding need."""
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

    def fold_refs(
        self, conn: Connection, touched: dict[bytes, str]
    ) -> tuple[list[FoldedPerson], set[bytes]]:
        """Fold everybody these refs belong to, from the ledger as this transaction sees it.

        ``touched`` gives each ref's controller. People may have been joined or parted by what was
        just appended, so all refs that were or are linked are read, then split anew. Also gives
        all refs concerned.
        """
        by_controller: dict[str, set[bytes]] = defaultdict(set)
        for ref, controller in touched.items():
            by_controller[controller].add(ref)
        people, concerned = [], set[bytes]()
        for controller, refs in sorted(by_controller.items()):
            events = self._read_connected(conn, controller, refs)
            concerned |= refs | set(events)
            people += self.fold_events(controller, events)
        return people, concerned

    def _read_connected(
        self, conn: Connection, controller: str, refs: set[bytes]
    ) -> dict[bytes, list[Recorded]]:
        """Events by ref, of these refs and of all that stored or fresh links connect."""
        events: dict[bytes, list[Recorded]] = {}
        waiting = refs
        while waiting:
            connected, _ = linked_refs(conn, waiting)
            fresh = connected - set(events)
            events.update({ref: [] for ref in fresh})
            for event in self.read(conn, controller, fresh, known_at=None):
                events[event.ref].append(event)
            waiting = {
                event.linked_ref
                for ref in fresh
                for event in events[ref]
                if event.linked_ref is not None and event.linked_ref not in events
            }
        return events

    def links_on_record(
        self, conn: Connection, controller: str, *, known_at: int | None = None
    ) -> list[Link]:
        """Every link ever recorded of the controller (up to ``known_at``), retracted ones too.

        Links are few and have an index of their own.
        """
        c = t.events.c
        what = (
            sa.select(
                c.subject_ref,
                c.event_key,
                c.type,
                c.occurred_at,
                c.recorded_at,
                c.position,
                c.body,
            )
            .join(t.subjects, t.subjects.c.subject_ref == c.subject_ref)
            .where(
                c.type == IdentityLinked.event_type(),
                t.subjects.c.controller == controller,
            )
        )
        if known_at is not None:
            what = what.where(c.recorded_at <= known_at)
        rows = conn.execute(what).all()
        ciphers = self._keyring.ciphers(conn, [row.subject_ref for row in rows])
        found = self._drafter.recorded(conn, rows, controller, ciphers)
        return [(e.ref, e.linked_ref) for e in found if e.linked_ref is not None]

    def fold_events(
        self, controller: str, events: dict[bytes, list[Recorded]]
    ) -> list[FoldedPerson]:
        """Fold each person among these refs; links among the events say who is one person."""
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
            facts = fold(own, controller=controller, version_at=self._versions(controller))
            people.append(FoldedPerson(controller, tuple(group), tuple(own), facts))
        return people

    def go_forward(
        self,
        conn: Connection,
        drafts: Sequence[Draft],
        standings: dict[bytes, Standing],
        recorded_at: int,
    ) -> list[Draft]:
        """Fold forward whoever can be, and write that; gives the drafts of everybody else.

        ``standings`` are those from before these drafts were recorded.
        """
        by_ref: dict[bytes, list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.person:
                by_ref[draft.row.subject_ref].append(draft)
        forward: dict[bytes, list[Recorded]] = {}
        rest: list[Draft] = []
        for ref, own in by_ref.items():
            new = [draft.recorded(recorded_at, 0) for draft in own]
            if can_go_forward(standings.get(ref), new):
                forward[ref] = new
            else:
                rest += own
        stored = read_edges(conn, [ref for ref in forward if ref in standings])
        steps = []
        for ref, new in forward.items():
            controller = by_ref[ref][0].controller
            version_at = self._versions(controller)
            edges_to = stored.get(ref, NO_EDGES).to
            step = fold_forward(edges_to, new, controller=controller, version_at=version_at)
            steps.append((controller, step))
        write_steps(conn, steps)
        return rest

    def write(
        self, conn: Connection, concerned: Iterable[bytes], people: Iterable[FoldedPerson]
    ) -> None:
        """Replace the stored facts of everybody concerned."""
        write_facts(conn, concerned, [(person.controller, person.facts) for person in people])
