"""The first way forward, kept for who still calls it: only plain people, only later events. Pure.

Superseded by ``standing`` and ``onward``, on which it now rests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lineage.domain.facts import Edge, Holder, Moment, Recorded
from lineage.domain.fold import standing
from lineage.domain.fold.book import VersionAt
from lineage.domain.fold.onward import ALWAYS_WHOLE, Step, plan
from lineage.domain.fold.standing import takes_all
from lineage.domain.fold.stored import KnownFacts
from lineage.events import EventRetracted, SelfServiceCleared

__all__ = ["EdgesTo", "Standing", "Step", "can_go_forward", "fold_forward", "standing_of"]

EdgesTo = Callable[[Holder], Iterable[Edge]]
"""Gives the stored edges of one person to a holder."""

REACHING_BACK = ALWAYS_WHOLE | {EventRetracted}


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a person can be folded forward: its last moment, and being plain."""

    last: Moment
    plain: bool


def standing_of(events: Iterable[Recorded]) -> Standing:
    """The standing that some events give by themselves; there is at least one."""
    found = list(events)
    return Standing(
        last=max(event.moment for event in found),
        plain=not any(type(event.data) in REACHING_BACK for event in found),
    )


def can_go_forward(before: Standing | None, new: Sequence[Recorded]) -> bool:
    """Whether these events can be folded onto what is stored."""
    if before is not None and not before.plain:
        return False
    # By time, not by moment: a transfer of everything takes what comes at its own time at a later
    # rank, so an event at the time of the last may change what that one did.
    if before is not None and min(event.occurred_at for event in new) <= before.last[0]:
        return False
    return not any(_needs_all(event) for event in new)


def _needs_all(event: Recorded) -> bool:
    model = type(event.data)
    return takes_all(event) or model in REACHING_BACK or model is SelfServiceCleared


def fold_forward(
    edges_to: EdgesTo,
    new: Iterable[Recorded],
    *,
    controller: str,
    version_at: VersionAt,
) -> Step:
    """Apply new events of one plain person, all later than what its stored edges tell."""
    events = list(new)
    before = standing.Standing((min(event.occurred_at for event in events) - 1, 0))
    ahead = plan(
        before, events, controller=controller, version_at=version_at, key_of=lambda *_: b""
    )
    assert ahead is not None
    stored = KnownFacts(edge for holder in ahead.holders for edge in edges_to(holder))
    step = ahead.step(stored)
    assert step is not None
    return step
