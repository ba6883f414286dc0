"""Going through everybody for lint, a chunk at a time: nothing but counts is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lineage.domain.facts import Recorded
from lineage.domain.fold.effective import effective_events
from lineage.events import ConsentGranted
from lineage.policy.lint.people import PeopleOnRecord
from lineage.service.histories import Histories
from lineage.service.people import View
from lineage.storage.store import Store

Advance = Callable[[int], None]


class PeopleLint:
    """Counts what lint says of the people of one store."""

    def __init__(self, store: Store, histories: Histories) -> None:
        """It reads what questions read."""
        self._store = store
        self._histories = histories

    def count(self, controller: str, view: View, advance: Advance) -> PeopleOnRecord:
        """What is said of the people of a controller; ``advance`` is told how many ids are done."""
        found, after, done = PeopleOnRecord(), b"", 0
        while True:
            with self._store.reading() as conn:  # each its own, so that none is open for minutes
                chunk = self._histories.chunk(conn, controller, after, view)
                if not chunk.refs:
                    return found
                subjects: set[bytes] = set()
                for _, person in chunk.people:
                    events = effective_events(person.events)
                    subjects.update(event.ref for event in events)
                    for source, consent_id in stated_consents(events):
                        found.add_stated(source, consent_id)
                found.add_ids(self._store.keyring.names(conn, subjects).values())
            after = chunk.refs[-1]
            done += len(chunk.refs)
            advance(done)


def stated_consents(events: Iterable[Recorded]) -> Iterator[tuple[str, str]]:
    """(source, consent_id) of each event of one person that names a consent nobody recorded."""
    granted, named = set(), []
    for event in events:
        consent_id = getattr(event.data, "consent_id", None)
        if isinstance(event.data, ConsentGranted):
            granted.add(consent_id)
        elif consent_id is not None:
            named.append((event.source, consent_id))
    return (one for one in named if one[1] not in granted)
