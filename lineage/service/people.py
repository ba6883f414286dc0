"""Finding a person and reading it: from facts when they serve, from the ledger for another time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from lineage.domain.facts import Facts, Recorded
from lineage.events import EventRetracted, IdentityLinked
from lineage.events.times import to_micros
from lineage.service.errors import Ambiguous, InvalidInput, UnknownSubject
from lineage.storage.facts import read_facts
from lineage.storage.keyring import PERSON, Who
from lineage.storage.person_reads import StoredPerson, read_person
from lineage.storage.persons import linked_refs, main_ref
from lineage.storage.store import Store

if TYPE_CHECKING:
    from lineage.storage.engines import Connection


@dataclass(frozen=True, slots=True)
class View:
    """From when a question is asked: occurred up to ``as_of``, recorded up to ``known_at``.

    Microseconds. ``known_at`` is null where everything on record counts; ``now`` is the moment of
    asking, and ``live`` says that the question is about it.
    """

    now: int
    as_of: int
    known_at: int | None
    live: bool


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person as read for a question; ``refs`` are its linked refs, ``main`` the one shown.

    ``events`` are there where the person was folded anew: those that the view sees, in no order.
    """

    controller: str
    refs: tuple[bytes, ...]
    main: bytes | None
    facts: Facts
    events: tuple[Recorded, ...] = ()


@dataclass(frozen=True, slots=True)
class LivePerson:
    """A person as stored now, under its controller."""

    controller: str
    stored: StoredPerson


def view_at(now: int, as_of: datetime | None, known_at: datetime | None) -> View:
    """The view of a question; what is not said is now."""
    for moment in (as_of, known_at):
        if moment is not None and moment.tzinfo is None:
            raise InvalidInput("a time without a zone", do="use a time in UTC")
    return View(
        now=now,
        as_of=now if as_of is None else to_micros(as_of),
        known_at=None if known_at is None else to_micros(known_at),
        live=as_of is None and known_at is None,
    )


