"""What became of each request and cancellation, step by step. Pure; no clock is counted here.

An event that names a request counts for it at any rank (section 4 of the contract), so the first of
each kind by time is the one that counts, whatever its rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lineage.domain.circumstances import REQUEST_STEPS
from lineage.domain.facts import Recorded
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    RequestDecided,
    RequestPaused,
    RequestReceived,
    RequestResumed,
    RequestTriaged,
)

DELETION = "deletion"
CANCELLATION = "cancellation"
"""The right that a cancellation of the account exercises; the contract has no word for it."""

Receipt = RequestReceived | AccountCancellationRequested
Decision = RequestDecided | AccountCancellationApproved


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps of one request in canonical order; ``receipt`` and ``decision`` are the first."""

    request_id: str
    steps: tuple[Recorded, ...]
    receipt: Recorded | None
    decision: Recorded | None

    @property
    def right(self) -> str | None:
        """What was asked for; None where only later steps are on record."""
        if self.receipt is None:
            return None
        data = self.receipt.data
        return data.right if isinstance(data, RequestReceived) else CANCELLATION

    @property
    def asked_for(self) -> str | None:
        """What it is really about: as a triage found out, else as it was received."""
        for step in self.steps:
            if isinstance(step.data, RequestTriaged) and step.data.right is not None:
                return step.data.right
        return self.right

    @property
    def outcome(self) -> str | None:
        """What was decided; the approval of a cancellation accepts it."""
        if self.decision is None:
            return None
        data = self.decision.data
        return data.outcome if isinstance(data, RequestDecided) else "accepted"

    @property
    def is_paused(self) -> bool:
        """Whether the last pause has not ended."""
        last = self.last(RequestPaused, RequestResumed)
        return last is not None and isinstance(last.data, RequestPaused)

    def first(self, *models: type) -> Recorded | None:
        """The first step of one of these types."""
        return next((step for step in self.steps if isinstance(step.data, models)), None)

    def last(self, *models: type) -> Recorded | None:
        """The last step of one of these types."""
        found = [step for step in self.steps if isinstance(step.data, models)]
        return found[-1] if found else None

    def all(self, *models: type) -> tuple[Recorded, ...]:
        """The steps of these types."""
        return tuple(step for step in self.steps if isinstance(step.data, models))


def requests_of(events: Iterable[Recorded]) -> dict[str, Timeline]:
    """The person's requests and cancellations by id, from its events in canonical order."""
    steps: dict[str, list[Recorded]] = defaultdict(list)
    for event in events:
        if isinstance(event.data, REQUEST_STEPS):
            steps[event.data.request_id].append(event)
    return {request_id: _timeline(request_id, found) for request_id, found in steps.items()}


def _timeline(request_id: str, steps: list[Recorded]) -> Timeline:
    receipt = next((s for s in steps if isinstance(s.data, Receipt)), None)
    decision = next((s for s in steps if isinstance(s.data, Decision)), None)
    return Timeline(request_id, tuple(steps), receipt, decision)
