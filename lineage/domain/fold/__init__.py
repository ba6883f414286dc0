"""The fold: one person's events, in canonical order, to facts. Pure; never in order of arrival.

``effective`` drops what was retracted and sorts; ``ins`` and ``outs`` are section 4.0 of the event
contract, a handler a row; ``requests`` folds requests and notices; ``state`` is what they share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineage.domain.facts import Facts, Recorded
from lineage.domain.fold.book import VersionAt
from lineage.domain.fold.effective import effective_events
from lineage.domain.fold.ins import IN_HANDLERS
from lineage.domain.fold.outs import OUT_HANDLERS
from lineage.domain.fold.requests import fold_notices, fold_requests
from lineage.domain.fold.state import State, closed_edge
from lineage.events import DataTransferred

__all__ = ["VersionAt", "fold"]

HANDLERS = IN_HANDLERS | OUT_HANDLERS


def fold(events: Iterable[Recorded], *, controller: str, version_at: VersionAt) -> Facts:
    """Fold the events of one person (of all its linked refs) to facts.

    The same events in any order give the same facts. ``version_at`` gives the policy version in
    force at a time in microseconds. The events are distinct: the ledger refuses duplicates.
    """
    ordered = effective_events(events)
    state = State(controller, version_at)
    _note_first_times(state, ordered)
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


def _note_first_times(state: State, ordered: Sequence[Recorded]) -> None:
    """Note when each category first came on record, where a transfer of everything needs it.

    Such a transfer counts for every category on record up to its ``time``, those of a later rank
    at the same time included; so it is looked up before the pass.
    """
    if not any(isinstance(e.data, DataTransferred) and e.data.categories is None for e in ordered):
        return
    for event in ordered:
        if type(event.data) in IN_HANDLERS:
            for category in getattr(event.data, "categories", None) or ():
                state.first_on_record.setdefault(category, event.occurred_at)
