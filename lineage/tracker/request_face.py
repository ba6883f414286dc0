"""The part of the tracker about requests: one method a use case, each one call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lineage.service import answers
from lineage.service.asking import At
from lineage.service.due import ALL, Dues, Of
from lineage.service.letter_answers import Letter
from lineage.service.letters import Letters
from lineage.service.reporting import Reports
from lineage.service.request_answers import Due, Report
from lineage.service.request_steps import RequestSteps
from lineage.service.requesting import Requests


class RequestFace:
    """What is done about a request and asked about it, and what is due across all of them.

    ``officer`` has the steps beside opening and deciding: ``tracker.officer.extend("r1", ...)``.
    """

    officer: RequestSteps
    _requests: Requests
    _dues: Dues
    _reports: Reports
    _letters: Letters

    def plan(
        self,
        request: str | None = None,
        *,
        subject: str | None = None,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
        if_accepted: bool = False,
    ) -> answers.Plan:
        """Who must be told for a request (or for all of a person), who not and why, and by when.

        Before an accepting decision nobody is; ``if_accepted`` shows the plan as if it were
        accepted. ``ver`` is what the decision that approves this plan carries.
        """
        return self._requests.plan(
            request,
            subject=subject,
            controller=controller,
            as_of=as_of,
            known_at=known_at,
            if_accepted=if_accepted,
        )

    def open_request(
        self,
        subject: str,
        *,
        controller: str | None = None,
        right: str = "deletion",
        trigger: str | None = None,
        channel: str | None = None,
        request_id: str | None = None,
    ) -> answers.RequestStatus:
        """Record that a person asked for something; an id is made where none is given."""
        return self._requests.open(
            subject,
            controller=controller,
            right=right,
            trigger=trigger,
            channel=channel,
            request_id=request_id,
        )

    def decide_request(
        self,
        request: str,
        *,
        outcome: str,
        controller: str | None = None,
        ground: str | None = None,
        held: Sequence[str] | None = None,
        ver: int | None = None,
    ) -> answers.Plan:
        """Record a decision (accepted, partly, refused) and, accepting, plan its notices with it.

        With ``ver`` the plan must still be the one shown, else ``PlanChanged`` and nothing is done.
        """
        return self._requests.decide(
            request, controller=controller, outcome=outcome, ground=ground, held=held, ver=ver
        )

    def request_status(
        self, request: str, *, controller: str | None = None
    ) -> answers.RequestStatus:
        """Where a request stands, its limits, and how far each notice is."""
        return self._requests.status(request, controller=controller)

    def requests(
        self, *, controller: str | None = None, state: str | None = None
    ) -> list[answers.RequestRow]:
        """All requests on record, the oldest first."""
        return self._requests.list(controller=controller, state=state)

    def due(
        self,
        *,
        controller: str | None = None,
        within: timedelta = timedelta(0),
        of: Sequence[Of] = ALL,
        as_of: datetime | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Due:
        """Every open limit up to the day of asking and ``within`` longer, the earliest first: of
        requests, notices, own data and breaches. ``next`` leads to those after ``limit``.
        """
        at = At(controller, as_of, None)
        return self._dues.due(at, within=within, of=of, limit=limit, cursor=cursor)

    def report(
        self,
        subject: str,
        *,
        controller: str | None = None,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> Report:
        """The answer to the person: what is held and where it came from, who got it, who was told
        of a deletion and how they answered (GDPR Art. 15 and 19).
        """
        return self._reports.report(subject, At(controller, as_of, known_at))

    def letter(
        self,
        request: str,
        *,
        recipient: str,
        controller: str | None = None,
        reply_to: str | None = None,
    ) -> Letter:
        """What a person is to tell a recipient of a request, as it stands now; nothing is recorded.

        ``lineage.render.letters`` makes a text or a page of it. ``reply_to`` is our address.
        """
        return self._letters.letter(
            request, recipient=recipient, controller=controller, reply_to=reply_to
        )
