"""Reading a person so that its plan can be made, and those it answers for with its account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lineage.domain.facts import Facts, Recorded
from lineage.domain.parties import parties_of, renamed
from lineage.domain.planning.accounts import covers_account
from lineage.domain.planning.causes import Cause
from lineage.domain.planning.dossier import Dossier
from lineage.domain.planning.rows import PlanRows, plan_rows, renamed_rows
from lineage.service.histories import CHUNK_PEOPLE, Histories
from lineage.service.people import FoundPerson, View, is_seen
from lineage.service.planned import PlannedPerson
from lineage.service.querying import Questions
from lineage.storage.accounts import refs_under

if TYPE_CHECKING:
    from lineage.storage.engines import Connection
    from lineage.storage.folding import SplitPerson


EventsOf = Callable[[str, Sequence[Recorded]], Sequence[Recorded]]
"""Gives for a controller, and events of one person or its own, those that are to count."""


def as_recorded(_controller: str, events: Sequence[Recorded]) -> Sequence[Recorded]:
    """All of them."""
    return events


PEOPLE_KEPT = 100
"""How many people are kept planned, for one who made several requests."""


class Planner:
    """Reads people of one store, from one point of view and in one snapshot."""

    def __init__(
        self,
        questions: Questions,
        conn: Connection,
        view: View,
        *,
        if_accepted: bool = False,
        undecided: bool = False,
        events_of: EventsOf = as_recorded,
    ) -> None:
        """``if_accepted``: plans are made as if what waits for a decision had been accepted.

        ``undecided``: others under an account are planned for while no cause of its holder stands
        too, since it is asked who would be left out; nothing else depends on them then.

        ``events_of`` gives what a plan rests on, of all that is on record.
        """
        self._ask = questions
        self._histories = Histories(questions.store, questions.people, questions.library)
        self._conn = conn
        self._view = view
        self._if_accepted = if_accepted
        self._undecided = undecided
        self._events_of = events_of
        self._wide: dict[str, Sequence[Recorded]] = {}
        self._planned: dict[tuple[str, bytes], PlannedPerson] = {}

    def read(self, controller: str, ref: bytes | None) -> PlannedPerson:
        """One person by one of its refs; None is somebody of whom nothing is on record."""
        if ref is None:
            return self._read(FoundPerson(controller, (), None, Facts()))
        planned = self._planned.get((controller, ref))
        if planned is None:
            person = self._ask.people.read_events(self._conn, controller, ref, self._view)
            planned = self._read(person)
            if len(self._planned) >= PEOPLE_KEPT:
                self._planned.clear()
            self._planned.update({(controller, one): planned for one in person.refs})
        return planned

    def _read(self, person: FoundPerson) -> PlannedPerson:
        return self.plan(person, self.dossier(person.controller, person.events))

    def plan(self, person: FoundPerson, dossier: Dossier) -> PlannedPerson:
        """A person that is read already; its facts are those of the dossier."""
        facts = dossier.whole.facts
        names = self._ask.store.keyring.party_names(self._conn, parties_of(facts))
        person = replace(person, facts=renamed(facts, names))
        planned = PlannedPerson(person, dossier, names, self._if_accepted)
        under = self._under(planned)
        return replace(planned, under=under) if under else planned

    def _under(self, holder: PlannedPerson) -> list[list[tuple[Cause, PlanRows]]]:
        """What the causes of the holder of an account ask of what came through it (D-37)."""
        causes = [
            cause
            for cause in holder.causes
            if (cause.stands or self._undecided) and covers_account(cause)
        ]
        under = refs_under(self._conn, holder.person.refs) if causes else ()
        controller, account = holder.person.controller, holder.person.refs
        found = []
        for person in self._people(controller, sorted(under)):
            dossier = self.dossier(controller, person.events)
            parties = parties_of(dossier.whole.facts)
            names = self._ask.store.keyring.party_names(self._conn, parties)
            planned = []
            for cause in causes:
                rows = plan_rows(dossier, cause, if_accepted=self._if_accepted, account=account)
                planned.append((cause, renamed_rows(rows, names)))
            found.append(planned)
        return found

    def _people(self, controller: str, refs: Sequence[bytes]) -> Iterator[SplitPerson]:
        """These people, each once, read a chunk at a time."""
        folder, view = self._ask.store.folder, self._view
        done: set[bytes] = set()
        for start in range(0, len(refs), CHUNK_PEOPLE):
            chunk = set(refs[start : start + CHUNK_PEOPLE]) - done
            read = folder.read_connected(self._conn, controller, chunk, known_at=view.known_at)
            done.update(read)
            yield from folder.split(
                {ref: [e for e in events if is_seen(e, view)] for ref, events in read.items()}
            )

    def dossier(self, controller: str, events: Sequence[Recorded]) -> Dossier:
        """What a plan of the person that these events are about rests on."""
        if controller not in self._wide:
            own = self._histories.of_controller(self._conn, controller, self._view)
            self._wide[controller] = self._events_of(controller, own.wide)
        return Dossier(
            controller,
            self._events_of(controller, events),
            self._ask.library.policy_at(controller),
            as_of=self._view.as_of,
            wide=self._wide[controller],
        )
