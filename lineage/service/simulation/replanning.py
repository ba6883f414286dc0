"""What would have been planned for a person under another policy. No I/O of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby

from lineage.domain.facts import Facts, Recorded
from lineage.domain.parties import renamed
from lineage.domain.planning.dossier import recorded_order
from lineage.events import (
    AccountCancellationApproved,
    AccountCancellationRequested,
    Event,
    NoticePlanned,
    NoticeWidened,
    RequestDecided,
    RequestReceived,
)
from lineage.events.times import to_micros
from lineage.storage.folding import Folder
from lineage.storage.following import Follow, PersonState
from lineage.storage.seal import Hasher

NamesOf = Callable[[Facts], Mapping[str, str]]
"""Gives the ids of the natural persons among the parties of some facts."""

_PLANNED = (NoticePlanned, NoticeWidened)
_ASKING = (
    RequestReceived,
    RequestDecided,
    AccountCancellationRequested,
    AccountCancellationApproved,
)
"""Whatever makes a request; without one nothing is planned"""


class Replanning:
    """Plans anew, step by step, in the order in which a person's events were recorded."""

    def __init__(self, follow: Follow, folder: Folder, hasher: Hasher, names_of: NamesOf) -> None:
        """``follow`` are the acts under the other policy."""
        self._follow = follow
        self._folder = folder
        self._hasher = hasher
        self._names_of = names_of

    def __call__(self, controller: str, events: Sequence[Recorded]) -> Sequence[Recorded]:
        """All events of a person as they would be on record, in no order."""
        if not any(isinstance(event.data, _ASKING) for event in events):
            return events
        reported = [event for event in events if not isinstance(event.data, _PLANNED)]
        reported.sort(key=recorded_order)
        on_record: list[Recorded] = []
        for _, step in groupby(reported, key=lambda event: (event.recorded_at, event.log)):
            new = list(step)
            on_record += new
            on_record += self._acts(controller, on_record, new)
        return on_record

    def _acts(
        self, controller: str, on_record: Sequence[Recorded], new: Sequence[Recorded]
    ) -> list[Recorded]:
        """What follows from these new events for whom they are about."""
        touched = {event.ref for event in new}
        touched |= {event.linked_ref for event in new if event.linked_ref is not None}
        by_ref: dict[bytes, list[Recorded]] = {}
        for event in on_record:
            by_ref.setdefault(event.ref, []).append(event)
        planned = []
        for person in self._folder.split(by_ref):
            if touched.isdisjoint(person.refs):
                continue
            facts = self._folder.facts_of(controller, person.events)
            if facts.requests:
                ref = facts.requests[0].ref
                names = self._names_of(facts)
                state = PersonState(
                    controller=controller,
                    subject=ref.hex(),  # its own id is not shown anywhere
                    facts=renamed(facts, names),
                    events=partial(list, person.events),
                    names=names,
                    claimed=frozenset(),
                    recorded_at=new[0].recorded_at,
                    first_position=new[0].position,
                )
                stored = {shown: party for party, shown in names.items()}
                acts, _ = self._follow(state, new[0].recorded_at)
                planned += [self._recorded(act, ref, new[-1], stored) for act in acts]
        return planned

    def _recorded(
        self, event: Event, ref: bytes, last: Recorded, stored: Mapping[str, str]
    ) -> Recorded:
        """An act as it would be read from the ledger: natural persons are named by their ref."""
        data = event.data
        assert isinstance(data, _PLANNED)
        if data.recipient in stored:
            data = data.model_copy(update={"recipient": stored[data.recipient]})
        return Recorded(
            ref=ref,
            key=self._hasher.event_key(event.source, event.id),
            occurred_at=to_micros(event.time),
            recorded_at=last.recorded_at,
            source=event.source,
            id=event.id,
            data=data,
            position=last.position,
            log=last.log,
        )
