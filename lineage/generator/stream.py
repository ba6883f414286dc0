"""The stream itself: what happened in the world as CloudEvents, in the order of their arrival."""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from lineage.generator.fate import NEAR_EVENTS, Fate, shuffled_copy
from lineage.generator.instants import iso
from lineage.generator.people import Crowd
from lineage.generator.scene import Planned
from lineage.generator.truth import Counts, Truth
from lineage.generator.world import World

LINES_PER_PERSON_MIN = 10
OLD_ID_SHARE = 0.15  # of a linked person's events still come under the guest's e-mail address

Event = dict[str, Any]


class Generated:
    """One generated stream and the truth about it.

    Iterating gives the events in the order of arrival, as CloudEvents ready for JSON, and plays
    the world anew each time: always the same. Memory holds the books and the late events only.
    """

    def __init__(self, people: int, events: int, seed: int, *, controllers: Sequence[str]) -> None:
        if people < 1 or not controllers:
            message = "a world needs at least one person and one controller"
            raise ValueError(message)
        if events < LINES_PER_PERSON_MIN * people:
            message = f"at least {LINES_PER_PERSON_MIN} events a person are needed"
            raise ValueError(message)
        self.people = people
        self.events = events
        self.seed = seed
        self.controllers = tuple(controllers)
        self.finished: Truth | None = None

    def __len__(self) -> int:
        return self.events

    def __iter__(self) -> Iterator[Event]:
        rng = Random(self.seed)
        crowd = Crowd(rng, people=self.people, controllers=self.controllers)
        world = World(
            f"g{self.seed}",
            rng=rng,
            crowd=crowd,
            controllers=self.controllers,
            lines=self.events,
        )
        counts = Counts()
        yield from arrivals(world, rng=rng, counts=counts)
        counts.linked = sum(person.guest is not None for person in crowd.everybody)
        self.finished = Truth(crowd.everybody, counts=counts)

    @property
    def truth(self) -> Truth:
        """The truth; plays the stream once where nobody has read it to its end."""
        if self.finished is None:
            for _ in self:
                pass
        if self.finished is None:  # pragma: no cover  the loop above has run to its end
            raise AssertionError
        return self.finished


def arrivals(world: World, *, rng: Random, counts: Counts) -> Iterator[Event]:
    """Line the events up as they arrive: late ones and second copies wait for their turn."""
    waiting: list[tuple[int, int, Event]] = []
    tie = count()
    for position, (planned, fate) in enumerate(world.play()):
        while waiting and waiting[0][0] <= position:
            yield heappop(waiting)[2]
        tally(counts, planned, fate)
        event = told(planned, event_id=world.event_id(planned), rng=rng)
        copies = [event]
        if len(fate.delays) > 1:
            copies.append(shuffled_copy(event, full_time=iso(planned.at)))
        for copy, delay in zip(copies, fate.delays, strict=True):
            if delay:
                heappush(waiting, (position + delay, next(tie), copy))
            else:
                yield copy
    while waiting:
        yield heappop(waiting)[2]


def told(planned: Planned, *, event_id: str, rng: Random) -> Event:
    """One event as a CloudEvent, under the id the shop knew the person by."""
    event: Event = {
        "specversion": "1.0",
        "id": event_id,
        "source": planned.source,
        "type": f"lineage.{planned.name}.v1",
        "time": iso(planned.at, date_only=planned.date_only),
        "controller": planned.controller,
    }
    person = planned.person
    if person is not None:
        old = person.guest is not None and planned.name != "identity_linked"
        if old and (not person.joined or rng.random() < OLD_ID_SHARE):
            event["subject"] = person.guest
        else:
            event["subject"] = person.internal
    if planned.account is not None:
        event["account"] = planned.account
    event["data"] = planned.data
    return event


def tally(counts: Counts, planned: Planned, fate: Fate) -> None:
    """Count one event."""
    copies = len(fate.delays)
    delay = fate.delays[0]
    counts.events += 1
    counts.lines += copies
    counts.duplicates += copies - 1
    counts.retracted += fate.retracted
    counts.late += delay > NEAR_EVENTS
    counts.shuffled += 0 < delay <= NEAR_EVENTS
    counts.by_type[planned.name] = counts.by_type.get(planned.name, 0) + 1


def generate(people: int, events: int, seed: int, *, controllers: Sequence[str]) -> Generated:
    """A stream of exactly `events` lines about `people` invented people.

    The same arguments give the same bytes, in any process. `controllers` are the slugs of the
    policies the people are spread over; only canonical categories are used, so any policy fits.
    """
    return Generated(people, events, seed, controllers=controllers)
