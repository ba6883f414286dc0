"""One request read with all that its state and its plan rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from lineage.domain.facts import Recorded, Request
from lineage.domain.history.history import History
from lineage.domain.history.requested import Timeline
from lineage.domain.judging import PolicyAt
from lineage.domain.planning.dossier import unconfirmed
from lineage.domain.planning.notices import outstanding
from lineage.domain.planning.states import UNDECIDED, request_state
from lineage.domain.questions.entitlement import entitlement
from lineage.events.times import from_micros
from lineage.service.one_request import not_on_record_then, one_request
from lineage.service.people import FoundPerson, View
from lineage.service.planned import PlannedPerson
from lineage.service.planner import Planner
from lineage.service.querying import Questions

if TYPE_CHECKING:
    from lineage.storage.engines import Connection


@dataclass(frozen=True)
class AskedRequest:
    """A request, its person, and where it stands on the day of asking."""

    controller: str
    subject: str
    request: Request
    asked: PlannedPerson
    state: str

    @property
    def history(self) -> History:
        """Of the person, the controller's own part included."""
        return self.asked.dossier.whole.history

    @property
    def policy_at(self) -> PolicyAt:
        """The policy of the controller by the time in microseconds."""
        return self.asked.dossier.policy_at

    @property
    def timeline(self) -> Timeline:
        """The steps of the request."""
        return self.history.requests[self.request.request_id]

    @property
    def unconfirmed(self) -> list[Recorded]:
        """Facts recorded after its decision that wait for an officer."""
        cause, dossier = self.asked.cause(self.request), self.asked.dossier
        if cause is None or cause.recorded is None:
            return []
        return list(unconfirmed(dossier.events, cause.recorded, wide=dossier.wide))

    def open_at(self, recipient: str) -> set[str]:
        """What a recipient has yet to answer for, over all notices of the request."""
        mine = (n for n in self.asked.notices(self.request) if n.recipient == recipient)
        return {category for notice in mine for category in outstanding(notice)}


class RequestReader:
    """Reads requests of one store."""

    def __init__(self, questions: Questions) -> None:
        """Take the questions, whose store, policies and registry are read."""
        self._ask = questions

    def read(
        self, conn: Connection, request_id: str, controller: str | None, view: View
    ) -> AskedRequest:
        """The request of this id. Raises ``NotFound`` and ``Ambiguous``."""
        planner = Planner(self._ask, conn, view)
        return self.read_with(planner, conn, request_id, controller, view)

    def read_with(
        self,
        planner: Planner,
        conn: Connection,
        request_id: str,
        controller: str | None,
        view: View,
    ) -> AskedRequest:
        """The same by a planner of the caller's, who may look at things as they are not."""
        controller, ref = one_request(conn, request_id, controller)
        asked = planner.read(controller, ref)
        request = request_of(asked.person, request_id)
        if request is None:
            raise not_on_record_then(request_id)
        state = self.state(asked, request, from_micros(view.as_of).date())
        return AskedRequest(controller, self.subject(conn, request), request, asked, state)

    def subject(self, conn: Connection, request: Request) -> str:
        """The id of the person whose request it is."""
        return self._ask.store.keyring.names(conn, [request.ref])[request.ref]

    def state(self, asked: PlannedPerson, request: Request, today: date) -> str:
        """Where a request stands on a day."""
        found = request_state(
            request,
            asked.cause(request),
            asked.notices(request),
            lambda: asked.own_rows(request),
            lambda: asked.rows_of_others(request),
            today=today,
            answer_days=self._ask.registry.answer_days(
                asked.person.controller, {n.recipient for n in asked.notices(request)}
            ),
        )
        if found != UNDECIDED:
            return found
        dossier = asked.dossier
        return entitlement(dossier.policy_at, dossier.whole.history, request.request_id).state


def request_of(person: FoundPerson, request_id: str) -> Request | None:
    """The person's request of this id, as far as it is on record in the facts that were read."""
    return next((r for r in person.facts.requests if r.request_id == request_id), None)
