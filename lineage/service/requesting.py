"""Requests: opened, decided, planned, and how far each notice is. Acts follow in ``acts``."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lineage.domain.facts import Request
from lineage.domain.planning import ERASING_RIGHT, is_accepted, plan_rows, request_state
from lineage.domain.questions.deadlines import limits
from lineage.events import Event, EventData, RequestDecided, RequestReceived
from lineage.events.errors import problems_of
from lineage.events.times import from_micros
from lineage.service import answers
from lineage.service.errors import Ambiguous, InvalidInput, NotFound, PlanChanged
from lineage.service.histories import Histories
from lineage.service.people import FoundPerson, View, view_at
from lineage.service.querying import Questions
from lineage.service.recording import Recorder
from lineage.service.request_rows import (
    excluded,
    joined_rows,
    moment_of,
    not_planned_yet,
    notice_row,
    previewed,
    standing_duties,
)
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
        self._histories = Histories(questions.store, questions.people, questions.library)

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

        With ``ver`` the plan must still be the one that was shown, else ``PlanChanged``.
        """
        view = view_at(self._ask.now(), None, None)
        with self._ask.store.reading() as conn:
            controller, person = self._person_of(conn, request_id, controller, view)
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
        """Who must be told and who not, for a request, or for all open ones of a person."""
        view = view_at(self._ask.now(), as_of, known_at)
        with self._ask.store.reading() as conn:
            if request_id is not None:
                controller, person = self._person_of(conn, request_id, controller, view)
                request: Request | None = _request(person, request_id)
                assert request is not None
                subject = self._subject(conn, request)
            elif subject is not None:
                controller = self._ask.people.controller_of(conn, subject, controller)
                person = self._ask.people.read(conn, controller, subject, view)
                request = _joined(person.facts.requests)
            else:
                raise InvalidInput("name a request or a person")
            frame = self._ask.frame(
                conn, controller, view, nothing=not person.facts.edges and request is None
            )
            ver = version_of(conn, person.refs)
            due = {} if request is None else self._limits(conn, controller, request, view)
        return self._plan(
            person,
            request,
            request_id=request_id,
            subject=subject,
            view=view,
            if_accepted=if_accepted,
            ver=ver,
            due=due,
            frame=frame,
        )

    def _plan(
        self,
        person: FoundPerson,
        request: Request | None,
        *,
        request_id: str | None,
        subject: str,
        view: View,
        if_accepted: bool,
        ver: int,
        due: dict[str, Any],
        frame: dict[str, Any],
    ) -> answers.Plan:
        today = from_micros(view.as_of).date()
        controller = person.controller
        policy = self._ask.library.in_force(controller, today)
        asked = request or _no_request(person)
        preview = if_accepted and not is_accepted(asked)
        rows = plan_rows(
            policy, person.facts, controller=controller, request=asked, if_accepted=if_accepted
        )
        notices = [
            n for n in person.facts.notices if request_id is None or n.request_id == request_id
        ]
        if preview:
            notify = previewed(policy, rows.told, today)
        else:
            unplanned = previewed(policy, not_planned_yet(rows, notices), today)
            standing = standing_duties(person.facts, notices, controller=controller)
            notify = joined_rows(standing, unplanned)
        told = {row.recipient: set(row.categories) for row in notify}
        return answers.Plan(
            request=request_id,
            subject=subject,
            ver=ver,
            state="received" if request is None else self._state(person, request, today),
            if_accepted=if_accepted,
            notify=notify,
            exclude=excluded(rows, told),
            erase=[
                answers.EraseRow(system=own.system, categories=list(own.categories))
                for own in rows.own
            ],
            deadlines=due,
            **frame,
        )

    def status(self, request_id: str, *, controller: str | None) -> answers.RequestStatus:
        """Where a request stands, its limits, and how far each of its notices is."""
        view = view_at(self._ask.now(), None, None)
        with self._ask.store.reading() as conn:
            controller, person = self._person_of(conn, request_id, controller, view)
            request = _request(person, request_id)
            subject = self._subject(conn, request)
            tasks = self._ask.store.tasks.of_notices(conn, person.refs)
            frame = self._ask.frame(conn, controller, view, nothing=False)
            ver = version_of(conn, person.refs)
            due = self._limits(conn, controller, request, view)
        today = from_micros(view.as_of).date()
        notices = [n for n in person.facts.notices if n.request_id == request_id]
        notices.sort(key=lambda n: (n.recipient, n.round))
        return answers.RequestStatus(
            request=request_id,
            subject=subject,
            right=request.right,
            state=self._state(person, request, today),
            outcome=request.outcome,
            received=moment_of(request.received_at),
            decided=moment_of(request.decided_at),
            ver=ver,
            notices=[notice_row(n, *tasks.get(n.notice_id, (0, None))) for n in notices],
            **due,
            **frame,
        )

    def list(self, *, controller: str | None, state: str | None) -> list[answers.RequestRow]:
        """All requests up to now, the oldest first; ``state`` keeps those in one state."""
        view = view_at(self._ask.now(), None, None)
        today = from_micros(view.as_of).date()
        rows = []
        with self._ask.store.reading() as conn:
            for found in list_requests(conn, controller):
                person = self._ask.people.read_ref(conn, found.controller, found.subject_ref, view)
                request = _found(person, found.request_id)
                if request is None:  # dated later than our clock shows, by another program's
                    continue
                now_in = self._state(person, request, today)
                if state is not None and now_in != state:
                    continue
                mine = (n for n in person.facts.notices if n.request_id == found.request_id)
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

    def _limits(
        self, conn: Connection, controller: str, request: Request, view: View
    ) -> dict[str, Any]:
        seen = self._histories.of_ref(conn, controller, request.ref, view, subject="")
        found = limits(self._histories.policy_at(controller), seen.history, request.request_id)
        return {
            "reply_target": found.reply_target,
            "reply_by": found.reply_by,
            "outcome_by": found.outcome_by,
            "triage_by": found.triage_by,
            "overdue": list(found.overdue),
            "reply_channel": found.reply_channel,
        }

    def _person_of(
        self, conn: Connection, request_id: str, controller: str | None, view: View
    ) -> tuple[str, FoundPerson]:
        found = find_request(conn, request_id, controller)
        if not found:
            raise NotFound(
                f"no request {request_id!r} is on record",
                do="lineage request list shows those that are",
            )
        names = sorted({name for name, _ in found})
        if len(names) > 1:
            raise Ambiguous(
                f"request {request_id!r} is on record under {', '.join(names)}",
                do="say which with --controller",
            )
        if len(found) > 1:
            raise Ambiguous(
                f"request {request_id!r} is on record for {len(found)} people: a source used one"
                " id twice",
                do="record the decision as an event that names the person",
            )
        name, ref = found[0]
        return name, self._ask.people.read_ref(conn, name, ref, view)

    def _subject(self, conn: Connection, request: Request) -> str:
        return self._ask.store.keyring.names(conn, [request.ref])[request.ref]

    def _state(self, person: FoundPerson, request: Request, today: date) -> str:
        controller = person.controller
        days = {}
        for notice in person.facts.notices:
            entry = self._ask.registry.recipient(controller, notice.recipient)
            if entry is not None:
                days[notice.recipient] = entry.answer_within.days
        return request_state(
            person.facts,
            controller=controller,
            request=request,
            today=today,
            answer_days=days,
        )


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
        raise NotFound(
            f"request {request_id!r} was not on record then",
            do="ask for a later --as-of or --known-at",
        )
    return request


def _joined(requests: Sequence[Request]) -> Request | None:
    """What a question about a person rests on: all accepted requests as one, else the latest."""
    erasing = [r for r in requests if r.right == ERASING_RIGHT]
    accepted = [r for r in erasing if is_accepted(r)]
    if not accepted:
        return max(erasing, key=lambda r: r.received_at or 0, default=None)
    wanted: set[str] | None = set()
    for request in accepted:
        everything = wanted is None or request.categories is None
        wanted = None if everything else {*(wanted or ()), *(request.categories or ())}
    kept = set.intersection(*(set(request.held) for request in accepted))
    return replace(
        accepted[-1],
        categories=None if wanted is None else tuple(sorted(wanted)),
        held=tuple(sorted(kept)),
    )


def _no_request(person: FoundPerson) -> Request:
    ref = person.main or b""
    return Request(ref, "", ERASING_RIGHT, None, None, None, None, None, None, None, (), None)
