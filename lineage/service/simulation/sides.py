"""One side of a simulation: some policies, and what they make of a person's recorded events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lineage.domain.facts import Facts, Recorded
from lineage.domain.history.history import History
from lineage.domain.planning.causes import causes_of
from lineage.service.people import FoundPerson, View
from lineage.service.plan_parts import plan_parts
from lineage.service.planner import EventsOf, Planner
from lineage.service.querying import Questions
from lineage.service.simulation import saying
from lineage.service.simulation.outcomes import Outcome

if TYPE_CHECKING:
    from lineage.storage.engines import Connection


class Side:
    """What one set of policies says, to one who reads people in one snapshot."""

    def __init__(
        self, questions: Questions, conn: Connection, view: View, events_of: EventsOf
    ) -> None:
        """``questions`` have the policies of this side, ``events_of`` gives what is on record."""
        self._policy_at = questions.library.policy_at
        self._events_of = events_of
        self._planner = Planner(questions, conn, view, events_of=events_of)

    def person(
        self, controller: str, refs: tuple[bytes, ...], events: Sequence[Recorded]
    ) -> Outcome:
        """What is said of one person."""
        dossier = self._planner.dossier(controller, events)
        said = saying.of_person(dossier.whole.history, self._policy_at(controller))
        if causes_of(dossier):
            found = FoundPerson(controller, refs, None, Facts())
            said |= saying.of_plan(plan_parts(self._planner.plan(found, dossier), None))
        return said

    def controller(self, own: History) -> Outcome:
        """What is said of what a controller did itself."""
        name = own.controller
        wide = self._events_of(name, own.everything_wide)
        history = History(name, wide=wide, as_of=own.as_of)
        return saying.of_controller(history, self._policy_at(name))
