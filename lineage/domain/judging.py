"""Judging: each event by the policy in force when it occurred, over what came before it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lineage.domain.facts import Recorded
from lineage.domain.findings import Finding, suppressed
from lineage.domain.history.history import History
from lineage.domain.history.personal import Personal
from lineage.events import EventData
from lineage.policy.model import Policy

PolicyAt = Callable[[int], Policy]
"""Gives the policy in force at a time in microseconds."""


@dataclass(frozen=True)
class Case:
    """One event before its judges: the policy in force then, and everything on record."""

    policy: Policy
    history: History
    event: Recorded

    @property
    def data(self) -> EventData:
        """What the event says."""
        return self.event.data

    @cached_property
    def personal(self) -> Personal:
        """What was personal when, under this policy."""
        return Personal(self.policy, self.history)


Judge = Callable[[Case], Iterable[Finding]]


class Judges:
    """Who judges which type of event."""

    def __init__(self, table: Iterable[tuple[Judge, tuple[type[EventData], ...]]]) -> None:
        """``table`` gives each judge with the types of events it looks at."""
        self._of: dict[type[EventData], list[Judge]] = {}
        for judge, models in table:
            for model in models:
                self._of.setdefault(model, []).append(judge)

    def look_at(self, model: type[EventData]) -> bool:
        """Whether anybody judges events of this type."""
        return model in self._of

    def of_person(self, history: History, policy_at: PolicyAt) -> Iterator[Finding]:
        """Every finding on the events of the person."""
        return self.on(history.everything, history, policy_at)

    def of_controller(self, history: History, policy_at: PolicyAt) -> Iterator[Finding]:
        """Every finding on the controller's own events."""
        return self.on(history.everything_wide, history, policy_at)

    def on(
        self, events: Iterable[Recorded], history: History, policy_at: PolicyAt
    ) -> Iterator[Finding]:
        """Every finding on these events of a history."""
        for event in events:
            judges = self._of.get(type(event.data))
            if judges is not None:
                case = Case(policy_at(event.occurred_at), history, event)
                yield from suppressed([found for judge in judges for found in judge(case)])
