"""Reading a person so that its plan can be made, and those it answers for with its account."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lineage.domain.facts import Facts, Recorded
from lineage.domain.parties import parties_of, renamed
from lineage.domain.planning.accounts import covers_account, through_account
from lineage.domain.planning.dossier import Dossier
from lineage.domain.planning.rows import PlanRows, joined_rows, plan_rows, renamed_rows
from lineage.service.histories import CHUNK_PEOPLE, Histories
from lineage.service.people import FoundPerson, View, is_seen
from lineage.service.planned import PlannedPerson
from lineage.service.querying import Questions
from lineage.storage.accounts import refs_under

if TYPE_CHECKING:
    from lineage.storage.engines import Connection
    from lineage.storage.folding import SplitPerson


class Planner:
    """Reads people of one store, from one point of view and in one snapshot."""

    def __init__(
        self, questions: Questions, conn: Connection, view: View, *, if_accepted: bool = False
    ) -> None:
        """``if_accepted``: plans are made as if what waits for a decision had been accepted."""
        self._ask = questions
        self._histories = Histories(questions.store, questions.people, questions.library)
        self._conn = conn
        self._view = view
        self._if_accepted = if_accepted
        self._wide: dict[str, Sequence[Recorded]] = {}

    def read(self, controller: str, ref: bytes | None) -> PlannedPerson:
        """One person by one of its refs; None is somebody of whom nothing is on record."""
        person = FoundPerson(controller, (), None, Facts())
        if ref is not None:
            person = self._ask.people.read_events(self._conn, controller, ref, self._view)
        dossier = self._dossier(controller, person.events)
        facts = dossier.whole.facts
        names = self._ask.store.keyring.party_names(self._conn, parties_of(facts))
        person = replace(person, facts=renamed(facts, names))
        planned = PlannedPerson(person, dossier, names, self._if_accepted)
        under = refs_under(self._conn, person.refs)
        return replace(planned, under=self._under(planned, under)) if under else planned

    def _under(self, holder: PlannedPerson, under: Collection[bytes]) -> dict[str | None, PlanRows]:
        """What each request of the holder of an account asks of what came through it (D-37)."""
        asked = [holder.cause(request) for request in holder.person.facts.requests]
        causes = {
            cause.request_id: cause
            for cause in asked
            if cause is not None and covers_account(cause)
        }
        found = dict.fromkeys(causes, PlanRows())
        for person in self._people(holder.person.controller, sorted(under)) if causes else ():
            through = through_account(person.events, holder.person.refs)
            dossier = self._dossier(holder.person.controller, through)
            parties = parties_of(dossier.whole.facts)
            names = self._ask.store.keyring.party_names(self._conn, parties)
            for request_id, cause in causes.items():
                rows = plan_rows(dossier, cause, if_accepted=self._if_accepted)
                both = [(cause, found[request_id]), (cause, renamed_rows(rows, names))]
                found[request_id] = joined_rows(both)
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

    def _dossier(self, controller: str, events: Sequence[Recorded]) -> Dossier:
        if controller not in self._wide:
            own = self._histories.of_controller(self._conn, controller, self._view)
            self._wide[controller] = own.wide
        return Dossier(
            controller,
            events,
            self._ask.library.policy_at(controller),
            as_of=self._view.as_of,
            wide=self._wide[controller],
        )
