"""Generated worlds held against their truth: recorded in any way, compared at any moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from random import Random

from lineage.domain.facts import Recorded
from lineage.domain.holdings import holdings
from lineage.events import EventRetracted, IdentityLinked
from lineage.events.times import to_micros
from lineage.generator import Generated, generate
from lineage.storage.keyring import PERSON, Who
from lineage.tracker import Tracker
from tests.properties.stores import NOW, names_of
from tests.properties.stores import PERSON as PERSON_PARTY
from tests.properties.streams import Wire

CONTROLLERS = ("sesiiduo", "seestar", "store-002", "senro", "easydser")
MOMENTS = 10
Found = dict[tuple[str, str], frozenset[tuple[str, str]]]


@cache
def world(people: int, lines: int, seed: int) -> tuple[tuple[Wire, ...], Generated]:
    """The events of a world as they arrive, and the world with its truth."""
    generated = generate(people, lines, seed, controllers=CONTROLLERS)
    return tuple(generated), generated


def shuffled(events: Sequence[Wire], seed: int) -> list[Wire]:
    """The events in a random order, one in ten of them twice."""
    rng = Random(seed)
    mixed = [*events, *rng.sample(events, len(events) // 10)]
    rng.shuffle(mixed)
    return mixed


def ten_moments(events: Sequence[Wire]) -> list[datetime]:
    """Ten times at which something happens, from the first tenth to the very last event."""
    times = sorted(datetime.fromisoformat(event["time"] + _zone(event["time"])) for event in events)
    return [times[len(times) * part // MOMENTS - 1] for part in range(1, MOMENTS + 1)]


def _zone(text: str) -> str:
    return "" if text.endswith("Z") else "T00:00:00Z"


def differences(found: Found, truth: Found) -> list[tuple[str, str]]:
    """Who differs from the truth, by place in the world and no more of them than can be read."""
    assert set(found) == set(truth)
    return [who for who, held in truth.items() if found[who] != held][:5]


def live(tracker: Tracker, generated: Generated) -> Found:
    """What the tracker answers now about everybody."""
    return as_answered(tracker, generated, None)


def as_answered(
    tracker: Tracker, generated: Generated, moment: datetime | None, *, every: int = 1
) -> Found:
    """What the tracker answers as of a moment about every so many people."""
    return {
        (person.controller, person.internal): frozenset(
            (row.holder, row.category)
            for row in tracker.holders(
                person.internal, controller=person.controller, as_of=moment
            ).holders
            if row.held
        )
        for person in generated.truth.people[::every]
    }


def as_folded(
    tracker: Tracker, generated: Generated, moments: Sequence[datetime]
) -> dict[datetime, Found]:
    """What the ledger folds to as of each moment; each person's events are read once only."""
    found: dict[datetime, Found] = {moment: {} for moment in moments}
    names = {ref: name.partition("/")[2] for ref, name in names_of(tracker).items()}
    for controller, internal, events in _histories(tracker, generated):
        for moment in moments:
            found[moment][controller, internal] = _held(
                tracker, controller, events, to_micros(moment), names
            )
    return found


def _histories(
    tracker: Tracker, generated: Generated
) -> Iterator[tuple[str, str, dict[bytes, list[Recorded]]]]:
    store = tracker.store
    with store.reading() as conn:
        for person in generated.truth.people:
            ids = [person.internal] + ([person.guest] if person.guest else [])
            refs = [
                known.ref
                for known in (
                    store.keyring.find(conn, Who(person.controller, PERSON, one)) for one in ids
                )
                if known is not None
            ]
            events: dict[bytes, list[Recorded]] = {ref: [] for ref in refs}
            for event in store.folder.read(conn, person.controller, refs, known_at=None):
                events[event.ref].append(event)
            yield person.controller, person.internal, events


def _held(
    tracker: Tracker,
    controller: str,
    events: dict[bytes, list[Recorded]],
    at: int,
    names: dict[bytes, str],
) -> frozenset[tuple[str, str]]:
    seen = {
        ref: [
            event
            for event in own
            if event.occurred_at <= at or isinstance(event.data, EventRetracted | IdentityLinked)
        ]
        for ref, own in events.items()
    }
    return frozenset(
        (
            PERSON_PARTY.sub(lambda ref: f"person:{names[bytes.fromhex(ref[1])]}", row.holder.name),
            row.category,
        )
        for person in tracker.store.folder.fold_events(controller, seen)
        for row in holdings(person.facts.edges, person.facts.erasures, controller=controller)
        if row.held
    )


def compare_at_ten_moments(tracker: Tracker, events: Sequence[Wire], generated: Generated) -> None:
    """Everybody's holders equal the truth now and at ten moments, folded and (some) as answered."""
    assert differences(live(tracker, generated), generated.truth.held_at(NOW)) == []
    moments = ten_moments(events)
    truths: dict[datetime, Found] = {m: generated.truth.held_at(m) for m in moments}
    for moment, found in as_folded(tracker, generated, moments).items():
        assert differences(found, truths[moment]) == [], moment
    every = max(1, len(generated.truth.people) // 50)
    for moment in moments:
        answered = as_answered(tracker, generated, moment, every=every)
        assert differences(answered, {who: truths[moment][who] for who in answered}) == [], moment