class People:
    """Reads people of one store."""

    def __init__(self, store: Store, controllers: Sequence[str]) -> None:
        """``controllers`` are those that have a policy."""
        self._store = store
        self._controllers = controllers

    def check_controller(self, controller: str) -> None:
        """Refuse a controller that has no policy."""
        if controller not in self._controllers:
            known = ", ".join(self._controllers)
            raise InvalidInput("this controller has no policy", do=f"name one of {known}")

    def controller_of(self, conn: Connection, subject: str, controller: str | None) -> str:
        """The controller meant; found by the subject where it is not said."""
        if controller is not None:
            self.check_controller(controller)
            return controller
        who = {Who(c, PERSON, subject): c for c in self._controllers}
        on_record = self._store.keyring.find_all(conn, who)
        found = [c for one, c in who.items() if one in on_record]
        if len(found) > 1:
            raise Ambiguous(
                f"this person is on record under {', '.join(found)}",
                do="say which with --controller",
            )
        if not found:
            raise UnknownSubject(
                "nothing is on record of this person under any controller",
                do="check the id; or say --controller to ask one controller's record",
            )
        return found[0]

    def read(self, conn: Connection, controller: str, subject: str, view: View) -> FoundPerson:
        """The person with its facts, as seen from ``view``."""
        person = self._store.keyring.find(conn, Who(controller, PERSON, subject))
        if person is None:
            return FoundPerson(controller, (), None, Facts())
        return self.read_ref(conn, controller, person.ref, view)

    def read_live(self, controller: str | None, subject: str, view: View) -> LivePerson | None:
        """The person as it is now, in one statement; None where the stored facts do not serve."""
        if not view.live:
            return None
        if controller is None:
            with self._store.reading() as conn:
                controller = self.controller_of(conn, subject, None)
        self.check_controller(controller)
        store = self._store
        lookup = store.hasher.lookup(*Who(controller, PERSON, subject))
        person = read_person(store.engine, store.keyring, controller=controller, lookup=lookup)
        if reaches_beyond(person.facts, view.as_of):
            return None
        return LivePerson(controller, person)

    def read_ref(self, conn: Connection, controller: str, ref: bytes, view: View) -> FoundPerson:
        """The person that a ref belongs to, with its facts, as seen from ``view``."""
        connected, links = linked_refs(conn, [ref])
        refs = sorted(connected)
        if view.live:
            facts = read_facts(conn, refs)
            if not reaches_beyond(facts, view.as_of):
                named = self._store.named(conn, facts)
                return FoundPerson(controller, tuple(refs), main_ref(refs, links), named)
        return self.read_whole(conn, controller, ref, view)

    def read_whole(self, conn: Connection, controller: str, ref: bytes, view: View) -> FoundPerson:
        """The person folded anew from the ledger, with its events, as seen from ``view``."""
        found = self.read_raw(conn, controller, ref, view)
        return replace(found, facts=self._store.named(conn, found.facts))

    def read_raw(self, conn: Connection, controller: str, ref: bytes, view: View) -> FoundPerson:
        """Fold the person anew from the events that the view sees; parties as they are stored."""
        found = self.read_events(conn, controller, ref, view)
        return replace(found, facts=self._store.folder.facts_of(controller, found.events))

    def read_events(self, conn: Connection, controller: str, ref: bytes, view: View) -> FoundPerson:
        """The person with the events that the view sees, and no facts."""
        folder = self._store.folder
        events: dict[bytes, list[Recorded]] = {}
        waiting = {ref}
        while waiting:
            events.update({one: [] for one in waiting})
            for event in folder.read(conn, controller, waiting, known_at=view.known_at):
                events[event.ref].append(event)
            waiting = self._next_refs(conn, controller, events, waiting, view)
        seen = {
            one: [event for event in found if is_seen(event, view)] for one, found in events.items()
        }
        for person in folder.split(seen):
            if ref in person.refs:
                main = main_ref(person.refs, person.links)
                return FoundPerson(controller, person.refs, main, Facts(), person.events)
        return FoundPerson(controller, (ref,), ref, Facts())

    def _next_refs(
        self,
        conn: Connection,
        controller: str,
        events: dict[bytes, list[Recorded]],
        waiting: set[bytes],
        view: View,
    ) -> set[bytes]:
        """Refs that links connect with those just read: as recorded by then, or since parted."""
        connected, _ = linked_refs(conn, waiting)
        for ref in waiting:
            connected |= {e.linked_ref for e in events[ref] if e.linked_ref is not None}
        connected |= self._linking(conn, controller, waiting, view)
        return connected - set(events)

    def _linking(
        self, conn: Connection, controller: str, refs: set[bytes], view: View
    ) -> set[bytes]:
        """Refs that link to these by an event that has been retracted since (known-at only)."""
        if view.known_at is None:
            return set()
        links = self._store.folder.links_on_record(conn, controller, known_at=view.known_at)
        return {ref for ref, other in links if other in refs}


def is_seen(event: Recorded, view: View) -> bool:
    """Once recorded, a retraction and a link count at any as-of: what is wrong never happened,
    and who somebody is does not begin on the day it is found out.
    """
    timeless = isinstance(event.data, EventRetracted | IdentityLinked)
    return timeless or event.occurred_at <= view.as_of


def reaches_beyond(facts: Facts, as_of: int) -> bool:
    """Whether the stored facts count something whose time has not come yet."""
    for edge in facts.edges:
        if edge.last > as_of:
            return True
    times: list[int | None] = [erasure.at for erasure in facts.erasures]
    times += [change.at for change in facts.changes]
    for request in facts.requests:
        times += [request.received_at, request.decided_at, request.withdrawn_at]
    for notice in facts.notices:
        times += [notice.planned_at, notice.sent_at, notice.answered_at]
    return any(time is not None and time > as_of for time in times)
