"""The acts that follow from a person's facts: notices planned or widened, as events. No I/O.

Called inside every recording transaction, whatever the entrance: so a decision makes its fan-out,
and a late share its supplementary notice, in the same commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import cast

from lineage.domain.facts import OWN_SOURCE, Request
from lineage.domain.planning import NewNotice, is_accepted, new_notices
from lineage.events import Event, EventData, NoticePlanned, NoticeWidened
from lineage.events.enums import RecipientKind
from lineage.events.times import from_micros
from lineage.policy.loader import Library
from lineage.service.checking import FUTURE_MICROS_MAX
from lineage.storage.applying import PersonState
from lineage.storage.seal import Hasher

ID_BYTES = 16


class Acts:
    """Plans what a person's facts call for."""

    def __init__(self, library: Library, hasher: Hasher) -> None:
        """Take the policies and what makes notice ids."""
        self._library = library
        self._hasher = hasher

    def __call__(self, state: PersonState, now: int) -> Sequence[Event]:
        """The acts for one person at a time (microseconds)."""
        events: list[Event] = []
        for request in state.facts.requests:
            if is_accepted(request) and not _is_ahead(request, now):
                events += self._for_request(state, request, now)
        return events

    def _for_request(self, state: PersonState, request: Request, now: int) -> list[Event]:
        today = from_micros(now).date()
        decided = (request.decided_recorded_at or 0, request.decided_position or 0)
        decided_earlier = decided < (state.recorded_at, state.first_position)
        policy = self._library.in_force(state.controller, today)
        found = new_notices(
            policy,
            state.facts,
            controller=state.controller,
            request=request,
            today=today,
            supplementary=decided_earlier,
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


def _is_ahead(request: Request, now: int) -> bool:
    """Whether the decision is dated later than clocks may differ: nobody is told before its day."""
    return (request.decided_at or 0) > now + FUTURE_MICROS_MAX


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
