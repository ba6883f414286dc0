"""Verdicts that are kept: what judging an event says where nothing else matters. Pure.

A judge that looked at no consents, say, would have said the same of anybody, whatever consents
there are. So an event is judged alone once, and the verdict holds for every event that says the
same of a person who has nothing on record of what was looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from lineage import events as e
from lineage.domain.circumstances import NAMED_AHEAD
from lineage.domain.facts import Moment, Recorded
from lineage.domain.findings import Finding
from lineage.domain.history.history import History
from lineage.domain.judging import Judges, PolicyAt
from lineage.events import EventData

KEPT_MAX = 20_000
"""Verdicts in memory; when there are as many, all are dropped: recipients and purposes are few."""

_KEPT_TYPES = frozenset[type[EventData]](
    {
        e.DataCollected,
        e.DataInboundReceived,
        e.DataOnwardShared,
        e.DataProcessed,
        e.DataShared,
        e.MessageSent,
        e.TrackingFired,
    }
)
"""What services report over and over. No judge of these may look at the time of the event but to
tell what came before it, or it says so (``look_at_time``): the key has the policy version and the
place among the controller's own events, not the time.
"""

_NAMED = frozenset({"order_id", "consent_id", "complaint_id", "identifiers", "log_id"})
"""Fields of which only counts whether they are there: what they name is looked up in the history"""


class Wide(NamedTuple):
    """The controller's own events, and a number that changes when there are others."""

    number: int
    events: Sequence[Recorded]

    def place(self, at: Moment) -> tuple[int, int]:
        """What of them lies before a moment."""
        return (self.number, bisect_left(self.events, at, key=lambda event: event.moment))


NO_WIDE = Wide(0, ())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found on one event, and what was looked at for it: bits of ``circumstances``, and
    whether the controller's own events were.
    """

    findings: tuple[Finding, ...]
    looked_at: int
    looked_at_wide: bool

    def on(self, event: Recorded) -> list[Finding]:
        """The findings, on another event that says the same."""
        return [finding.on(event) for finding in self.findings]


class Verdicts:
    """Judges events, and keeps the verdicts that can be kept."""

    def __init__(self, judges: Judges, policies: Callable[[str], PolicyAt]) -> None:
        """``policies`` gives the policies of a controller by time."""
        self._judges = judges
        self._policies = policies
        self._kept: dict[tuple[Any, ...], Verdict] = {}
        self.asked = 0
        self.judged = 0
        """How many events were asked about, and how many of them had to be judged"""

    def look_at(self, model: type[EventData]) -> bool:
        """Whether anybody judges events of this type."""
        return self._judges.look_at(model)

    def alone(self, controller: str, event: Recorded, wide: Callable[[], Wide]) -> Verdict:
        """The verdict on an event of a person of whom nothing else is on record."""
        self.asked += 1
        policy_at = self._policies(controller)
        key = None
        if type(event.data) in _KEPT_TYPES:
            version = policy_at(event.occurred_at).version
            key = (controller, version, *_said(event.data))
            kept = self._kept.get(key)
            if kept is not None and kept.looked_at_wide:
                kept = self._kept.get((*key, *wide().place(event.moment)))
            if kept is not None:
                return kept
        history = History(controller, events=(event,), wide=lambda: wide().events, as_of=_END)
        verdict = self.over(history, [event])
        if key is not None and not history.looked_at_time:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[key] = verdict
            if verdict.looked_at_wide:
                self._kept[(*key, *wide().place(event.moment))] = verdict
        return verdict

    def over(self, history: History, events: Sequence[Recorded]) -> Verdict:
        """The verdict on some events of a history, together."""
        self.judged += len(events)
        history.look_away()
        found = tuple(self._judges.on(events, history, self._policies(history.controller)))
        looked_at = history.looked_at | (NAMED_AHEAD if history.asked_by_name else 0)
        return Verdict(found, looked_at, history.looked_at_wide)


_END = (1 << 63) - 1
"""The moment that recording judges from: nothing on record lies after it."""


@cache
def _fields(model: type[EventData]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = tuple(model.model_fields)
    return (
        tuple(name for name in names if name not in _NAMED),
        tuple(name for name in names if name in _NAMED),
    )


def _said(data: EventData) -> tuple[Any, ...]:
    """What an event says, but for what it names by an id."""
    values = data.__dict__
    plain, named = _fields(type(data))
    return (
        type(data),
        *[values[name] for name in plain],
        *[values[name] is None for name in named],
    )
