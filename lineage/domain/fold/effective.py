"""Which events count: canonical order, and nothing that was taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.facts import Recorded
from lineage.events import EventClass, EventRetracted, IdentityLinked


def effective_events(events: Iterable[Recorded]) -> list[Recorded]:
    """The events in canonical order, less those that an ``event_retracted`` took back.

    A retraction names (source, id) and counts for the whole person, whichever of the linked ids
    it came under: a service that knows a guest by the account now takes back what it sent of the
    guest. A link is taken back under its own id only, for else it would decide about itself. A
    retraction counts whatever its own time is, and cannot itself be retracted: the way back is to
    send the event again under a new id. What we did cannot be taken back either.
    """
    found = list(events)
    retracted = {
        (e.ref, e.data.retracted_source, e.data.retracted_id)
        for e in found
        if isinstance(e.data, EventRetracted)
    }
    if retracted:
        names = {(source, id_) for _, source, id_ in retracted}
        found = [e for e in found if not _taken_back(e, retracted, names)]
    found.sort(key=lambda e: e.order)
    return found


def _taken_back(
    event: Recorded, exact: set[tuple[bytes, str, str]], names: set[tuple[str, str]]
) -> bool:
    if event.data.event_class is EventClass.SYSTEM:
        return False
    if isinstance(event.data, IdentityLinked):
        return (event.ref, event.source, event.id) in exact
    return (event.source, event.id) in names
