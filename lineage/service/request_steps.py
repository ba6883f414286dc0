"""What officers do with a request between its receipt and its end, apart from deciding it.

Each is one event. What the record takes from a file, whatever it says, is refused here where it
would change nothing: more time than the policy gives, a pause of what stands still already, an
answer of somebody who was never told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal

from lineage.domain.questions.deadlines import can_pause, outcome_limit
from lineage.events import (
    EventData,
    FactConfirmed,
    IdentityVerificationRequested,
    IdentityVerified,
    RecipientAcknowledged,
    RecipientDeclined,
    RecipientDeleted,
    RecipientWorking,
    RequestCompleted,
    RequestExtended,
    RequestPaused,
    RequestResponded,
    RequestResumed,
    RequestTriaged,
    RequestWithdrawn,
)
from lineage.service.errors import InvalidInput, NotFound
from lineage.service.officers import Officers, said
from lineage.service.request_reading import AskedRequest

Answered = Literal["acknowledged", "working", "erased", "refused", "kept_by_law", "unreachable"]
"""What a recipient says to a notice, in the words of the state it leads to."""

_REASONS: Final = {
    "refused": "independent_authorisation",
    "kept_by_law": "law",
    "unreachable": "unreachable",
}


class RequestSteps:
    """One method for each step; each is given the request's id and its controller, if needed."""

    def __init__(self, officers: Officers) -> None:
        """Write by what officers say."""
        self._officers = officers

    def ask_identity(
        self, request: str, controller: str | None = None, *, method: str | None = None
    ) -> None:
        """The sender was asked to prove who they are."""

        def make(found: AskedRequest) -> EventData:
            _must_be_undecided(found)
            return said(IdentityVerificationRequested, {"request_id": request, "method": method})

        self._officers.step(request, controller, make)

    def verify(
        self, request: str, controller: str | None = None, *, method: str | None = None
    ) -> None:
        """The sender has proved who they are."""

        def make(found: AskedRequest) -> EventData:
            _must_be_undecided(found)
            return said(IdentityVerified, {"request_id": request, "method": method})

        self._officers.step(request, controller, make)

    def triage(
        self,
        request: str,
        controller: str | None = None,
        *,
        right: str | None = None,
        significant: bool = False,
    ) -> None:
        """It is known what is asked for, and whether it is significant."""
        fields = {"request_id": request, "right": right, "significant": significant}

        def make(found: AskedRequest) -> EventData:
            _must_be_undecided(found)
            return said(RequestTriaged, fields)

        self._officers.step(request, controller, make)

    def withdraw(
        self, request: str, controller: str | None = None, *, channel: str | None = None
    ) -> None:
        """The person takes the request back."""
        data = said(RequestWithdrawn, {"request_id": request, "channel": channel})
        self._officers.step(request, controller, lambda _: data)

    def extend(
        self, request: str, controller: str | None = None, *, until: date, reason: str
    ) -> None:
        """The outcome is put off, as far as the policy lets it and while it is not overdue."""
        fields = {"request_id": request, "until": until, "reason": reason}

        def make(found: AskedRequest) -> EventData:
            limit = outcome_limit(found.policy_at, found.history, request)
            if limit is None or limit.longest is None:
                raise InvalidInput("the policy gives no more time for this request")
            if found.history.as_of > limit.last_moment:
                raise InvalidInput(f"the outcome was due on {limit.due}, by {limit.rule}")
            if not limit.due < until <= limit.longest:
                raise InvalidInput(
                    f"until {until} cannot be: the outcome is due on {limit.due}, by {limit.rule}",
                    do=f"name a later day, at most {limit.longest}",
                )
            return said(RequestExtended, fields)

        self._officers.step(request, controller, make)

    def pause(
        self, request: str, controller: str | None = None, *, reason: str | None = None
    ) -> None:
        """The clock of the request stands still."""

        def make(found: AskedRequest) -> EventData:
            if not can_pause(found.policy_at, found.history, request):
                raise InvalidInput("the policy lets no clock of this request stand still")
            if found.timeline.is_paused:
                raise InvalidInput("the request is paused already")
            return said(RequestPaused, {"request_id": request, "reason": reason})

        self._officers.step(request, controller, make)

    def resume(
        self, request: str, controller: str | None = None, *, reason: str | None = None
    ) -> None:
        """The clock of the request runs on."""

        def make(found: AskedRequest) -> EventData:
            if not found.timeline.is_paused:
                raise InvalidInput("the request is not paused")
            return said(RequestResumed, {"request_id": request, "reason": reason})

        self._officers.step(request, controller, make)

    def respond(
        self, request: str, controller: str | None = None, *, channel: str | None = None
    ) -> None:
        """The person was answered."""
        data = said(RequestResponded, {"request_id": request, "channel": channel})
        self._officers.step(request, controller, lambda _: data)

    def complete(
        self, request: str, controller: str | None = None, *, channel: str | None = None
    ) -> None:
        """What was asked for has been carried out, as we see it."""

        def make(found: AskedRequest) -> EventData:
            if found.request.outcome is None:
                raise InvalidInput(
                    "the request is not decided yet", do="decide it: lineage request decide"
                )
            return said(RequestCompleted, {"request_id": request, "channel": channel})

        self._officers.step(request, controller, make)

    def confirm(
        self,
        request: str,
        controller: str | None = None,
        *,
        event: str,
        evidence: str | None = None,
    ) -> None:
        """A late fact may take effect on the plan: it is true that this holder is none any more."""

        def make(found: AskedRequest) -> EventData:
            waiting = {one.id: one.source for one in found.unconfirmed}
            if event not in waiting:
                raise NotFound(
                    f"no event {event!r} waits to be confirmed for this request",
                    do="lineage check names those that do, as removal_unconfirmed",
                )
            fields = {"confirmed_source": waiting[event], "confirmed_id": event}
            return said(FactConfirmed, fields | {"evidence": evidence})

        self._officers.step(request, controller, make)

    def answer(
        self,
        request: str,
        controller: str | None = None,
        *,
        recipient: str,
        answer: Answered,
        evidence: str,
        categories: Sequence[str] | None = None,
        reason: str | None = None,
        until: date | None = None,
    ) -> None:
        """Record what a recipient said to its notices: claimed, for it is an officer who says so.

        ``categories``: of those that are still open, all by default. ``reason`` of a refusal is
        the recipient's own authorisation unless it is said to be another.
        """

        def make(found: AskedRequest) -> EventData:
            open_now = sorted(found.open_at(recipient))
            if not open_now:
                raise InvalidInput(
                    f"no notice of this request to {recipient} is open",
                    do="see lineage request status",
                )
            if strange := sorted(set(categories or ()) - set(open_now)):
                raise InvalidInput(
                    f"{recipient} is not asked to erase {', '.join(strange)}",
                    do=f"name some of {', '.join(open_now)}",
                )
            about: dict[str, Any] = {"request_id": request, "recipient": recipient}
            about["evidence"] = evidence
            if answer == "acknowledged":
                return said(RecipientAcknowledged, about)
            if answer == "working":
                return said(RecipientWorking, about)
            about["categories"] = tuple(categories or open_now)
            if answer == "erased":
                return said(RecipientDeleted, about)
            about["reason"] = reason if answer == "refused" and reason else _REASONS[answer]
            return said(RecipientDeclined, about | {"until": until})

        self._officers.step(request, controller, make)


def _must_be_undecided(found: AskedRequest) -> None:
    if found.request.outcome is not None:
        raise InvalidInput(
            f"the request is decided already: {found.request.outcome}",
            do="see lineage request status",
        )
