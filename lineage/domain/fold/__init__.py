"""The fold: one person's events, in canonical order, to facts. Pure; never in order of arrival.

``effective`` drops what was retracted and sorts; ``ins`` and ``outs`` are section 4.0 of the event
contract, a handler a row; ``requests`` folds requests and notices; ``state`` is what they share.
"""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.facts import Facts, Recorded
from lineage.domain.fold.book import VersionAt
from lineage.domain.fold.effective import effective_events
from lineage.domain.fold.ins import IN_HANDLERS, first_times
from lineage.domain.fold.outs import OUT_HANDLERS
from lineage.domain.fold.requests import fold_notices, fold_requests
from lineage.domain.fold.state import State, closed_edge

__all__ = ["VersionAt", "fold"]

HANDLERS = IN_HANDLERS | OUT_HANDLERS


def fold(events: Iterable[Recorded], *, controller: str, version_at: VersionAt) -> Facts:
    """Fold the events of one person (of all its linked refs) to facts.

    The same events in any order give the same facts. ``version_at`` gives the policy version in
    force at a time in microseconds. The events are distinct: the ledger refuses duplicates.
    """
    ordered = effective_events(events)
    state = State(controller, version_at)
    state.first_on_record = first_times(ordered)
    for event in ordered:
        handler = HANDLERS.get(type(event.data))
        if handler is not None:
            handler(state, event)
    return Facts(
        edges=tuple(closed_edge(state, ref, hop) for ref, hop in state.edges),
        erasures=tuple(state.erasures),
        changes=tuple(state.changes),
        requests=fold_requests(ordered),
        notices=fold_notices(ordered),
        links=tuple((e.ref, e.linked_ref) for e in ordered if e.linked_ref is not None),
    )
