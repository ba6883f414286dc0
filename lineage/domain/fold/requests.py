"""Requests and notices of one person, folded from what was reported, decided, done, answered.

A request or notice that an event names is meant at any rank (section 4 of the contract), so the
order here is by time alone where two events of one request meet. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lineage.domain.facts import (
    AUTHENTICATED,
    CHANNEL_SOURCE,
    CLAIMED,
    CLOSED_NOTICE_STATES,
    Notice,
    NoticeState,
    Recorded,
    Request,
)
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    NoticeEscalated,
    NoticePlanned,
    NoticeWidened,
    RecipientAcknowledged,
    RecipientDeclined,
    RecipientDeleted,
    RecipientNotified,
    RecipientWorking,
    RequestDecided,
    RequestReceived,
    RequestWithdrawn,
)

Answer = RecipientAcknowledged | RecipientWorking | RecipientDeleted | RecipientDeclined

DECLINED_STATES = {
    "law": NoticeState.KEPT_BY_LAW,
    "independent_authorisation": NoticeState.REFUSED,
    "unreachable": NoticeState.UNREACHABLE,
}
"""Reasons that close a notice; ``other`` leaves it to a person. That somebody is unreachable closes
it only where a person says so, not on the call itself.
"""


_GIVEN_UP = (NoticeState.AWAITING_PERSON, NoticeState.UNREACHABLE)
"""An answer that still comes from the recipient takes the place of these."""


def fold_requests(ordered: Sequence[Recorded]) -> tuple[Request, ...]:
    """The requests on record, by id; the earliest decision counts, whatever came later."""
    found: dict[str, Request] = {}
    for event in ordered:
        request_id = _request_id(event)
        if request_id is not None:
            known = found.get(request_id) or _unknown_request(event, request_id)
            found[request_id] = _with_event(known, event)
    return tuple(found[request_id] for request_id in sorted(found))


def _request_id(event: Recorded) -> str | None:
    data = event.data
    if isinstance(
        data,
        RequestReceived
        | RequestDecided
        | RequestWithdrawn
        | AccountCancellationRequested
        | AccountCancellationApproved,
    ):
        return data.request_id
    return None


def _unknown_request(event: Recorded, request_id: str) -> Request:
    return Request(
        ref=event.ref,
        request_id=request_id,
        right="deletion",
        received_at=None,
        categories=None,
        decided_at=None,
        decided_recorded_at=None,
        decided_position=None,
        outcome=None,
        ground=None,
        held=(),
        withdrawn_at=None,
    )


def _with_event(request: Request, event: Recorded) -> Request:
    data, at = event.data, event.occurred_at
    if isinstance(data, RequestReceived | AccountCancellationRequested):
        if request.received_at is not None:
            return request
        if isinstance(data, RequestReceived):
            right, categories = str(data.right), data.categories
        else:
            right, categories = "cancellation", None
        return replace(request, ref=event.ref, received_at=at, right=right, categories=categories)
    if isinstance(data, RequestWithdrawn):
        return request if request.withdrawn_at is not None else replace(request, withdrawn_at=at)
    if request.decided_at is not None:
        return request
    decided = replace(
        request,
        decided_at=at,
        decided_recorded_at=event.recorded_at,
        decided_position=event.position,
        outcome="accepted",
    )
    if isinstance(data, RequestDecided):
        held = tuple(data.held or ())
        return replace(decided, outcome=data.outcome, ground=data.ground, held=held)
    return decided


@dataclass(slots=True)
class _Tally:
    """What is known of one notice while its events are gone through."""

    planned: Recorded
    data: NoticePlanned
    categories: set[str]
    erased: set[str] = field(default_factory=set)
    strength: str | None = None
    sent_at: int | None = None
    answered_at: int | None = None
    state: NoticeState = NoticeState.PLANNED
    declined: dict[str, tuple[NoticeState, int]] = field(default_factory=dict)

    def advance(self, state: NoticeState) -> None:
        """Move on, never back: an acknowledgement that arrives late changes nothing."""
        order = list(NoticeState)
        if self.state is NoticeState.AWAITING_PERSON or order.index(state) > order.index(
            self.state
        ):
            self.state = state


def fold_notices(ordered: Iterable[Recorded]) -> tuple[Notice, ...]:
    """The notices planned for this person, each as far as its answers carry it.

    Plans are read first, for an answer may carry a time before the plan's (a recipient's clock).
    """
    events = list(ordered)
    tallies: dict[str, _Tally] = {}
    for event in events:
        data = event.data
        if isinstance(data, NoticePlanned) and data.notice_id not in tallies:
            tallies[data.notice_id] = _Tally(event, data, set(data.categories))
    if not tallies:
        return ()
    by_recipient: dict[str, list[_Tally]] = defaultdict(list)
    for tally in tallies.values():
        by_recipient[tally.data.recipient].append(tally)
    for event in events:
        _count(event, tallies, by_recipient)
    return tuple(_notice(tallies[notice_id]) for notice_id in sorted(tallies))


def _count(
    event: Recorded,
    tallies: dict[str, _Tally],
    by_recipient: dict[str, list[_Tally]],
) -> None:
    data = event.data
    if isinstance(data, NoticeWidened):
        if data.notice_id in tallies:
            tallies[data.notice_id].categories |= set(data.categories)
    elif isinstance(data, NoticeEscalated):
        if data.notice_id in tallies:
            tallies[data.notice_id].state = NoticeState.AWAITING_PERSON
    elif isinstance(data, RecipientNotified):
        for tally in _meant(event, data, tallies, by_recipient):
            if tally.sent_at is None:
                tally.sent_at = event.occurred_at
            tally.advance(NoticeState.SENT)
    elif isinstance(data, Answer):
        for tally in _meant(event, data, tallies, by_recipient):
            _answer(tally, event, data)


def _meant(
    event: Recorded,
    data: Answer | RecipientNotified,
    tallies: dict[str, _Tally],
    by_recipient: dict[str, list[_Tally]],
) -> list[_Tally]:
    """The notices an answer is about: the one it names, else those of its request planned by then,
    else (an erasure of the recipient's own accord) all of this recipient planned by then.
    """
    if data.notice_id is not None:
        named = tallies.get(data.notice_id)
        return [named] if named is not None and named.data.recipient == data.recipient else []
    found = [
        tally
        for tally in by_recipient.get(data.recipient, [])
        if data.request_id in (None, tally.data.request_id)
    ]
    # What was on record before a notice was planned is what the plan was made from, no answer.
    after = [
        tally
        for tally in found
        if (tally.planned.recorded_at, tally.planned.position) < (event.recorded_at, event.position)
    ]
    if data.request_id is None:
        return [tally for tally in after if tally.planned.occurred_at <= event.occurred_at]
    return after


def _answer(tally: _Tally, event: Recorded, data: Answer) -> None:
    tally.strength = AUTHENTICATED if event.source == CHANNEL_SOURCE else CLAIMED
    if isinstance(data, RecipientDeleted):
        tally.erased |= set(data.categories) & tally.categories
        tally.answered_at = event.occurred_at
    elif isinstance(data, RecipientDeclined):
        state = DECLINED_STATES.get(data.reason, NoticeState.AWAITING_PERSON)
        if state is NoticeState.UNREACHABLE and tally.strength == AUTHENTICATED:
            state = NoticeState.AWAITING_PERSON
        for category in data.categories if data.categories is not None else tally.categories:
            before = tally.declined.get(category)
            if before is None or before[0] in _GIVEN_UP:
                tally.declined[category] = (state, event.occurred_at)
        tally.answered_at = event.occurred_at
    else:
        working = isinstance(data, RecipientWorking)
        tally.advance(NoticeState.WORKING if working else NoticeState.ACKNOWLEDGED)
        if tally.answered_at is None:
            tally.answered_at = event.occurred_at


def _notice(tally: _Tally) -> Notice:
    data = tally.data
    return Notice(
        ref=tally.planned.ref,
        notice_id=data.notice_id,
        request_id=data.request_id,
        recipient=data.recipient,
        categories=tuple(sorted(tally.categories)),
        duty=data.duty,
        rule=data.rule,
        send_by=data.send_by,
        erase_by=data.erase_by,
        round=data.round,
        supplementary=data.supplementary,
        state=_final_state(tally),
        planned_at=tally.planned.occurred_at,
        sent_at=tally.sent_at,
        answered_at=tally.answered_at,
        strength=tally.strength,
        erased=tuple(sorted(tally.erased)),
        declined=tuple(
            (category, at)
            for category, (state, at) in sorted(tally.declined.items())
            if state in CLOSED_NOTICE_STATES and category in tally.categories
        ),
    )


def _final_state(tally: _Tally) -> NoticeState:
    """Closed only when every category is: erased, or declined on a ground that closes it."""
    declined = {c: s for c, (s, _) in tally.declined.items() if c not in tally.erased}
    open_categories = tally.categories - tally.erased - set(declined)
    states = {declined[c] for c in tally.categories & set(declined)}
    if NoticeState.AWAITING_PERSON in states:
        return NoticeState.AWAITING_PERSON
    if open_categories:
        return tally.state
    for state in (NoticeState.UNREACHABLE, NoticeState.KEPT_BY_LAW, NoticeState.REFUSED):
        if state in states:
            return state
    return NoticeState.ERASED
