"""Small lives of one request: one person, two recipients, a copy of our own, and what can happen.

Each move is recorded a minute after the one before it; the acts that follow are made by the very
code that makes them in a recording transaction. No store is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineage.domain.facts import Facts, Notice, Recorded, Request
from lineage.domain.fold import fold
from lineage.domain.lifecycles.request import FACTS, REQUEST
from lineage.domain.lifecycles.table import DAY_PASSED, Step
from lineage.domain.planning.causes import cause_of
from lineage.domain.planning.dossier import Dossier
from lineage.domain.planning.rows import PlanRows, plan_rows
from lineage.domain.planning.states import UNDECIDED, request_state
from lineage.domain.questions.entitlement import entitlement
from lineage.events import EVENT_MODELS, Event
from lineage.events.times import from_micros, to_micros
from lineage.policy.loader import Library, load_library
from lineage.service.acts import Acts
from lineage.storage.following import PersonState
from lineage.storage.seal import Hasher
from tests.properties.people import REF, key_of

MINUTE, DAY = 60_000_000, 86_400_000_000
START = to_micros(from_micros(0).replace(year=2026, month=3, day=2, hour=10))
LONG = 60
"""Days after which every last day to erase has passed."""

Move = tuple[str, Mapping[str, Any]]
A, B = "FastParcel", "PayWay"


def _share(to: str, category: str) -> Move:
    kind = "logistics" if to == A else "payment"
    return "data_shared", {"recipient": to, "recipient_kind": kind, "categories": [category]}


def _answer(name: str, to: str, **more: Any) -> Move:
    return f"recipient_{name}", {"request_id": "q", "recipient": to, **more}


def _decided(outcome: str, **more: Any) -> Move:
    return "request_decided", {"request_id": "q", "outcome": outcome, **more}


HELD: Move = (
    "retention_hold_placed",
    {"law": "tax", "categories": ["email"], "holder": A, "until": "2026-05-01"},
)
TIME: Move = (DAY_PASSED, {})
ESCALATED: Move = ("notice_escalated", {"reason": "no_endpoint"})
"""The dispatcher gives up the first open notice."""

DELETED = {"store": "live", "method": "erase"}

OWN_COPY: Move = ("data_collected", {"categories": ["email", "phone"]})
OWN_GONE: Move = ("data_deleted", {"categories": ["email", "phone"], **DELETED})
CANCELLATION: Move = ("account_cancellation_requested", {"request_id": "q"})
VERIFIED: Move = ("identity_verified", {"request_id": "q"})
TRIAGED: Move = ("request_triaged", {"request_id": "q"})
CANCELLED: Move = ("account_cancelled", {})

_ASKED = (
    _share(A, "email"),
    ("request_received", {"request_id": "q", "right": "deletion"}),
    _decided("accepted"),
)
_NOT_PHONE = _answer("declined", A, reason="other", categories=["phone"])
_HELD: Sequence[Sequence[Move]] = ((), (OWN_COPY,), (_share(A, "email"),))
_STEPS: Sequence[Sequence[Move]] = (
    (),
    (VERIFIED,),
    (TRIAGED,),
    (("request_withdrawn", {"request_id": "q"}),),
    (_decided("refused", ground="trade_secret"),),
    (_decided("accepted"),),
    (_decided("partly", held=["email"]),),
)
_ACCEPTING = (_decided("accepted"), _decided("partly", held=["email"]))
_GONE = _answer("declined", A, reason="unreachable")
_LATE = _share(A, "phone")

RARE: Sequence[Sequence[Move]] = (
    (OWN_COPY, CANCELLATION, VERIFIED, CANCELLED),
    (OWN_COPY, CANCELLATION, TRIAGED, CANCELLED),
    (*_ASKED, OWN_GONE, _GONE, _answer("declined", A, reason="other"), TIME, _share(A, "email")),
    *((*held, CANCELLATION, *steps, CANCELLED, TIME) for held in _HELD for steps in _STEPS),
    *((*held, CANCELLED, CANCELLATION) for held in _HELD),
    *((HELD, OWN_COPY, *_ASKED[:2], decided, TIME, TIME) for decided in _ACCEPTING),
    *((OWN_COPY, _ASKED[1], decided) for decided in _ACCEPTING),
    *((_ASKED[1], decided, OWN_COPY) for decided in _ACCEPTING),
    (*_ASKED, _NOT_PHONE, _LATE),
    (*_ASKED, _NOT_PHONE, _answer("acknowledged", A), _LATE),
    (*_ASKED, _NOT_PHONE, _answer("working", A), _LATE),
)
"""Lives that chance would hardly find."""

BEFORE: Sequence[Move] = (
    _share(A, "email"),
    _share(A, "phone"),
    OWN_COPY,
    ("request_received", {"request_id": "q", "right": "deletion", "trigger": "stopped_using"}),
    ("request_received", {"request_id": "q", "right": "deletion"}),
    ("request_received", {"request_id": "q", "right": "access"}),
    CANCELLATION,
    VERIFIED,
    ("request_triaged", {"request_id": "q", "right": "deletion"}),
    TRIAGED,
    CANCELLED,
    ("request_withdrawn", {"request_id": "q"}),
)
"""What can happen up to the decision."""

DECISIONS: Sequence[Move] = (
    _decided("accepted"),
    _decided("partly", held=["email"]),
    _decided("refused", ground="trade_secret"),
    ("account_cancellation_approved", {"request_id": "q"}),
)

AFTER: Sequence[Move] = (
    _share(A, "email"),
    _share(B, "bank_card"),
    *(_answer(name, A) for name in ("acknowledged", "working")),
    ("recipient_notified", {**_answer("x", A)[1], "categories": ["email"], "duty": "policy"}),
    _answer("deleted", A, categories=["email"]),
    _answer("deleted", A, categories=["phone"]),
    _answer("deleted", A, categories=["email", "phone"]),
    ESCALATED,
    _answer("deleted", B, categories=["bank_card"]),
    *(
        _answer("declined", A, reason=reason, **some)
        for reason in ("law", "independent_authorisation", "unreachable", "other")
        for some in ({}, {"categories": ["phone"]})
    ),
    _answer("declined", A, reason="law", until="2026-04-01"),
    HELD,
    OWN_GONE,
    TIME,
)
"""What can happen after it; a share among it is late."""

RECEIPTS = {"request_received", "account_cancellation_requested"}
FIRST = {*RECEIPTS, "retention_hold_placed", "data_shared", "data_collected", "account_cancelled"}
"""What can happen while nothing is asked for."""

WAITING = {"planned", "sent", "acknowledged", "working"}
_ABOUT_NOTICE = ("notice_id", "request_id", "recipient")

RUNNING = {"accepted", "partly", "in_progress", "unfulfilled", "fulfilled"}

MOVES: Sequence[Move] = (*BEFORE, *DECISIONS, *AFTER)


@dataclass
class World:
    """The policies and what makes ids; shared by all lives."""

    library: Library
    hasher: Hasher
    acts: Acts = field(init=False)

    def __post_init__(self) -> None:
        """Make the acts of recording."""
        self.acts = Acts(self.library, self.hasher)


def world(hasher: Hasher) -> World:
    """The world of the five policies."""
    return World(load_library(None), hasher)


@dataclass(frozen=True)
class Life:
    """What has happened so far, and by which steps the request and its notices moved."""

    world: World = field(repr=False)
    controller: str
    events: tuple[Recorded, ...] = ()
    now: int = START
    state: str | None = None
    notices: Mapping[str, str] = field(default_factory=dict)
    again_at: int | None = None
    """when to look again"""

    def acts_at(self, now: int) -> Sequence[Event]:
        """What would follow at a later moment, if nothing is reported until then."""
        person = self._person(self.events, self._folded(self.events), now)
        return self.world.acts(person, now).acts

    def can(self, move: Move) -> bool:
        """Whether that can be next when all comes as it happens: a request comes in once, and its
        state is open to the step.
        """
        if move == ESCALATED:
            return self._to_escalate is not None
        if move == TIME:
            return True
        if self.state is None:
            return move[0] in FIRST
        return move[0] not in RECEIPTS and REQUEST.is_open(self.state, move[0])

    @property
    def _to_escalate(self) -> Notice | None:
        """The first notice that waits for its recipient."""
        notices = self._folded(self.events).notices
        return next((n for n in notices if n.state in WAITING), None)

    def after(self, move: Move) -> tuple[Life, list[Step], list[Step]]:
        """The life a move later, the step of the request and those of its notices."""
        name, data = move
        now = self.now + (LONG * DAY if move == TIME else MINUTE)
        events = list(self.events)
        seen = dict(self.notices)
        moved: list[Step] = []
        facts: Facts | None = None
        if move == ESCALATED:
            notice = self._to_escalate
            assert notice is not None
            about = {name: getattr(notice, name) for name in _ABOUT_NOTICE}
            data = {**data, **about}
        again_at = self.again_at
        if move != TIME:
            events.append(_recorded(name, data, now, len(events)))
            facts = self._folded(events)
            moved += _moved(seen, facts, name)
        if move != TIME or (again_at is not None and again_at <= now):
            facts = facts or self._folded(events)
            acts, again_at = self.world.acts(self._person(events, facts, now), now)
            for act in acts:
                events.append(_act(act.data, act.source, act.id, now, len(events)))
                facts = self._folded(events)
                moved += _moved(seen, facts, act.data.event_name)
        facts = facts or self._folded(events)
        state = self._state(events, facts, now)
        life = Life(self.world, self.controller, tuple(events), now, state, seen, again_at)
        by = name if move == TIME or name in REQUEST.movers else FACTS
        steps = []
        if state is not None and (state != self.state or by in REQUEST.movers):
            steps.append(Step(self.state, by, state))
        return life, steps, moved

    def _folded(self, events: Sequence[Recorded]) -> Facts:
        return fold(events, controller=self.controller, version_at=lambda _: "1")

    def _person(self, events: Sequence[Recorded], facts: Facts, now: int) -> PersonState:
        return PersonState(
            controller=self.controller,
            subject="m1",
            facts=facts,
            events=lambda: events,
            names={},
            claimed=frozenset(n.notice_id for n in facts.notices if n.sent_at is not None),
            recorded_at=now,
            first_position=len(events) - 1,
        )

    def _state(self, events: Sequence[Recorded], facts: Facts, now: int) -> str | None:
        if not facts.requests:
            return None
        (request,) = facts.requests
        dossier = Dossier(
            self.controller, events, self.world.library.policy_at(self.controller), as_of=now
        )
        return _request_state(request, facts, dossier)


def _request_state(request: Request, facts: Facts, dossier: Dossier) -> str:
    cause = cause_of(dossier, request)
    found = request_state(
        request,
        cause,
        facts.notices,
        lambda: PlanRows() if cause is None else plan_rows(dossier, cause),
        PlanRows,
        today=from_micros(dossier.as_of).date(),
        answer_days={},
    )
    if found != UNDECIDED:
        return found
    return entitlement(dossier.policy_at, dossier.whole.history, request.request_id).state


def _recorded(name: str, data: Mapping[str, Any], now: int, position: int) -> Recorded:
    model = EVENT_MODELS[f"lineage.{name}.v1"]
    return _act(model.model_validate(dict(data)), "/services/shop", f"e{position}", now, position)


def _act(data: Any, source: str, id: str, now: int, position: int) -> Recorded:
    return Recorded(
        ref=REF,
        key=key_of(source, id),
        occurred_at=now,
        recorded_at=now,
        source=source,
        id=id,
        data=data,
        position=position,
    )


def _moved(seen: dict[str, str], facts: Facts, by: str) -> Iterator[Step]:
    """The steps of the notices that an event moved; ``seen`` is brought up to date."""
    for notice in facts.notices:
        before, state = seen.get(notice.notice_id), str(notice.state)
        if before != state:
            seen[notice.notice_id] = state
            yield Step(before, by, state)
