"""Which events count: canonical order, and nothing that was taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.facts import Recorded
from lineage.events import EventRetracted


def effective_events(events: Iterable[Recorded]) -> list[Recorded]:
    """The events in canonical order, less those that an ``event_retracted`` took back.

    A retraction names (source, id) and counts for the subject it was recorded under, for an id is
    unique per subject. It counts whatever its own time is, and cannot itself be retracted: the
    way back is to send the event again under a new id.
    """
    found = list(events)
    retracted = {
        (e.ref, e.data.retracted_source, e.data.retracted_id)
        for e in found
        if isinstance(e.data, EventRetracted)
    }
    if retracted:
        found = [
            e
            for e in found
            if isinstance(e.data, EventRetracted) or (e.ref, e.source, e.id) not in retracted
        ]
    found.sort(key=lambda e: e.order)
    return found
