"""The cancellation of the account: how far it came, and when. No clock is counted here. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.history import History
from lineage.domain.history.requested import CANCELLATION, Timeline
from lineage.events import (
    AccountCancellationApproved,
    AccountCancelled,
    RequestDecided,
    RequestWithdrawn,
    UserRegistered,
)

ACCEPTING = frozenset({"accepted", "partly"})


class Stages(NamedTuple):
    """The first of each step of the latest cancellation; None: not on record."""

    requested: Recorded | None
    approved: Recorded | None
    cancelled: Recorded | None

    @property
    def first(self) -> Recorded | None:
        """The earliest step, which is when the cancellation began."""
        found = [step for step in self if step is not None]
        return min(found, key=lambda step: step.moment, default=None)

    @property
    def done(self) -> bool:
        """Whether the account is cancelled, or will be since that was approved."""
        return self.approved is not None or self.cancelled is not None


def stages_of(history: History) -> Stages:
    """How far the cancellation of the account came.

    Whoever registers again after a cancellation has a new account, so what came before is over. A
    request that was withdrawn before it was approved is none; one that was refused is none either.
    """
    cancelled = history.only(AccountCancelled)
    requests = [t for t in history.requests.values() if _is_cancellation(t)]
    ends = [event.moment for event in cancelled]
    ends += [t.decision.moment for t in requests if t.decision is not None and _approved(t)]
    fresh = _fresh_since(history, ends)
    found = [t for t in requests if _stands(t)]
    return Stages(
        requested=_first((t.receipt for t in found), fresh),
        approved=_first((t.decision for t in found if _approved(t)), fresh),
        cancelled=_first(cancelled, fresh),
    )


def _first(steps: Iterable[Recorded | None], fresh: Moment) -> Recorded | None:
    """The first of these steps that belongs to the present account."""
    known = [step for step in steps if step is not None and step.moment > fresh]
    return min(known, key=lambda step: step.moment, default=None)


def _is_cancellation(timeline: Timeline) -> bool:
    """Whether a request is a cancellation, if only its approval is on record."""
    decision = timeline.decision
    return timeline.right == CANCELLATION or (
        decision is not None and isinstance(decision.data, AccountCancellationApproved)
    )


def _approved(timeline: Timeline) -> bool:
    return timeline.outcome in ACCEPTING


def _stands(timeline: Timeline) -> bool:
    """Whether it was neither refused, nor withdrawn before it was approved."""
    decision = timeline.decision
    if decision is not None and isinstance(decision.data, RequestDecided):
        return _approved(timeline)
    withdrawn = timeline.first(RequestWithdrawn)
    return withdrawn is None or (decision is not None and decision.moment < withdrawn.moment)


def _fresh_since(history: History, ends: list[Moment]) -> Moment:
    """When the present account began, if there was one before; else the beginning of time."""
    return max(
        (
            event.moment
            for event in history.only(UserRegistered)
            if any(end < event.moment for end in ends)
        ),
        default=(-(2**62), 0),
    )
