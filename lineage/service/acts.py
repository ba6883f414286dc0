"""The acts that follow from a person's facts: notices planned or widened, as events. No I/O.

Called inside every recording transaction, whatever the entrance: so a decision makes its fan-out,
and a late share its supplementary notice, in the same commit.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import cast

from lineage.domain.facts import OWN_SOURCE, Request
from lineage.domain.history.requested import CANCELLATION
from lineage.domain.planning.causes import Cause, cause_of, is_accepted
from lineage.domain.planning.dossier import Dossier
from lineage.domain.planning.notices import NewNotice, new_notices
from lineage.domain.planning.rows import plan_rows, renamed_rows
from lineage.domain.planning.turns import next_turn
from lineage.events import Event, EventData, NoticePlanned, NoticeWidened
from lineage.events.enums import RecipientKind
from lineage.events.times import from_micros
from lineage.policy.loader import Library
from lineage.service.checking import FUTURE_MICROS_MAX
from lineage.storage.following import Following, PersonState
from lineage.storage.seal import Hasher

ID_BYTES = 16


class Acts:
    """Plans what a person's facts call for."""

    def __init__(self, library: Library, hasher: Hasher) -> None:
        """Take the policies and what makes notice ids."""
        self._library = library
        self._hasher = hasher

    def __call__(self, state: PersonState, now: int) -> Following:
        """The acts for one person at a time (microseconds), and when to look again."""
        if not any(_may_stand(request) for request in state.facts.requests):
            return Following((), None)
        dossier = self._dossier(state, now)
        events: list[Event] = []
        for request in state.facts.requests:
            cause = cause_of(dossier, request) if _may_stand(request) else None
            if cause is not None and cause.stands and not _is_ahead(cause, now):
                events += self._for_cause(state, dossier, request, cause, now)
        return Following(events, next_turn(dossier))

    def again_at(self, state: PersonState, now: int) -> Following:
        """When to look again, and no acts: an answer makes nobody a holder."""
        if not any(_may_stand(request) for request in state.facts.requests):
            return Following((), None)
        return Following((), next_turn(self._dossier(state, now)))

    def _dossier(self, state: PersonState, now: int) -> Dossier:
        policy_at = self._library.policy_at(state.controller)
        return Dossier(state.controller, state.events(), policy_at, as_of=now)

    def _for_cause(
        self, state: PersonState, dossier: Dossier, request: Request, cause: Cause, now: int
    ) -> list[Event]:
        assert cause.recorded is not None, "a cause that stands was decided"
        recorded_at, _, position = cause.recorded
        found = new_notices(
            cause,
            renamed_rows(plan_rows(dossier, cause), state.names),
            state.facts.notices,
            today=from_micros(now).date(),
            surfaced=(recorded_at, position) < (state.recorded_at, state.first_position),
            claimed=state.claimed,
        )
        return [self._event(state, self._data(state, request, new), now) for new in found]

    def _data(self, state: PersonState, request: Request, new: NewNotice) -> EventData:
        if new.widens is not None:
            before = next(n for n in state.facts.notices if n.notice_id == new.widens)
            return NoticeWidened(
                notice_id=new.widens,
                request_id=request.request_id,
                recipient=new.told.recipient,
                categories=tuple(sorted({*before.categories, *new.categories})),
            )
        kind = new.told.recipient_kind
        # The ref as well: sources may have given one request id to two people.
        whose = f"{request.ref.hex()}:{request.request_id}"
        return NoticePlanned(
            notice_id=self._hasher.notice_id(
                state.controller, whose, new.told.recipient, new.round
            ),
            request_id=request.request_id,
            recipient=new.told.recipient,
            recipient_kind=cast("RecipientKind | None", kind),
            categories=new.categories,
            duty=new.told.rule.duty,
            rule=new.told.rule.rule,
            send_by=new.send_by,
            erase_by=new.erase_by,
            round=new.round,
            supplementary=new.supplementary,
        )

    def _event(self, state: PersonState, data: EventData, now: int) -> Event:
        return system_event(state.controller, state.subject, data, now=now)


def _may_stand(request: Request) -> bool:
    """Whether somebody may have to be told of it, as far as the request alone tells."""
    return is_accepted(request) or request.right == CANCELLATION


def _is_ahead(cause: Cause, now: int) -> bool:
    """Whether the decision is dated later than clocks may differ: nobody is told before its day."""
    return cause.decided is not None and cause.decided[0] > now + FUTURE_MICROS_MAX


def system_event(controller: str, subject: str, data: EventData, *, now: int) -> Event:
    """An event of the tracker's own. Its id is made of what it says, so it is written once."""
    said = blake2b(data.model_dump_json().encode(), digest_size=ID_BYTES).hexdigest()
    return Event(
        id=f"{data.event_name}:{said}",
        source=OWN_SOURCE,
        type=data.event_type(),
        time=from_micros(now),
        subject=subject,
        controller=controller,
        data=data,
    )
