"""Reading histories: of one person, of a controller, of everybody. No answer is made here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage.domain.fold.effective import effective_events
from lineage.domain.history.history import History
from lineage.domain.judging import PolicyAt
from lineage.policy.loader import Library
from lineage.service.people import FoundPerson, People, View, is_seen
from lineage.storage.keyring import CONTROLLER, PERSON, Who
from lineage.storage.persons import main_ref
from lineage.storage.store import Store
from lineage.storage.subjects import refs_after

if TYPE_CHECKING:
    from lineage.domain.facts import Recorded
    from lineage.storage.engines import Connection
    from lineage.storage.folding import SplitPerson

CHUNK_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """A person with the history that a question rests on; ``subject`` is the id it is shown under.

    The facts name natural persons among the parties by their id, the history by their ref.
    """

    subject: str
    person: FoundPerson
    history: History


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some people, each once, with the id each is shown under; ``refs`` are those gone through,
    sorted.
    """

    refs: Sequence[bytes]
    people: Sequence[tuple[str, SplitPerson]]


class Histories:
    """Reads the histories of one store."""

    def __init__(self, store: Store, people: People, library: Library) -> None:
        """Histories are read by way of ``people``, which knows who is whom."""
        self._store = store
        self._people = people
        self._library = library

    def policy_at(self, controller: str) -> PolicyAt:
        """The policy of a controller in force at a time in microseconds."""
        return self._library.policy_at(controller)

    def of_subject(self, conn: Connection, controller: str, subject: str, view: View) -> Seen:
        """One person by its id; nothing on record gives an empty history."""
        found = self._store.keyring.find(conn, Who(controller, PERSON, subject))
        if found is None:
            nobody = self._people.read(conn, controller, subject, view)
            return Seen(subject, nobody, self._history(conn, controller, (), view))
        return self.of_ref(conn, controller, found.ref, view, subject=subject)

    def of_ref(
        self, conn: Connection, controller: str, ref: bytes, view: View, *, subject: str
    ) -> Seen:
        """One person by one of its refs."""
        person = self._people.read_whole(conn, controller, ref, view)
        return Seen(subject, person, self._history(conn, controller, person.events, view))

    def of_controller(self, conn: Connection, controller: str, view: View) -> History:
        """What the controller as a whole did, without anybody's history."""
        return self._history(conn, controller, (), view)

    def everybody(
        self, conn: Connection, controller: str, view: View
    ) -> Iterator[tuple[str, History]]:
        """(id, history) of everybody on record, read a chunk at a time; a linked person once."""
        wide = self._wide(conn, controller, view)
        after = b""
        while (chunk := self.chunk(conn, controller, after, view)).refs:
            after = chunk.refs[-1]
            for subject, person in chunk.people:
                events = effective_events(person.events)
                yield subject, History(controller, events=events, wide=wide, as_of=view.as_of)

    def chunk(self, conn: Connection, controller: str, after: bytes, view: View) -> Chunk:
        """The next people of a controller, by their refs; no refs where there are no more."""
        refs = refs_after(conn, controller, after, limit=CHUNK_PEOPLE)
        folder, these = self._store.folder, frozenset(refs)
        read = folder.read_connected(conn, controller, set(refs), known_at=view.known_at)
        seen = {ref: [e for e in events if is_seen(e, view)] for ref, events in read.items()}
        people = [p for p in folder.split(seen) if p.refs[0] in these and p.events]
        names = self._store.keyring.names(conn, [main_ref(p.refs, p.links) for p in people])
        return Chunk(refs, [(names[main_ref(p.refs, p.links)], p) for p in people])

    def _history(
        self, conn: Connection, controller: str, events: Sequence[Recorded], view: View
    ) -> History:
        return History(
            controller,
            events=effective_events(events),
            wide=self._wide(conn, controller, view),
            as_of=view.as_of,
        )

    def _wide(self, conn: Connection, controller: str, view: View) -> Sequence[Recorded]:
        own = self._store.keyring.find(conn, Who(controller, CONTROLLER, controller))
        if own is None:
            return ()
        read = self._store.folder.read(conn, controller, [own.ref], known_at=view.known_at)
        return effective_events(event for event in read if is_seen(event, view))
