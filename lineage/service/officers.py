"""What an officer says of a request becomes an event, where the state it is in is open to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from lineage.domain.lifecycles.request import REQUEST
from lineage.events import Event, EventData
from lineage.events.errors import problems_of
from lineage.events.times import from_micros
from lineage.service.errors import InvalidInput, PlanChanged
from lineage.service.people import view_at
from lineage.service.querying import Questions
from lineage.service.recording import Recorder
from lineage.service.request_reading import AskedRequest, RequestReader
from lineage.storage.applying import Expected
from lineage.storage.errors import VersionChanged
from lineage.storage.keyring import PERSON, Who
from lineage.storage.persons import version_of

OFFICER_SOURCE = "/lineage/officer"

D = TypeVar("D", bound=EventData)
Make = Callable[[AskedRequest], EventData]
"""Makes what is said of what is found; raises where it cannot be said."""


class Officers:
    """Records what officers say. Of two who say it at once the second sees what the first did."""

    def __init__(self, questions: Questions, recorder: Recorder) -> None:
        """Read by asking and write by recording."""
        self._ask = questions
        self._reader = RequestReader(questions)
        self._recorder = recorder

    def say(self, controller: str, subject: str, data: EventData) -> None:
        """Record it about a person of whom nothing need be on record yet."""
        self._recorder.record_own([self._event(controller, subject, data)])

    def step(
        self,
        request_id: str,
        controller: str | None,
        make: Make,
        *,
        ver: int | None = None,
    ) -> AskedRequest:
        """Record a step of a request, which is returned as it was before.

        With ``ver`` the person must still have the version that was shown, else ``PlanChanged``.
        Whatever comes on record between looking and recording is looked at before it is said again.
        """
        while True:
            view = view_at(self._ask.now(), None, None)
            with self._ask.store.reading() as conn:
                found = self._reader.read(conn, request_id, controller, view)
                seen = version_of(conn, found.asked.person.refs)
            data = make(found)
            must_be_open(found, type(data))
            who = Who(found.controller, PERSON, found.subject)
            event = self._event(found.controller, found.subject, data)
            try:
                expected = Expected(who, seen if ver is None else ver)
                self._recorder.record_own([event], expected=expected)
            except VersionChanged as changed:
                if ver is not None:
                    raise PlanChanged(changed.ver) from None
            else:
                return found

    def _event(self, controller: str, subject: str, data: EventData) -> Event:
        return Event(
            id=secrets.token_hex(16),
            source=OFFICER_SOURCE,
            type=data.event_type(),
            time=from_micros(self._ask.now()),
            subject=subject,
            controller=controller,
            data=data,
        )


def said(model: type[D], fields: dict[str, Any]) -> D:
    """An event's data from a command's words. Raises ``InvalidInput`` that names the field."""
    try:
        return model.model_validate({k: v for k, v in fields.items() if v is not None})
    except ValidationError as error:
        says = "; ".join(str(problem) for problem in problems_of(error))
        raise InvalidInput(says) from None


def must_be_open(found: AskedRequest, step: type[EventData]) -> None:
    """Raise ``InvalidInput`` where the life cycle has no such step from the state that stands."""
    if REQUEST.is_open(found.state, step.event_name):
        return
    outcome = found.request.outcome
    decided = "" if outcome is None else f", it was decided already: {outcome}"
    raise InvalidInput(
        f"{step.event_name} comes too late: the request is {found.state}{decided}",
        do="see lineage request status; docs/states.md says what follows what",
    )
