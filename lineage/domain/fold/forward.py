"""Folding forward: new events onto stored edges, where nothing that came before rests on them.

Equal to the whole fold by construction: the same handlers run on a state rebuilt from the edges.
It serves only who is *plain* (nothing on record that reaches back) and only events later than
everything on record of that person; all else is folded whole. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lineage.domain.facts import Change, Edge, Erasure, Moment, Recorded
from lineage.domain.fold.ins import IN_HANDLERS
from lineage.domain.fold.outs import OUT_HANDLERS
from lineage.domain.fold.state import EdgesTo, State, VersionAt, closed_edge
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    DataTransferred,
    EventRetracted,
    IdentityLinked,
    RequestDecided,
    RequestReceived,
    RequestWithdrawn,
    SelfServiceCleared,
)

HANDLERS = IN_HANDLERS | OUT_HANDLERS

REACHING_BACK: frozenset[type] = frozenset(
    {
        AccountCancellationApproved,
        AccountCancellationRequested,
        EventRetracted,
        IdentityLinked,
        RequestDecided,
        RequestReceived,
        RequestWithdrawn,
    }
)
"""Once one of these is on record, a person is no longer plain: a retraction may wait for its
event, a link joins two histories, a request makes acts follow from what is held."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a person can be folded forward: its last moment, and being plain."""

    last: Moment
    plain: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What new events add: edges that are new or changed, outs, changes."""

    edges: tuple[Edge, ...]
    erasures: tuple[Erasure, ...]
    changes: tuple[Change, ...]


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
    """Whether an event looks at more of the past than edges tell."""
    data = event.data
    if isinstance(data, DataTransferred):
        return data.categories is None
    return type(data) in REACHING_BACK or isinstance(data, SelfServiceCleared)


def fold_forward(
    edges_to: EdgesTo,
    new: Iterable[Recorded],
    *,
    controller: str,
    version_at: VersionAt,
) -> Step:
    """Apply new events of one plain person, all later than what its stored edges tell.

    Only the edges to holders that the new events touch are asked for.
    """
    state = State(controller, version_at, edges_to=edges_to)
    for event in sorted(new, key=lambda e: e.order):
        handler = HANDLERS.get(type(event.data))
        if handler is not None:
            handler(state, event)
    now = (closed_edge(state, ref, hop) for ref, hop in state.edges)
    return Step(
        edges=tuple(edge for edge in now if state.stored.get((edge.ref, edge.hop)) != edge),
        erasures=tuple(state.erasures),
        changes=tuple(state.changes),
    )
