"""Requests: opened, decided, planned, and how far each notice is. Acts follow in ``acts``."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lineage.domain.facts import Request
from lineage.domain.planning.causes import is_accepted
from lineage.domain.planning.states import UNDECIDED, request_state
from lineage.domain.questions.deadlines import limits
from lineage.domain.questions.entitlement import entitlement
from lineage.events import Event, EventData, RequestDecided, RequestReceived
from lineage.events.errors import problems_of
from lineage.events.times import from_micros
from lineage.service import answers
from lineage.service.auditing import finding_rows
from lineage.service.errors import InvalidInput, PlanChanged
from lineage.service.one_request import not_on_record_then, one_request
from lineage.service.people import FoundPerson, view_at
from lineage.service.plan_parts import plan_parts
from lineage.service.planned import PlannedPerson
from lineage.service.planner import Planner
from lineage.service.querying import Questions
from lineage.service.recording import Recorder
from lineage.service.request_rows import moment_of, notice_row
from lineage.storage.applying import Expected
from lineage.storage.errors import VersionChanged
from lineage.storage.keyring import PERSON, Who
from lineage.storage.persons import version_of
from lineage.storage.requests import find_request, list_requests

if TYPE_CHECKING:
    from lineage.storage.engines import Connection

OFFICER_SOURCE = "/lineage/officer"


class Requests:
    """The use cases around a request of one person."""

    def __init__(self, questions: Questions, recorder: Recorder) -> None:
        """Requests read by asking and write by recording."""
        self._ask = questions
        self._recorder = recorder

    def open(
        self,
        subject: str,
        *,
        controller: str | None,
        right: str,
        trigger: str | None,
        channel: str | None,
        request_id: str | None,
    ) -> answers.RequestStatus:
        """Record that a person asked; without an id the request gets one."""
        with self._ask.store.reading() as conn:
            controller = self._ask.people.controller_of(conn, subject, controller)
            request_id = request_id or f"r-{secrets.token_hex(4)}"
            if find_request(conn, request_id, controller):
                raise InvalidInput(
                    f"request {request_id!r} is on record already",
                    do="give it another id, or see lineage request status",
                )
        data = {"right": right, "trigger": trigger, "channel": channel}
        model = _model(RequestReceived, {"request_id": request_id} | data)
        self._recorder.record_own([self._event(controller, subject, model)])
        return self.status(request_id, controller=controller)

    def decide(
        self,
        request_id: str,
        *,
        controller: str | None,
        outcome: str,
        ground: str | None,
        held: Sequence[str] | None,
        ver: int | None,
    ) -> answers.Plan:
        """Record an officer's decision, and with an accepting one its fan-out, in one commit.

        With ``ver`` the person must still have the version that was shown, else ``PlanChanged``.
        That is about the person itself: the plan of those of whom something came through its
        account may have changed meanwhile, until notices are planned for them too.
        """
        view = view_at(self._ask.now(), None, None)
        with self._ask.store.reading() as conn:
            controller, ref = one_request(conn, request_id, controller)
            person = self._ask.people.read_ref(conn, controller, ref, view)
            request = _request(person, request_id)
            subject = self._subject(conn, request)
        if request.decided_at is not None:
            raise InvalidInput(
                f"the request is decided already: {request.outcome}",
                do="see lineage request status",
            )
        data = _model(
            RequestDecided,
            {
                "request_id": request_id,
                "outcome": outcome,
                "ground": ground,
                "held": None if held is None else tuple(held),
                "plan_ver": ver,
            },
        )
        expected = None if ver is None else Expected(Who(controller, PERSON, subject), ver)
        try:
            self._recorder.record_own([self._event(controller, subject, data)], expected=expected)
        except VersionChanged as changed:
            raise PlanChanged(changed.ver) from None
        return self.plan(
            request_id,
            subject=None,
            controller=controller,
            as_of=None,
            known_at=None,
            if_accepted=False,
        )

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

    def plan(
        self,
        request_id: str | None,
        *,
        subject: str | None,
        controller: str | None,
        as_of: datetime | None,
        known_at: datetime | None,
        if_accepted: bool,
    ) -> answers.Plan:
        """Who must be told and who not, for a request, or for every cause of a person."""
        request: Request | None = None
        latest: Request | None
        view = view_at(self._ask.now(), as_of, known_at)
        with self._ask.store.reading() as conn:
            planner = Planner(self._ask, conn, view, if_accepted=if_accepted, undecided=True)
            ref: bytes | None
            if request_id is not None:
                controller, ref = one_request(conn, request_id, controller)
                asked = planner.read(controller, ref)
                request = _request(asked.person, request_id)
                subject, latest = self._subject(conn, request), request
            elif subject is not None:
                controller = self._ask.people.controller_of(conn, subject, controller)
                known = self._ask.store.keyring.find(conn, Who(controller, PERSON, subject))
                ref = None if known is None else known.ref
                asked = planner.read(controller, ref)
                latest = _latest(asked.person.facts.requests)
            else:
                raise InvalidInput("name a request or a person")
            nothing = not asked.person.facts.edges and latest is None
            frame = self._ask.frame(conn, controller, view, nothing=nothing)
            ver = version_of(conn, asked.person.refs)
        today = from_micros(view.as_of).date()
        parts = plan_parts(asked, request)
        return answers.Plan(
            request=request_id,
            subject=subject,
            ver=ver,
            state=UNDECIDED if latest is None else self._state(asked, latest, today),
            if_accepted=if_accepted,
            notify=parts.notify,
            exclude=parts.exclude,
            erase=parts.erase,
            warnings=[
                answers.PlanWarning(order_id=order_id, rule=rule.rule, says=rule.says)
                for order_id, rule in (() if latest is None else asked.open_orders())
            ],
            deadlines={} if latest is None else _limits(asked, latest),
            findings=_findings(subject, asked),
            **frame,
        )

    def status(self, request_id: str, *, controller: str | None) -> answers.RequestStatus:
        """Where a request stands, its limits, and how far each of its notices is."""
        view = view_at(self._ask.now(), None, None)
        with self._ask.store.reading() as conn:
            controller, ref = one_request(conn, request_id, controller)
            asked = Planner(self._ask, conn, view).read(controller, ref)
            person = asked.person
            request = _request(person, request_id)
            subject = self._subject(conn, request)
            tasks = self._ask.store.tasks.of_notices(conn, person.refs)
            frame = self._ask.frame(conn, controller, view, nothing=False)
            ver = version_of(conn, person.refs)
        today = from_micros(view.as_of).date()
        notices = sorted(asked.notices(request), key=lambda n: (n.recipient, n.round))
        return answers.RequestStatus(
            request=request_id,
            subject=subject,
            right=request.right,
            state=self._state(asked, request, today),
            outcome=request.outcome,
            received=moment_of(request.received_at),
            decided=moment_of(request.decided_at),
            ver=ver,
            notices=[notice_row(n, *tasks.get(n.notice_id, (0, None))) for n in notices],
            **_limits(asked, request),
            **frame,
        )

    def list(self, *, controller: str | None, state: str | None) -> list[answers.RequestRow]:
        """All requests up to now, the oldest first; ``state`` keeps those in one state."""
        view = view_at(self._ask.now(), None, None)
        today = from_micros(view.as_of).date()
        rows = []
        with self._ask.store.reading() as conn:
            planner = Planner(self._ask, conn, view)
            for found in list_requests(conn, controller):
                asked = planner.read(found.controller, found.subject_ref)
                request = _found(asked.person, found.request_id)
                if request is None:  # dated later than our clock shows, by another program's
                    continue
                now_in = self._state(asked, request, today)
                if state is not None and now_in != state:
                    continue
                mine = asked.notices(request)
                rows.append(
                    answers.RequestRow(
                        request=found.request_id,
                        controller=found.controller,
                        subject=self._subject(conn, request),
                        right=request.right,
                        state=now_in,
                        received=moment_of(request.received_at),
                        notices=dict(sorted(Counter(str(n.state) for n in mine).items())),
                    )
                )
        return rows

    def _subject(self, conn: Connection, request: Request) -> str:
        return self._ask.store.keyring.names(conn, [request.ref])[request.ref]

    def _state(self, asked: PlannedPerson, request: Request, today: date) -> str:
        controller = asked.person.controller
        days = {}
        for notice in asked.person.facts.notices:
            entry = self._ask.registry.recipient(controller, notice.recipient)
            if entry is not None:
                days[notice.recipient] = entry.answer_within.days
        found = request_state(
            request,
            asked.cause(request),
            asked.notices(request),
            lambda: asked.own_rows(request),
            lambda: asked.rows_of_others(request),
            today=today,
            answer_days=days,
        )
        if found != UNDECIDED:
            return found
        dossier = asked.dossier
        return entitlement(dossier.policy_at, dossier.whole.history, request.request_id).state


def _model(model: type[EventData], fields: dict[str, Any]) -> EventData:
    """An event's data from a command's words. Raises ``InvalidInput`` that names the field."""
    try:
        return model.model_validate({k: v for k, v in fields.items() if v is not None})
    except ValidationError as error:
        says = "; ".join(str(problem) for problem in problems_of(error))
        raise InvalidInput(says) from None


def _found(person: FoundPerson, request_id: str) -> Request | None:
    return next((r for r in person.facts.requests if r.request_id == request_id), None)


def _request(person: FoundPerson, request_id: str) -> Request:
    request = _found(person, request_id)
    if request is None:
        raise not_on_record_then(request_id)
    return request


def _latest(requests: Sequence[Request]) -> Request | None:
    """The request whose state a question about a person tells: the last accepted, else the last."""
    accepted = [request for request in requests if is_accepted(request)]
    return max(accepted or requests, key=lambda r: r.received_at or 0, default=None)


def _findings(subject: str, asked: PlannedPerson) -> list[answers.FindingRow]:
    """What breaks a rule in what is on record of the person."""
    dossier = asked.dossier
    return list(finding_rows(subject, dossier.whole.history, dossier.policy_at))


def _limits(asked: PlannedPerson, request: Request) -> dict[str, Any]:
    dossier = asked.dossier
    found = limits(dossier.policy_at, dossier.whole.history, request.request_id)
    return {
        "reply_target": found.reply_target,
        "reply_by": found.reply_by,
        "outcome_by": found.outcome_by,
        "triage_by": found.triage_by,
        "overdue": list(found.overdue),
        "reply_channel": found.reply_channel,
    }
