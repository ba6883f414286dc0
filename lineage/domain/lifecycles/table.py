"""What a life cycle is: rows of a state, what moves it, and the state that follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

DAY_PASSED: Final = "day passed"
"""Moves a state without an event: the last day of something has gone by."""


class Step(NamedTuple):
    """One row. ``by`` is an event type without prefix and version, or ``DAY_PASSED``."""

    state: str | None
    """None: before the first step"""
    by: str
    to: str


@dataclass(frozen=True)
class Lifecycle:
    """All rows of one life cycle; ``means`` explains each state, ``acts`` each thing that moves."""

    name: str
    means: dict[str, str]
    acts: dict[str, str]
    steps: Sequence[Step]

    def is_open(self, state: str, by: str) -> bool:
        """Whether this may be done in that state; what changes no state may be done in any."""
        return by not in self.movers or (state, by) in self._pairs

    def open_steps(self, state: str) -> list[str]:
        """What moves that state, in the order of the table."""
        return list(dict.fromkeys(step.by for step in self.steps if step.state == state))

    def has(self, state: str | None, by: str, to: str) -> bool:
        """Whether there is such a row; to stay as one is needs none."""
        return state == to or Step(state, by, to) in self._rows

    @cached_property
    def movers(self) -> frozenset[str]:
        """All that moves a state."""
        return frozenset(step.by for step in self.steps)

    @cached_property
    def _pairs(self) -> frozenset[tuple[str | None, str]]:
        return frozenset((step.state, step.by) for step in self.steps)

    @cached_property
    def _rows(self) -> frozenset[Step]:
        return frozenset(self.steps)


def stays(states: Iterable[str], by: Iterable[str]) -> list[Step]:
    """A row for each step that may be taken and leaves the state as it is."""
    movers = list(by)
    return [Step(state, mover, state) for state in states for mover in movers]


def rows(states: Iterable[str | None], by: Iterable[str], to: Iterable[str]) -> list[Step]:
    """A row for each combination, but for those that stay where they are."""
    goals, movers = list(to), list(by)
    return [
        Step(state, mover, goal)
        for state in states
        for mover in movers
        for goal in goals
        if state != goal
    ]
