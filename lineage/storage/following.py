"""What is handed to whoever says which acts follow from recorded events. Nothing is read here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lineage.domain.facts import Facts, Recorded
from lineage.events import Event


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody for whom acts may follow; ``events`` are there where it was folded whole."""

    controller: str
    refs: tuple[bytes, ...]
    facts: Facts
    events: Sequence[Recorded] | None = None


@dataclass(frozen=True, slots=True)
class PersonState:
    """What ``follow`` sees of one person after its new events: its facts, and its own id.

    Facts name natural persons among the parties by their id, events by their ref; ``names`` tells
    them apart.
    """

    controller: str
    subject: str = field(repr=False)
    facts: Facts
    events: Callable[[], Sequence[Recorded]] = field(repr=False)
    """Gives all its events, in no order: read from the ledger where it was not folded whole."""

    names: Mapping[str, str] = field(repr=False)
    claimed: frozenset[str]
    """Notices whose body is frozen: an attempt was claimed, so they can no longer be widened."""

    recorded_at: int
    first_position: int
    """What is being recorded now: its time, and the position of its first event"""


class Following(NamedTuple):
    """What follows for a person: acts (system events), and when to look again though nothing is
    reported, in microseconds; None: never.
    """

    acts: Sequence[Event]
    again_at: int | None


Follow = Callable[[PersonState, int], Following]
"""Says what follows for a person, at a time (microseconds)."""
