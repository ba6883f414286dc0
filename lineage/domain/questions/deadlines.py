"""By when a request must be answered, and what is overdue. Pure; a clock is counted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from lineage.domain.clocks import Limit, limit_of, target_of
from lineage.domain.facts import Recorded
from lineage.domain.history.history import History
from lineage.domain.history.requested import CANCELLATION, Timeline
from lineage.domain.judging import PolicyAt
from lineage.events import (
    AccountCancelled,
    IdentityVerified,
    RequestCompleted,
    RequestResponded,
    RequestTriaged,
    RequestWithdrawn,
)
from lineage.policy.kinds.requests import ReplyChannel, RequestClock, Step
from lineage.policy.model import Policy

LimitName = Literal["reply_by", "outcome_by", "triage_by"]

_STEPS: Final[tuple[tuple[LimitName, Step], ...]] = (
    ("triage_by", "triage"),
    ("reply_by", "reply"),
    ("outcome_by", "outcome"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one request: a day, whose end is the last moment, or a time; None: there is
    none. ``overdue`` are those that have passed and are not met yet; ``rules`` names the rule of
    each that there is.
    """

    reply_target: date | None = None
    reply_by: date | None = None
    outcome_by: date | None = None
    triage_by: date | None = None
    overdue: tuple[str, ...] = ()
    reply_channel: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)


def limits(policy_at: PolicyAt, history: History, request_id: str) -> Limits:
    """The limits of a request under the policy in force when it was received.

    A request of which no receipt is on record has none. A triage that finds out what was really
    asked for decides which clocks run from then on; its own clock is that of what was received.
    """
    asked = _asked(policy_at, history, request_id)
    return Limits() if asked is None else asked.limits()


def open_limits(
    policy_at: PolicyAt, history: History, request_id: str
) -> Iterator[tuple[LimitName, Limit]]:
    """The limits of a request that are not met yet, passed or not."""
    asked = _asked(policy_at, history, request_id)
    if asked is None:
        return
    for name, step in _STEPS:
        limit = asked.limit(step)
        if limit is not None and not asked.met(limit):
            yield name, limit


def outcome_limit(policy_at: PolicyAt, history: History, request_id: str) -> Limit | None:
    """By when the outcome of a request is due, and how far that can be put off."""
    asked = _asked(policy_at, history, request_id)
    return None if asked is None else asked.limit("outcome")


def can_pause(policy_at: PolicyAt, history: History, request_id: str) -> bool:
    """Whether a clock of the request stands still while it is paused."""
    asked = _asked(policy_at, history, request_id)
    if asked is None:
        return False
    rights = {asked.timeline.right, asked.timeline.asked_for}
    clocks = asked.policy.of(RequestClock)
    return any(clock.pausable and rights.intersection(clock.rights) for clock in clocks)


def _asked(policy_at: PolicyAt, history: History, request_id: str) -> _Asked | None:
    timeline = history.requests.get(request_id)
    if timeline is None or timeline.receipt is None:
        return None
    return _Asked(policy_at(timeline.receipt.occurred_at), history, timeline)


@dataclass(frozen=True)
class _Asked:
    """One request under its policy."""

    policy: Policy
    history: History
    timeline: Timeline

    def limits(self) -> Limits:
        triage, reply, outcome = (self.limit(step) for step in ("triage", "reply", "outcome"))
        found = {"triage_by": triage, "reply_by": reply, "outcome_by": outcome}
        rules = {name: limit.rule for name, limit in found.items() if limit is not None}
        target = None if reply is None else self._target(reply)
        if reply is not None and target is not None:
            rules["reply_target"] = reply.rule
        channel = next(
            (r for r in self.policy.of(ReplyChannel) if self.timeline.asked_for in r.rights),
            None,
        )
        if channel is not None:
            rules["reply_channel"] = channel.rule
        return Limits(
            reply_target=target,
            reply_by=_day(reply),
            outcome_by=_day(outcome),
            triage_by=_day(triage),
            overdue=tuple(
                name
                for name in ("reply_by", "outcome_by", "triage_by")
                if (limit := found[name]) is not None
                and self.history.as_of > limit.last_moment
                and not self.met(limit)
            ),
            reply_channel=None if channel is None else channel.channel,
            rules=rules,
        )

    def limit(self, step: Step) -> Limit | None:
        """The earliest of the limits of a step."""
        timeline = self.timeline
        right = timeline.right if step == "triage" else timeline.asked_for
        found = [
            limit_of(self.policy, clock, self.timeline, start=start, as_of=self.history.as_of)
            for clock in self.policy.of(RequestClock)
            if clock.step == step and right in clock.rights
            for start in self._start(clock)
        ]
        return min(found, key=lambda limit: limit.last_moment, default=None)

    def _target(self, reply: Limit) -> date | None:
        start = next(self._start(reply.clock))
        return target_of(
            self.policy, reply.clock, self.timeline, start=start, as_of=self.history.as_of
        )

    def _start(self, clock: RequestClock) -> Iterator[int]:
        """When a clock started; nothing while it has not."""
        assert self.timeline.receipt is not None
        received = self.timeline.receipt.occurred_at
        if clock.start == "receipt":
            yield received
            return
        model = IdentityVerified if clock.start == "identity_verified" else RequestTriaged
        step = self.timeline.first(model)
        if step is not None:
            yield max(received, step.occurred_at)
        elif clock.start == "triage":
            triage = self.limit("triage")
            yield received if triage is None else triage.last_moment

    def met(self, limit: Limit) -> bool:
        """Whether what a limit is about has been done, or need not be done any more."""
        timeline = self.timeline
        if timeline.first(RequestWithdrawn) is not None:
            return True
        if limit.clock.step == "triage":
            return timeline.first(RequestTriaged) is not None
        if limit.clock.step == "outcome":
            return timeline.first(RequestCompleted) is not None or timeline.outcome == "refused"
        if self._decision is not None:
            return True
        return not limit.clock.by_decision and timeline.first(RequestResponded) is not None

    @property
    def _decision(self) -> Recorded | None:
        """The decision; a cancellation that has been carried out was decided."""
        timeline = self.timeline
        if timeline.decision is None and timeline.right == CANCELLATION:
            assert timeline.receipt is not None
            for event, data in self.history.every(AccountCancelled):
                named = data.request_id
                if named == timeline.request_id or (
                    named is None and event.occurred_at >= timeline.receipt.occurred_at
                ):
                    return event
        return timeline.decision


def _day(limit: Limit | None) -> date | None:
    return None if limit is None else limit.due
