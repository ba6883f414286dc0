"""Requests: opened, decided, planned, and how far each notice is. Acts follow in ``acts``."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lineage.domain.facts import Request
from lineage.domain.planning.causes import is_accepted
from lineage.domain.planning.states import UNDECIDED
from lineage.domain.questions.deadlines import limits
from lineage.events import RequestDecided, RequestReceived
from lineage.events.times import from_micros
from lineage.service import answers
from lineage.service.auditing import finding_rows
from lineage.service.errors import InvalidInput
from lineage.service.officers import Officers, said
from lineage.service.people import view_at
from lineage.service.plan_parts import plan_parts
from lineage.service.planned import PlannedPerson
from lineage.service.planner import Planner
from lineage.service.querying import Questions
from lineage.service.request_reading import RequestReader, request_of
from lineage.service.request_rows import moment_of, notice_row
from lineage.storage.keyring import PERSON, Who
from lineage.storage.persons import version_of
from lineage.storage.requests import find_request, list_requests


class Requests:
    """The use cases around a request of one person."""

    def __init__(self, questions: Questions, officers: Officers) -> None:
        """Read by asking, and write by what officers say."""
        self._ask = questions
        self._reader = RequestReader(questions)
        self._officers = officers

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
        model = said(RequestReceived, {"request_id": request_id} | data)
        self._officers.say(controller, subject, model)
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
        data = said(
            RequestDecided,
            {
                "request_id": request_id,
                "outcome": outcome,
                "ground": ground,
                "held": None if held is None else tuple(held),
                "plan_ver": ver,
            },
        )
        found = self._officers.step(request_id, controller, lambda _: data, ver=ver)
        return self.plan(
            request_id,
            subject=None,
            controller=found.controller,
            as_of=None,
            known_at=None,
            if_accepted=False,
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
            if request_id is not None:
                found = self._reader.read_with(planner, conn, request_id, controller, view)
                controller, subject, asked = found.controller, found.subject, found.asked
                request = latest = found.request
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
            state=UNDECIDED if latest is None else self._reader.state(asked, latest, today),
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
            found = self._reader.read(conn, request_id, controller, view)
            request, person = found.request, found.asked.person
            tasks = self._ask.store.tasks.of_notices(conn, person.refs)
            frame = self._ask.frame(conn, found.controller, view, nothing=False)
            ver = version_of(conn, person.refs)
        notices = sorted(found.asked.notices(request), key=lambda n: (n.recipient, n.round))
        return answers.RequestStatus(
            request=request_id,
            subject=found.subject,
            right=request.right,
            state=found.state,
            outcome=request.outcome,
            received=moment_of(request.received_at),
            decided=moment_of(request.decided_at),
            ver=ver,
            notices=[notice_row(n, *tasks.get(n.notice_id, (0, None))) for n in notices],
            **_limits(found.asked, request),
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
                request = request_of(asked.person, found.request_id)
                if request is None:  # dated later than our clock shows, by another program's
                    continue
                now_in = self._reader.state(asked, request, today)
                if state is not None and now_in != state:
                    continue
                mine = asked.notices(request)
                rows.append(
                    answers.RequestRow(
                        request=found.request_id,
                        controller=found.controller,
                        subject=self._reader.subject(conn, request),
                        right=request.right,
                        state=now_in,
                        received=moment_of(request.received_at),
                        notices=dict(sorted(Counter(str(n.state) for n in mine).items())),
                    )
                )
        return rows


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
